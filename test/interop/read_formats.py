"""Print, as JSON, what Python reads from files in the formats of `credstash getall -f`."""

import json
import sys

import yaml
from dotenv import dotenv_values

READERS = {
    "dotenv": lambda path: list(dotenv_values(path).items()),
    "yaml": lambda path: list(yaml.safe_load(open(path, encoding="utf-8")).items()),
}

print(json.dumps([READERS[sys.argv[1]](path) for path in sys.argv[2:]]))
