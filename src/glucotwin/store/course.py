"""Courses that an account passed, by version."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from glucotwin.store.desk import Desk
from glucotwin.store.schema import course_pass as table


def keep_pass(desk: Desk, course: str, version: int) -> None:
    """Notes that the desk's account passed a version of a course; the first time stays."""
    passed = insert(table).values(
        account_id=desk.account_id, course=course, version=version, passed_at=datetime.now(UTC)
    )
    desk.connection.execute(passed.on_conflict_do_nothing())


def passed_at(desk: Desk, course: str, version: int) -> datetime | None:
    """When the desk's account passed a version of a course; None when it did not."""
    where = (table.c.account_id == desk.account_id) & (table.c.course == course) & (table.c.version == version)
    found = desk.connection.execute(select(table.c.passed_at).where(where)).scalar()
    return None if found is None else found.astimezone(UTC)
