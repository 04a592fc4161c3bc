"""Whatever oref0 is given, it decides or says what is wrong."""

import json
from contextlib import suppress
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.control.oref0.oracle import decide
from glucotwin.core.error import GlucoTwinError
from made_up_oref import bolus, meal, pump_event, readings, request, temp

ROWS = [[entry["date"], entry["sgv"], 1] for entry in readings(count=60)]
DOCUMENT = request(
    [bolus(1, 20), *temp(2, 30, 60), pump_event("PumpResume", 100), pump_event("PumpSuspend", 120), *temp(0, 200, 30)],
    carbs=[meal(40, 60)],
    glucose={"columns": ["date_ms", "sgv", "noise"], "rows": ROWS},
    dynamic={"variant": "trio-sigmoid", "last_24_h_u": 38, "mean_14_day_u": 36},
)
ODD = st.sampled_from(
    [None, 0, -1, 1e9, -1e9, 1e20, 1e308, 1e-9, "", "x", True, 0.5, [], {}, [1], {"a": 1}, "0001-01-01T00:00:00Z"]
)


def places(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    return [place, *(found for name, one in inner for found in places(one, (*place, name)))]


@settings(deadline=None, max_examples=120)
@given(st.sampled_from(places(DOCUMENT)[1:]), ODD)
def test_odd_values_are_used_or_refused_with_a_reason(place: tuple[Any, ...], odd: object) -> None:
    document: Any = deepcopy(DOCUMENT)
    holder = document
    for name in place[:-1]:
        holder = holder[name]
    holder[place[-1]] = deepcopy(odd)
    answer = None
    with suppress(GlucoTwinError):
        answer = decide(document)
    json.dumps(answer, allow_nan=False)
