"""The ledger of a service: every forecast as it was issued, sealed, added and never changed."""

import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Row, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.domain.timeline import Window
from glucotwin.forecast.forecast import Forecast
from glucotwin.forecast.ledger.ledger import IssuedForecast
from glucotwin.store.desk import Desk
from glucotwin.store.schema import forecast as table
from glucotwin.twin.twin import Twin

PLACE = "forecast"
MOST = 2000


def issue_forecast(desk: Desk, person_id: str, twin: Twin, forecast: Forecast) -> IssuedForecast:
    """Enters a forecast before anybody knows how good it is."""
    now = datetime.now(UTC)
    content = {"twin_version": twin.version, "forecast": forecast.to_json()}
    packed = zlib.compress(json.dumps(content).encode())
    row = insert(table).values(
        person_id=person_id,
        issued_at=now,
        origin=forecast.origin,
        twin_hash=twin.content_hash(),
        content=desk.keystore.seal(person_id, PLACE, packed),
    )
    number = desk.connection.execute(row.returning(table.c.forecast_id)).scalar_one()
    return IssuedForecast(
        sequence=number,
        issued_at=now,
        person_id=person_id,
        twin_version=twin.version,
        twin_hash=twin.content_hash(),
        forecast=forecast,
    )


def read_forecasts(desk: Desk, person_id: str, *, window: Window | None = None) -> tuple[IssuedForecast, ...]:
    """A person's issued forecasts in the order of their origins, at most the newest ``MOST``.

    Args:
        desk: of the account.
        person_id: whose.
        window: only origins within it; None for all.
    """
    where = desk.of_person(table, person_id)
    if window is not None:
        where &= (table.c.origin >= window.start) & (table.c.origin < window.end)
    query = select(table).where(where).order_by(table.c.origin.desc(), table.c.forecast_id.desc()).limit(MOST)
    return tuple(reversed([_issued(desk, row) for row in desk.connection.execute(query)]))


def newest_forecasts(desk: Desk, people: Sequence[str], *, since: datetime) -> dict[str, IssuedForecast]:
    """The forecast with the latest origin of each of several people, read at once; who has none is left out.

    Args:
        desk: of an account that may read.
        people: whose.
        since: aware time; origins before it are not looked at.
    """
    where = table.c.person_id.in_(people) & desk.within_reach(table) & (table.c.origin >= since)
    order = (table.c.person_id, table.c.origin.desc(), table.c.forecast_id.desc())
    query = select(table).where(where).ext(distinct_on(table.c.person_id)).order_by(*order)
    return {one.person_id: one for one in (_issued(desk, row) for row in desk.connection.execute(query))}


def _issued(desk: Desk, row: Row[tuple[object, ...]]) -> IssuedForecast:
    fields = row._mapping
    try:
        told = json.loads(zlib.decompress(desk.keystore.open_sealed(fields["person_id"], PLACE, fields["content"])))
        return IssuedForecast(
            sequence=fields["forecast_id"],
            issued_at=fields["issued_at"],
            person_id=fields["person_id"],
            twin_version=told["twin_version"],
            twin_hash=fields["twin_hash"],
            forecast=Forecast.from_json(told["forecast"]),
        )
    except (KeyError, ValueError, zlib.error) as error:
        raise DataError(ErrorCode.DAMAGED_ARTEFACT, message("store-damaged-value")) from error
