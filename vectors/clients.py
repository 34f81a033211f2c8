"""Where known clients answer otherwise: measured by running them, see README.md."""

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


def of_base64(*but: str) -> list[str]:
    faults = [fault for fault in BASE64_FAULTS if fault not in but]
    return [f"{attribute}-base64-{fault}" for attribute in ("contents", "key") for fault in faults]


# Python skips what is not base64; its hex decoder fails like its base64 decoder.
PYTHON = {
    "ok": [
        *of_base64("url-safe", "without-padding"),
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

# It compares hex as text, pads numbers alone, and knows no UTF-8 of 4 bytes. It takes the digest,
# in lower case, for OpenSSL's name of a hash: there is none called sha.
NODECREDSTASH = {
    "ok": [
        *of_base64(),
        "data-key-of-65-bytes",
        "digest-empty",
        "digest-lower-case",
        "digest-with-hyphen",
    ],
    "integrity": ["digest-ripemd", "digest-sha3", "hmac-mixed-case", "hmac-upper-case"],
    "digest": ["digest-sha"],
    "wrong": ["value-not-utf-8", "value-unicode"],
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


def differs(case: str) -> dict[str, str]:
    """What each client answers to a case, where it is not what the kit expects."""
    return {
        client: answer
        for client, answers in (("python", PYTHON), ("nodecredstash", NODECREDSTASH))
        for answer, cases in answers.items()
        if case in cases
    }
