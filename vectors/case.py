"""A case of the kit: an item that Python credstash makes, and what is then done to it."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from hashlib import shake_256
from typing import Any

import credstash
from boto3.dynamodb.types import TypeSerializer

VALUE = "correct horse battery staple, correct horse battery staple"


class Aws:
    """KMS and DynamoDB, as far as a put needs them. The data key follows from the case's name."""

    def __init__(self, name: str, data_key_bytes: int) -> None:
        self.data_key = derive(f"data key of {name}", data_key_bytes)
        # Its base64 has the characters + and / in which the alphabets differ, and padding.
        self.wrapped = b"\xfb\xff\xbf" + derive(f"wrapped data key of {name}", 37)
        self.item: dict[str, Any] = {}

    def generate_data_key(self, **_: Any) -> dict[str, bytes]:
        return {"Plaintext": self.data_key, "CiphertextBlob": self.wrapped}

    def Table(self, _: str) -> "Aws":
        return self

    def put_item(self, Item: dict[str, Any], **_: Any) -> None:
        self.item = Item


class Bytes(bytes):
    """A value that credstash seals as it is, where it would encode a string."""

    def encode(self, _: str) -> bytes:
        return bytes(self)


class Case:
    def __init__(
        self,
        name: str,
        about: str,
        expect: str = "ok",
        change: Callable[["Case"], Any] | None = None,
        *,
        value: str | bytes = VALUE,
        version: str = "1",
        asked: str | None = None,
        context: Mapping[str, str] = {},
        given: Mapping[str, str] | None = None,
        data_key_bytes: int = 64,
        **put: str,
    ) -> None:
        """
        :param expect: The class of the reader's answer.
        :param change: Changes the item, or the data key that KMS gives.
        :param asked: The version that the reader asks for; the latest if there is none.
        :param context: The encryption context of the put.
        :param given: The encryption context of the get, if it differs.
        """
        self.name, self.about, self.expect, self.asked = name, about, expect, asked
        self.context, self.given = context, context if given is None else given
        self.value = value.encode() if isinstance(value, str) else value
        aws = Aws(name, data_key_bytes)
        credstash.putSecret(
            name, Bytes(self.value), version, context=context, kms=aws, dynamodb=aws, **put
        )
        self.data_key, self.wrapped, self.item = aws.data_key, aws.wrapped, aws.item
        # Python 3 stores Binary, which some clients can't read: a fault of their own.
        self.item["hmac"] = self.item["hmac"].decode()
        if change:
            change(self)

    def to_json(self, differs: dict[str, str]) -> dict[str, Any]:
        return {
            "name": self.name,
            "about": self.about,
            "item": {name: attribute(value) for name, value in self.item.items()},
            **({"version": self.asked} if self.asked else {}),
            "context": self.given,
            "kms": {
                "ciphertextBlob": base64(self.wrapped),
                "context": self.context,
                "dataKeyHex": self.data_key.hex(),
            },
            "expect": self.expect,
            "plaintextHex": self.value.hex(),
            **({"differs": differs} if differs else {}),
        }


def attribute(value: Any) -> dict[str, Any]:
    """An attribute, as boto3 sends it to DynamoDB."""
    [(kind, serialized)] = TypeSerializer().serialize(value).items()
    return {kind: base64(serialized) if kind == "B" else serialized}


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def derive(label: str, size: int) -> bytes:
    return shake_256(label.encode()).digest(size)
