"""Answer requests with Python credstash: see ../clients.ts."""

import json
import os
import sys
from typing import Any

import credstash

TABLE = os.environ["CREDSTASH_TABLE"]


def answer(request: dict[str, Any]) -> dict[str, str]:
    name, where = request["name"], {"table": TABLE, "context": request["context"]}
    options = {option: request[option] for option in ("version", "digest") if option in request}
    if "value" not in request:
        return {"value": credstash.getSecret(name, **options, **where).encode().hex()}

    try:
        value = bytes.fromhex(request["value"]).decode()
    except UnicodeDecodeError:
        return {"lacks": "It takes text."}
    if request["next"]:
        options["version"] = int(credstash.getHighestVersion(name, table=TABLE)) + 1
    credstash.putSecret(name, value, **options, **where)
    return {}


def attempt(request: dict[str, Any]) -> dict[str, str]:
    try:
        return answer(request)
    except Exception as error:
        return {"error": f"{type(error).__module__}.{type(error).__name__}: {error}"}


json.dump([attempt(request) for request in json.load(sys.stdin)], sys.stdout)
