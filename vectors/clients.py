"""Where known clients answer otherwise: measured by running them, see README.md."""

from case import Case

BASE64_FAULTS = (
    "with-line-feed",
    "with-space",
    "with-asterisk",
    "url-safe",
    "without-padding",
    "with-more-padding",
    "going-on",
    "with-spare-bit",
)


def of_base64(*faults: str) -> list[str]:
    return [f"{attribute}-base64-{fault}" for attribute in ("contents", "key") for fault in faults]


# Python skips what is not base64; its hex decoder fails like its base64 decoder.
PYTHON = {
    "ok": [
        *of_base64(*(each for each in BASE64_FAULTS if each not in ("url-safe", "without-padding"))),
        "data-key-of-32-bytes",
        "data-key-of-65-bytes",
    ],
    "integrity": ["contents-base64-url-safe"],
    "context": ["key-base64-url-safe"],
    "encoding": [
        "hmac-base64",
        "hmac-binary-raw",
        "hmac-not-hex",
        "hmac-of-odd-length",
        "hmac-with-line-feed",
        "hmac-with-prefix",
    ],
    "other": [
        "contents-missing",
        "contents-missing-of-empty-value",
        "hmac-missing",
        "key-empty",
        "key-missing",
        "value-not-utf-8",
        "version-text",
        "version-unpadded",
    ],
}

# Both nodecredstash compare hex as text, pad numbers alone, and take the digest for OpenSSL's name of
# a hash: there is none called sha. Version 2 knows no UTF-8 of 4 bytes, and version 3 no Binary.
NODECREDSTASH = {
    "ok": [
        *of_base64(*BASE64_FAULTS),
        "data-key-of-65-bytes",
        "digest-empty",
        "digest-lower-case",
        "digest-with-hyphen",
    ],
    "integrity": ["digest-ripemd", "digest-sha3", "hmac-mixed-case", "hmac-upper-case"],
    "digest": ["digest-sha"],
    "wrong": ["value-not-utf-8"],
    "other": [
        "contents-missing",
        "contents-missing-of-empty-value",
        "digest-whirlpool",
        "key-empty",
        "key-missing",
        "version-text",
        "version-unpadded",
    ],
}
NODECREDSTASH_2 = NODECREDSTASH | {"wrong": ["value-not-utf-8", "value-unicode"]}
NODECREDSTASH_3 = NODECREDSTASH | {
    "ok": [*NODECREDSTASH["ok"], "data-key-of-32-bytes"],
    "integrity": [*NODECREDSTASH["integrity"], "hmac-binary"],
    "other": [*NODECREDSTASH["other"], "hmac-missing"],
}

# It compares hex as text, reads no Binary, ignores the digest, and has numbers for versions. Its
# decoder of base64 skips line feeds, and ignores spare bits.
UNICREDS = {
    "ok": [
        *of_base64("with-line-feed", "with-spare-bit"),
        "data-key-of-65-bytes",
        "digest-constructor",
        "digest-empty",
        "digest-lower-case",
        "digest-of-another-hash",
        "digest-ripemd",
        "digest-sha3",
        "digest-whirlpool",
        "digest-with-hyphen",
    ],
    "integrity": [
        "digest-md5",
        "digest-sha",
        "digest-sha224",
        "digest-sha384",
        "digest-sha512",
        "hmac-mixed-case",
        "hmac-upper-case",
    ],
    "other": [
        "hmac-binary",
        "hmac-binary-raw",
        "key-empty",
        "key-missing",
        "version-of-19-characters",
        "version-of-20-characters",
        "version-text",
        "version-unpadded",
    ],
}
# It counts blocks in little-endian, so that only what fits into one is right. It knows three digests,
# and has numbers for versions.
RUST = {
    "wrong": ["data-key-of-65-bytes"],
    "context": ["key-empty"],
    "digest": ["digest-md5", "digest-sha", "digest-sha224"],
    "encoding": [
        "contents-base64-in-lines",
        "hmac-base64",
        "hmac-binary-raw",
        "hmac-not-hex",
        "hmac-of-odd-length",
        "hmac-with-line-feed",
        "hmac-with-prefix",
        "key-base64-in-lines",
    ],
    "other": [
        "contents-missing",
        "contents-missing-of-empty-value",
        "hmac-missing",
        "key-missing",
        "version-of-19-characters",
        "version-of-20-characters",
        "version-text",
        "version-unpadded",
    ],
}

CLIENTS = {
    "python": PYTHON,
    "nodecredstash-2": NODECREDSTASH_2,
    "nodecredstash-3": NODECREDSTASH_3,
    "unicreds": UNICREDS,
    "rust": RUST,
}


def differs(case: Case) -> dict[str, str]:
    """What each client answers to a case, where it is not what the kit expects."""
    found = {
        client: answer
        for client, answers in CLIENTS.items()
        for answer, cases in answers.items()
        if case.name in cases
    }
    if case.expect == "ok" and len(case.value) > 16:
        found.setdefault("rust", "wrong")
    return found
