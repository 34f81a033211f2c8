"""Make items.json and versions.json: see README.md."""

import json
import sys
from pathlib import Path
from typing import Any

from credstash import paddedInt

from cases import CASES
from clients import differs

GIVEN = ("0", "1", "42", "007", "v1.0.0-1", "é", "😀", "2026-11-24T10:50:00", "9" * 20)

# U+FFEE comes before U+1F600, but after its first half in UTF-16.
ASCENDING = (*map(paddedInt, (1, 2, 9, 10, "v1")), "10", "9", "A", "a", "é", "\uffee", "😀")


def items() -> dict[str, Any]:
    return {"cases": [case.to_json(differs(case)) for case in CASES]}


def versions() -> dict[str, Any]:
    following = {
        "of one version": ((paddedInt(1),), paddedInt(2)),
        "of numbers that carry": ((paddedInt(9), paddedInt(10), paddedInt(99)), paddedInt(100)),
        "of an unpadded version above a larger number": ((paddedInt(12), "9"), paddedInt(13)),
        "of text below a number": ((paddedInt("-draft"), paddedInt(3)), paddedInt(4)),
        "of text above a number": ((paddedInt(3), paddedInt("v1")), None),
        "of the highest number of 19 digits": (("9" * 19,), None),
    }
    return {
        "padded": [{"given": given, "stored": paddedInt(given)} for given in GIVEN],
        "ascending": list(ASCENDING),
        "next": [
            {"about": about, "stored": stored, "next": version}
            for about, (stored, version) in following.items()
        ],
    }


def write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    write(folder / "items.json", items())
    write(folder / "versions.json", versions())
