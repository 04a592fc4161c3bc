"""Alarms that were told: sealed, in the order of time."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import insert, select

from glucotwin.store.desk import Desk
from glucotwin.store.schema import alarm_event as table

PLACE = "alarm_event"


def keep_alarms(desk: Desk, person_id: str, told: Iterable[tuple[datetime, Mapping[str, object]]]) -> None:
    """Keeps what was told: time, and content as JSON values."""
    rows = [
        {
            "person_id": person_id,
            "at": at,
            "content": desk.keystore.seal(person_id, PLACE, json.dumps(dict(content)).encode()),
        }
        for at, content in told
    ]
    if rows:
        desk.connection.execute(insert(table), rows)


def read_alarms(desk: Desk, person_id: str, *, most: int = 100) -> tuple[dict[str, object], ...]:
    """What was told, the newest first."""
    query = select(table).where(desk.of_person(table, person_id)).order_by(table.c.at.desc(), table.c.alarm_id.desc())
    return tuple(
        json.loads(desk.keystore.open_sealed(person_id, PLACE, row.content))
        for row in desk.connection.execute(query.limit(most))
    )


def alarms_after(
    desk: Desk, person_id: str, alarm_id: int, *, since: datetime
) -> tuple[tuple[int, dict[str, object]], ...]:
    """What was told after an alarm, each with its number, in order.

    Args:
        desk: of an account that may read.
        person_id: whose.
        alarm_id: number of the alarm before.
        since: aware time; what is older is left out.
    """
    where = desk.of_person(table, person_id) & (table.c.alarm_id > alarm_id) & (table.c.at >= since)
    rows = desk.connection.execute(select(table).where(where).order_by(table.c.alarm_id))
    return tuple((row.alarm_id, json.loads(desk.keystore.open_sealed(person_id, PLACE, row.content))) for row in rows)
