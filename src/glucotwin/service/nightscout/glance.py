"""The newest reading at a glance: ``/pebble`` and ``/api/v2/properties``, as watches, displays and widgets ask."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from glucotwin.service.nightscout.app import App, Asking
from glucotwin.service.nightscout.route import NightscoutRoute, add
from glucotwin.store.access import Action
from glucotwin.workflows.nightscout.document import ENTRIES, Document
from glucotwin.workflows.nightscout.glance import pebble_of, properties_of
from glucotwin.workflows.nightscout.query import Condition
from glucotwin.workflows.nightscout.read import Question, read_collection

pebble = APIRouter(tags=["nightscout"], route_class=NightscoutRoute)
router = APIRouter(tags=["nightscout"], route_class=NightscoutRoute)
MOST = 288

Units = Annotated[Literal["mgdl", "mg/dl", "mmol"], Query(description="In which glucose is told.")]


def read_pebble(app: Asking, units: Units = "mgdl", count: Annotated[int, Query(ge=1, le=MOST)] = 1) -> Document:
    """The newest readings of the sensor with arrow and change."""
    return pebble_of(_newest(app, count + 1), count=count, now=app.now, is_mmoll=units == "mmol")


def read_properties(app: Asking, units: Units = "mgdl") -> Document:
    """All properties: the newest reading, its change and its arrow; none when it is old."""
    return properties_of(_newest(app, 2), now=app.now, is_mmoll=units == "mmol")


def read_some_properties(names: str, app: Asking, units: Units = "mgdl") -> Document:
    """Properties of some names, with commas between them; those that are not known are left out."""
    wanted = names.split(",")
    return {name: value for name, value in read_properties(app, units).items() if name in wanted}


def _newest(app: App, count: int) -> list[Document]:
    sensor = Condition(field="type", operator="eq", value="sgv")
    question = Question(collection=ENTRIES, conditions=[sensor], limit=count)
    with app.desk(Action.READ_DATA) as (desk, _):
        return read_collection(desk, app.person_id, question, now=app.now)


add(pebble, "GET", "/pebble", read_pebble)
add(router, "GET", "/v2/properties", read_properties)
add(router, "GET", "/v2/properties/{names}", read_some_properties)
