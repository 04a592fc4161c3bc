"""Log lines are JSON, with an exception's kind and place and without its words."""

import json
import logging
import sys

from glucotwin.service.log import JsonFormatter


def _record(*, failed: bool) -> logging.LogRecord:
    trace = None
    if failed:
        try:
            raise ValueError("Ada has 140 mg/dL")
        except ValueError:
            trace = sys.exc_info()
    record = logging.LogRecord("glucotwin.service", logging.ERROR, "here.py", 1, "request", (), trace)
    record.fields = {"route": "/people/{person_id}", "status": 200}
    return record


def test_a_line_holds_event_and_fields() -> None:
    told = json.loads(JsonFormatter().format(_record(failed=False)))
    assert (told["event"], told["route"], told["status"], told["level"]) == (
        "request",
        "/people/{person_id}",
        200,
        "error",
    )


def test_an_exception_is_told_by_kind_and_place_alone() -> None:
    line = JsonFormatter().format(_record(failed=True))
    told = json.loads(line)
    assert told["exception"] == "ValueError"
    assert told["place"].rsplit(":", 1)[1].isdigit()
    assert "Ada" not in line
