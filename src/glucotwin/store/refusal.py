"""Steps of imports that a person refuses: kept by their short name, so that a repeated import stays refused."""

from collections.abc import Mapping
from datetime import UTC, datetime

import polars as pl
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from glucotwin.domain.person import Person
from glucotwin.domain.reversal import step_id, take_back
from glucotwin.domain.timeline import Timeline
from glucotwin.store.desk import Desk
from glucotwin.store.person import lock_person, touch_person
from glucotwin.store.schema import refusal

CORRECTION = "correction"


def refuse_step(desk: Desk, person_id: str, step: str) -> None:
    """Refuses a step; refusing it again changes nothing.

    Args:
        desk: of an account that may write.
        person_id: whose data the step changed.
        step: its short name.

    Raises:
        NotFoundError: there is no such person within reach.
    """
    lock_person(desk, person_id)
    row = insert(refusal).values(person_id=person_id, step_id=step, at=datetime.now(UTC))
    desk.connection.execute(row.on_conflict_do_nothing())
    touch_person(desk, person_id)


def accept_step(desk: Desk, person_id: str, step: str) -> None:
    """Lets a step hold again that was refused.

    Args and errors are those of ``refuse_step``.
    """
    lock_person(desk, person_id)
    desk.connection.execute(delete(refusal).where(desk.of_person(refusal, person_id), refusal.c.step_id == step))
    touch_person(desk, person_id)


def refused_steps(desk: Desk, person_id: str) -> frozenset[str]:
    """Short names of the steps that are refused."""
    query = select(refusal.c.step_id).where(desk.of_person(refusal, person_id))
    return frozenset(desk.connection.execute(query).scalars())


def with_originals(streams: Mapping[str, pl.DataFrame], refused: frozenset[str]) -> dict[str, pl.DataFrame]:
    """The tables with the original values of refused steps; steps whose record is not among them stay as they are.

    Args:
        streams: tables by stream, that of corrections among them.
        refused: short names of steps.
    """
    nameless = Timeline(person=Person(person_id="of a table"), streams=dict(streams))
    turned = take_back(nameless, lambda step: step_id(step) in refused).timeline
    return {name: turned.streams.get(name, frame) for name, frame in streams.items()}
