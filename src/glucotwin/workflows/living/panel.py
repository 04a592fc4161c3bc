"""Use case: everybody whom an account follows, those first who need a look first, in one answer.

Nothing is computed with a model: forecasts and alarms are those that the service issued when the data came, so that a
panel of hundreds costs a few queries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import Role
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.alarm.outlook import outlook_of
from glucotwin.forecast.forecast import Forecast
from glucotwin.metrics.sufficiency import SUFFICIENT_ACTIVE_PCT
from glucotwin.store.access import Access, Action, Purpose, all_access
from glucotwin.store.artefact import ALARMS, LINEAGE, read_artefacts, with_artefact
from glucotwin.store.desk import Desk
from glucotwin.store.forecast import newest_forecasts
from glucotwin.store.person import StoredPerson, read_people
from glucotwin.workflows.living.alarm import active_in
from glucotwin.workflows.living.data import glucose_of
from glucotwin.workflows.living.memory import Glance, Memory
from glucotwin.workflows.living.now import reading_json, risk_of
from glucotwin.workflows.living.shape.now import NextRisk, RiskKind
from glucotwin.workflows.living.shape.panel import PanelPage, PanelRow
from glucotwin.workflows.metrics import glucose_series

WATCHED = timedelta(days=14)
"""Time over which the share of time with a sensor is told."""
FORECAST_AGE = timedelta(hours=6)
"""Of an older forecast nothing is left to come."""
URGENT, ALARM, STALE, SPARSE = 1000.0, 100.0, 0.5, 0.4
RISK: Mapping[RiskKind, float] = MappingProxyType({"low": 10.0, "high": 1.0, "none": 0.0})
"""Weights of the order: of an alarm, of old or few readings, and of something sure to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What was read of everybody at once."""

    people: dict[str, StoredPerson]
    forecasts: dict[str, Forecast]
    alarms: dict[str, bytes]
    twins: frozenset[str]


def panel_of(
    desk: Desk,
    memory: Memory,
    *,
    now: Callable[[str], datetime],
    cursor: str | None = None,
    most: int = 50,
    only: str | None = None,
) -> PanelPage:
    """Everybody within reach who lets the account see them, the most urgent first.

    Args:
        desk: of an account.
        memory: what is remembered.
        now: aware time that counts as now, by person.
        cursor: of the page before; None for the first page.
        most: rows of a page.
        only: the person beyond whom the asker's token does not reach; None for one that reaches everybody.

    Raises:
        DataError: the cursor is none of ours.
    """
    everybody = [one for one in all_access(desk) if only in {None, one.person_id}]
    seen = [one for one in everybody if one.allows(Action.READ_DATA)]
    with_twin = [one.person_id for one in seen if Purpose.PERSONAL_TWIN in one.consents]
    ids = [one.person_id for one in seen]
    oldest = min((now(one) for one in ids), default=datetime.now(UTC)) - FORECAST_AGE
    known = _Known(
        people=read_people(desk, ids),
        forecasts={key: one.forecast for key, one in newest_forecasts(desk, with_twin, since=oldest).items()},
        alarms=read_artefacts(desk, with_twin, ALARMS),
        twins=with_artefact(desk, with_twin, LINEAGE),
    )
    rows = [_row(desk, memory, known, one, now(one.person_id)) for one in seen if one.person_id in known.people]
    rows.sort(key=_order)
    page = _after(rows, cursor)[: most + 1]
    last = page[most - 1] if len(page) > most else None
    return {
        "items": page[:most],
        "total": len(rows),
        "hidden": len(everybody) - len(rows),
        "next_cursor": None if last is None else f"{last['urgency']}_{last['person_id']}",
    }


def _row(desk: Desk, memory: Memory, known: _Known, access: Access, at: datetime) -> PanelRow:
    person_id = access.person_id
    stored = known.people[person_id]
    glance = _glance(desk, memory, stored, at)
    alarms = active_in(known.alarms.get(person_id))
    is_researcher = access.role is Role.RESEARCHER
    row: PanelRow = {
        "person_id": person_id,
        "display_name": message("service-pseudonym", name=person_id[:8]) if is_researcher else stored.display_name,
        "role": access.role,
        "has_twin": person_id in known.twins,
        "reading": None if glance.newest is None else reading_json(glance.newest, at),
        "active_pct": glance.active_pct,
        "next_risk": _risk(known.forecasts.get(person_id), at),
        "alarms_on": len(alarms),
        "alarms_urgent": sum(one["urgent"] for one in alarms),
        "urgency": 0.0,
    }
    return {**row, "urgency": round(_urgency(row), 4)}


def _urgency(row: PanelRow) -> float:
    """How soon somebody should be looked at: alarms first, then what may come, then data that are old or few."""
    reading, risk, active_pct = row["reading"], row["next_risk"], row["active_pct"]
    coming = 0.0 if risk is None else RISK[risk["kind"]] * risk["probability"]
    is_stale = reading is None or reading["stale"]
    is_sparse = active_pct is not None and active_pct < SUFFICIENT_ACTIVE_PCT
    return URGENT * row["alarms_urgent"] + ALARM * row["alarms_on"] + coming + STALE * is_stale + SPARSE * is_sparse


def _risk(forecast: Forecast | None, at: datetime) -> NextRisk | None:
    """What an issued forecast says of what is still to come; None when nothing of it is left."""
    if forecast is None or outlook_of(forecast, at=max(at, forecast.origin)) is None:
        return None
    return risk_of(forecast, at).to_json()


def _glance(desk: Desk, memory: Memory, stored: StoredPerson, at: datetime) -> Glance:
    """The newest reading and how much there is of two weeks: read anew only when the data or the day changed."""
    known = memory.glance(stored.person_id)
    if known is not None and (known.revision, known.day) == (stored.revision, at.date()):
        return known
    frame = glucose_of(desk, stored.person_id, Window(start=at - WATCHED, end=at + timedelta(minutes=1)))
    made = Glance(
        revision=stored.revision,
        day=at.date(),
        newest=None if frame.is_empty() else frame.row(-1, named=True),
        active_pct=_active_pct(Timeline(person=stored.person, streams={"glucose": frame})),
    )
    memory.keep_glance(stored.person_id, made)
    return made


def _active_pct(timeline: Timeline) -> float | None:
    """Percent of the watched days in which a sensor read; None for somebody who wears none."""
    try:
        series = glucose_series(timeline)
    except DataError:
        return None
    covered = series.glucose_mgdl.size * timedelta(minutes=series.interval_min)
    return round(min(100.0, 100.0 * (covered / WATCHED)), 1)


def _order(row: PanelRow) -> tuple[float, str, str]:
    return -row["urgency"], row["display_name"].casefold(), row["person_id"]


def _after(rows: list[PanelRow], cursor: str | None) -> list[PanelRow]:
    """What follows the line that a cursor names, also when that has moved meanwhile."""
    if cursor is None:
        return rows
    urgency, _, person_id = cursor.partition("_")
    try:
        left = -float(urgency)
    except ValueError as error:
        raise DataError(ErrorCode.INVALID_VALUE, message("living-bad-cursor")) from error
    name = next((row["display_name"].casefold() for row in rows if row["person_id"] == person_id), "")
    return [row for row in rows if _order(row) > (left, name, person_id)]
