"""Compares GlucoTwin's oref0 with recorded answers of the original, number by number."""

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from glucotwin.control.algorithm import find_algorithm
from glucotwin.core.error import GlucoTwinError

STAGES = ("glucose_status", "autosens_8h", "autosens_24h", "autosens", "iob", "meal", "result")


def differences(ours: object, theirs: object, place: str) -> list[str]:
    """Where two answers differ; of reasons the numbers count."""
    if place.endswith("/reason"):
        told = [re.findall(r"-?\d+\.?\d*", str(text)) for text in (ours, theirs)]
        return [] if told[0] == told[1] else [f"{place}: {ours!r} instead of {theirs!r}"]
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return [
            found
            for name in {**ours, **theirs}
            for found in differences(ours.get(name, "absent"), theirs.get(name, "absent"), f"{place}/{name}")
        ]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [found for place_in, pair in pairs for found in differences(*pair, f"{place}/{place_in}")]
    return [] if ours == theirs else [f"{place}: {ours} instead of {theirs}"]


def first_difference(case: dict[str, Any]) -> tuple[str, str] | None:
    """The first stage of a case that differs, and how; None when all agree."""
    try:
        answer = find_algorithm("oref0")(case["input"])
    except GlucoTwinError as error:
        return "refused", str(error)
    for stage in STAGES:
        found = differences(answer.get(stage), case["stages"].get(stage), stage)
        if found:
            return stage, found[0]
    return None


def main() -> None:
    """Tell how many cases of a recorded file agree, and where the others differ first."""
    counts: Counter[str] = Counter()
    for case in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        found = first_difference(case)
        counts["exact" if found is None else found[0]] += 1
        if found is not None:
            print(case["id"], found[1])
    print(dict(counts))


if __name__ == "__main__":
    main()
