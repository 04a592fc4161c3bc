"""Logs: one JSON object per line, of routes and never of paths, so that no identifier and no value gets into them."""

import json
import logging
import sys
from datetime import UTC, datetime

LOGGER = logging.getLogger("glucotwin.service")


class JsonFormatter(logging.Formatter):
    """One JSON object per record."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON; of an exception its kind and place, not its words, which may hold a person's data."""
        content: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        content |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0] is not None:
            content["exception"] = record.exc_info[0].__name__
            trace = record.exc_info[2]
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            if trace is not None:
                content["place"] = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"
        return json.dumps(content)


def set_up_logs(level: int = logging.INFO) -> None:
    """Lets the service write its log to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(level)
    LOGGER.propagate = False
    # Its lines hold what jobs are about; how jobs end is told here.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)


def log(event: str, *, failed: BaseException | None = None, **fields: object) -> None:
    """Writes an event with its fields, as an error when something failed; callers hand over nothing personal."""
    LOGGER.log(logging.INFO if failed is None else logging.ERROR, event, extra={"fields": fields}, exc_info=failed)
