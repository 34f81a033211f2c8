"""Read every item of the kit with Python credstash: read_kit.py CASES TABLE KMS_ENDPOINT"""

import binascii
import json
import sys
from typing import Any

import boto3
import credstash

_, cases, table, kms_endpoint = sys.argv
aws = {
    "dynamodb": boto3.resource("dynamodb"),
    "kms": boto3.client("kms", endpoint_url=kms_endpoint),
}


def answer(case: dict[str, Any]) -> str:
    """The value in hex, or the class of the failure."""
    name, version = case["item"]["name"]["S"], case.get("version", "")
    try:
        value = credstash.getSecret(name, version, table=table, context=case["context"], **aws)
        return value.encode().hex()
    except credstash.KmsError as error:
        return "context" if "may not match" in str(error) else "other"
    except credstash.IntegrityError:
        return "integrity"
    except binascii.Error:
        return "encoding"
    except ValueError as error:
        return "digest" if "primitives.hashes" in str(error) else "other"
    except Exception:
        return "other"


with open(cases, encoding="utf-8") as file:
    json.dump({case["name"]: answer(case) for case in json.load(file)["cases"]}, sys.stdout)
