"""The cases: one fault each, or none."""

from base64 import b64decode
from collections.abc import Iterator

from case import Case, base64
from changes import (
    authenticate,
    cut_data_key,
    drop,
    edit,
    extend,
    first_bit,
    in_lines,
    last_bit,
    put,
    recode,
    shorten,
    spare_bit,
    swap,
    url_safe,
)

DIGESTS = ("SHA", "SHA224", "SHA256", "SHA384", "SHA512", "MD5")


def values() -> Iterator[Case]:
    text = "0123456789abcdef" * 257
    for size in (0, 1, 15, 16, 17, 31, 32, 33, 4097):
        yield Case(f"value-of-{size}-bytes", f"The value has {size} bytes.", value=text[:size])
    for name, about, value in [
        ("unicode", "is text beyond ASCII", "pässwörd ☃ 密碼 🔑"),
        ("with-line-ends", "has CRLF, LF, and a line feed at its end", "a\r\nb\n"),
        ("with-nul", "has a NUL", "a\0b"),
        ("with-byte-order-mark", "begins with U+FEFF", "\ufeffa"),
        ("not-utf-8", "is not UTF-8: a reader that only gives strings refuses it", b"\xff\xfe\x80"),
    ]:
        yield Case(f"value-{name}", f"The value {about}.", value=value)


def hmacs() -> Iterator[Case]:
    for name, about, change in [
        ("binary", "is Binary that holds its hex, as Python 3 stores it", edit("hmac", str.encode)),
        ("upper-case", "is in upper-case hex", edit("hmac", str.upper)),
        ("mixed-case", "begins in upper case", edit("hmac", lambda t: t[:32].upper() + t[32:])),
    ]:
        yield Case(f"hmac-{name}", f"The hmac {about}.", change=change)

    for name, about, change in [
        ("with-first-bit-flipped", "has another first bit", recode("hmac", first_bit)),
        ("with-last-bit-flipped", "has another last bit", recode("hmac", last_bit)),
        ("truncated", "lacks its last byte", recode("hmac", shorten)),
        ("halved", "is its first half", recode("hmac", lambda data: data[:16])),
        ("extended", "has one more byte", recode("hmac", extend)),
        ("empty", "is an empty string", put("hmac", "")),
        ("missing", "is missing", drop("hmac")),
        ("of-odd-length", "lacks its last hex digit", edit("hmac", lambda t: t[:-1])),
        ("not-hex", "has a character that is not hex", edit("hmac", lambda t: "g" + t[1:])),
        ("with-line-feed", "ends in a line feed", edit("hmac", lambda t: t + "\n")),
        ("with-prefix", "begins with 0x", edit("hmac", lambda t: "0x" + t)),
        ("base64", "is in base64", edit("hmac", lambda t: base64(bytes.fromhex(t)))),
        ("binary-raw", "is Binary that holds its bytes, not its hex", edit("hmac", bytes.fromhex)),
        ("of-another-item", "is that of another item", swap("hmac")),
    ]:
        yield Case(f"hmac-{name}", f"The hmac {about}.", "integrity", change)

    second_half, everything = slice(32, None), slice(None)
    contents = lambda case: case.item["contents"].encode()
    ciphertext = lambda case: b64decode(case.item["contents"])
    plaintext = lambda case: case.value
    for name, about, change in [
        ("over-base64", "over the base64 of contents", authenticate(second_half, contents)),
        ("over-plaintext", "over the plaintext", authenticate(second_half, plaintext)),
        ("with-first-half", "with the encryption key", authenticate(slice(32), ciphertext)),
        ("with-whole-key", "with all of the data key", authenticate(everything, ciphertext)),
    ]:
        yield Case(f"hmac-{name}", f"The HMAC was computed {about}.", "integrity", change)


def digests() -> Iterator[Case]:
    for digest in DIGESTS:
        yield Case(f"digest-{digest.lower()}", f"The digest is {digest}.", digest=digest)
    missing = "The digest is missing, so it is SHA256."
    yield Case("digest-missing", missing, change=drop("digest"))
    removed = "The digest SHA512 was removed: as SHA256 the HMAC does not match."
    yield Case("digest-removed", removed, "integrity", drop("digest"), digest="SHA512")
    other = "The digest is SHA512, but the HMAC is one of SHA256."
    yield Case("digest-of-another-hash", other, "integrity", put("digest", "SHA512"))

    for name, about, digest in [
        ("lower-case", "is sha256: case matters", "sha256"),
        ("with-hyphen", "is SHA-256", "SHA-256"),
        ("sha3", "is SHA3-256, which no client writes", "SHA3-256"),
        ("empty", "is an empty string, which is not the same as missing", ""),
        ("ripemd", "is RIPEMD, as in old items", "RIPEMD"),
        ("whirlpool", "is WHIRLPOOL, as in old items", "WHIRLPOOL"),
        ("constructor", "is the name of a property of JavaScript's objects", "constructor"),
    ]:
        yield Case(f"digest-{name}", f"The digest {about}.", "digest", put("digest", digest))


