"""Parses exports with cgm-format: rows with glucose and the least seconds of three, as JSON by file."""

import contextlib
import io
import json
import sys
import time

from cgm_format import FormatParser


def main() -> None:
    answers: dict[str, dict[str, float]] = {}
    for path in sys.argv[1:]:
        seconds = []
        with contextlib.redirect_stdout(io.StringIO()):
            for _ in range(3):
                start = time.perf_counter()
                table = FormatParser.parse_file(path)
                seconds.append(time.perf_counter() - start)
        answers[path] = {"glucose": int(table["glucose"].count()), "seconds": min(seconds)}
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
