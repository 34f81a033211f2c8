"""What the cases do to an item."""

import hashlib
import hmac
import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

from case import Case, base64

Change = Callable[[Case], Any]

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def drop(attribute: str) -> Change:
    return lambda case: case.item.pop(attribute)


def put(attribute: str, value: str) -> Change:
    return lambda case: case.item.update({attribute: value})


def edit(attribute: str, change: Callable[[str], str | bytes]) -> Change:
    """Change the string of an attribute."""

    def apply(case: Case) -> None:
        before = case.item[attribute]
        case.item[attribute] = change(before)
        assert case.item[attribute] != before, case.name

    return apply


def recode(attribute: str, change: Callable[[bytes], bytes]) -> Change:
    """Change the bytes that an attribute encodes."""
    if attribute == "hmac":
        return edit(attribute, lambda text: change(bytes.fromhex(text)).hex())
    return edit(attribute, lambda text: base64(change(b64decode(text))))


def swap(attribute: str) -> Change:
    """Take an attribute of another item."""

    def apply(case: Case) -> None:
        other = Case(f"{case.name}, another item", "")
        case.item[attribute] = other.item[attribute]
        if attribute == "key":
            case.wrapped, case.data_key = other.wrapped, other.data_key

    return apply


def authenticate(key: slice, message: Callable[[Case], bytes]) -> Change:
    """Take the HMAC of a writer who used another part of the data key, or another message."""

    def apply(case: Case) -> None:
        mac = hmac.new(case.data_key[key], message(case), hashlib.sha256)
        case.item["hmac"] = mac.hexdigest()

    return apply


def cut_data_key(case: Case) -> None:
    case.data_key = case.data_key[:-1]


def first_bit(data: bytes) -> bytes:
    return bytes([data[0] ^ 0x80]) + data[1:]


def last_bit(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def shorten(data: bytes) -> bytes:
    return data[:-1]


def extend(data: bytes) -> bytes:
    return data + b"\0"


def spare_bit(text: str) -> str:
    """Set a bit that is left over in the last character before the padding."""
    digits = text.rstrip("=")
    last = BASE64[BASE64.index(digits[-1]) + 1]
    return digits[:-1] + last + text[len(digits) :]


def in_lines(text: str) -> str:
    """Ruby's Base64.encode64, which rcredstash uses: a line feed after each 60 characters, and at the end."""
    return re.sub(".{1,60}", "\\g<0>\n", text)


def url_safe(text: str) -> str:
    return text.replace("+", "-").replace("/", "_")