def contents() -> Iterator[Case]:
    for name, about, change in [
        ("with-first-bit-flipped", "has another first bit", recode("contents", first_bit)),
        ("with-last-bit-flipped", "has another last bit", recode("contents", last_bit)),
        ("truncated", "lacks its last byte", recode("contents", shorten)),
        ("extended", "has one more byte", recode("contents", extend)),
        ("empty", "is an empty string, the value is not", put("contents", "")),
        ("missing", "is missing, the value is not empty", drop("contents")),
        ("of-another-item", "is that of another item", swap("contents")),
    ]:
        yield Case(f"contents-{name}", f"The ciphertext {about}.", "integrity", change)
    missing = (
        "The ciphertext is missing, and the value is empty: a missing attribute reads as empty."
    )
    yield Case("contents-missing-of-empty-value", missing, change=drop("contents"), value="")


def keys() -> Iterator[Case]:
    for name, about, expect, change in [
        ("with-last-bit-flipped", "has another last bit", "context", recode("key", last_bit)),
        ("truncated", "lacks its last byte", "context", recode("key", shorten)),
        ("of-another-item", "is that of another item", "integrity", swap("key")),
        ("missing", "is missing", "encoding", drop("key")),
        ("empty", "is an empty string", "encoding", put("key", "")),
    ]:
        yield Case(f"key-{name}", f"The wrapped data key {about}.", expect, change)

    short = "The data key has 32 bytes. Python halves it, and uses AES-128."
    yield Case("data-key-of-32-bytes", short, "integrity", data_key_bytes=32)
    cut = "The data key that KMS gives lacks its last byte."
    yield Case("data-key-of-63-bytes", cut, "integrity", cut_data_key)
    long = "The data key has 65 bytes. Python takes 32 to encrypt, and 33 for the HMAC."
    yield Case("data-key-of-65-bytes", long, "integrity", data_key_bytes=65)


def encodings() -> Iterator[Case]:
    for attribute in ("contents", "key"):
        for name, about, change in [
            ("with-line-feed", "has a line feed inside", lambda t: t[:8] + "\n" + t[8:]),
            ("with-space", "has a space inside", lambda t: t[:8] + " " + t[8:]),
            ("with-asterisk", "has an asterisk inside", lambda t: t[:8] + "*" + t[8:]),
            ("url-safe", "is in the URL-safe alphabet", url_safe),
            ("without-padding", "lacks its padding", lambda t: t.rstrip("=")),
            ("with-more-padding", "has one = too many", lambda t: t + "="),
            ("going-on", "goes on after its padding", lambda t: t + "AAAA"),
            ("with-spare-bit", "has a bit that encodes nothing", spare_bit),
        ]:
            about = f"The base64 of {attribute} {about}."
            yield Case(f"{attribute}-base64-{name}", about, "encoding", edit(attribute, change))
        about = f"The base64 of {attribute} is in lines of 60 characters, as rcredstash writes it."
        yield Case(f"{attribute}-base64-in-lines", about, "ok", edit(attribute, in_lines))


def contexts() -> Iterator[Case]:
    one, two = {"env": "prod"}, {"env": "prod", "app": "billing"}
    for name, about, context, given in [
        ("one-pair", "The pair is given.", one, one),
        ("other-order", "The pairs are given in another order.", two, dict(sorted(two.items()))),
        ("unicode", "The pair is text beyond ASCII.", {"ключ": "値"}, None),
        ("equals-signs", "The value of the pair has equals signs.", {"token": "YQ=="}, None),
    ]:
        yield Case(f"context-{name}", about, context=context, given=given)

    for name, about, context, given in [
        ("missing", "None is given.", one, {}),
        ("wrong-value", "The pair is given with another value.", one, {"env": "dev"}),
        ("wrong-name", "The pair is given under another name.", one, {"stage": "prod"}),
        ("wrong-case", "The pair is given in another case.", one, {"env": "Prod"}),
        ("too-few", "One of two pairs is given.", two, one),
        ("too-many", "One pair more is given.", one, two),
        ("not-wanted", "A pair is given, but the item was sealed with none.", {}, one),
    ]:
        yield Case(f"context-{name}", about, "context", context=context, given=given)


def others() -> Iterator[Case]:
    billing = "owned by billing"
    yield Case("comment", "There is a comment.", comment=billing)
    yield Case("comment-empty", "The comment is an empty string.", change=put("comment", ""))
    own = {"created_at": 1456789012, "tags": {"team": "billing"}, "note": None}
    about = "There are attributes of another client, of other types."
    yield Case("attributes-unknown", about, change=lambda case: case.item.update(own))

    for attribute, text in [("name", "copied"), ("version", "9".zfill(19)), ("comment", "forged")]:
        about = f"The {attribute} was changed, which the format does not notice."
        change = put(attribute, text)
        yield Case(f"{attribute}-not-bound", about, change=change, comment=billing)


def versions() -> Iterator[Case]:
    for name, version in [
        ("number", "7"),
        ("text", "v1.0.0-1"),
        ("of-19-characters", "2026-11-24T10:50:00"),
        ("of-20-characters", "2026-11-24T10:50:00Z"),
    ]:
        about = f"Version {version} is asked for."
        yield Case(f"version-{name}", about, version=version, asked=version)
    about = "Version 4 is asked for, which is stored as before December 2015."
    yield Case("version-unpadded", about, change=put("version", "4"), asked="4")


GROUPS = (values, hmacs, digests, contents, keys, encodings, contexts, others, versions)
CASES = [case for group in GROUPS for case in group()]
