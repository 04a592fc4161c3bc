"""Conditions as apps write them."""

from datetime import UTC, datetime

import pytest

from glucotwin.core.error import DataError
from glucotwin.workflows.nightscout.query import (
    Condition,
    bounds_of,
    find_conditions,
    fulfilling,
    search_conditions,
)

DOCUMENTS = [
    {"_id": "1", "created_at": "2024-03-01T08:00:00.000Z", "insulin": 1.5, "enteredBy": "Loop", "automatic": True},
    {"_id": "2", "created_at": "2024-03-01T09:00:00+01:00", "insulin": "2", "pump": {"battery": {"percent": 40}}},
    {"_id": "3", "created_at": "2024-03-02T08:00:00Z", "carbs": 20, "enteredBy": "Trio"},
]


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("find[enteredBy]", "Trio", "3"),
        ("find[enteredBy][$ne]", "Trio", "12"),
        ("find[insulin][$gte]", "1.5", "12"),
        ("find[insulin][$gt]", "1.5", "2"),
        ("find[insulin]", "many", ""),
        ("find[insulin][$exists]", "true", "12"),
        ("find[insulin][$exists]", "false", "3"),
        ("find[automatic]", "true", "1"),
        ("find[created_at]", "1709280000000", "12"),
        ("find[created_at][$gte]", "2024-03-01T09:00:00.000+01:00", "123"),
        ("find[created_at][$lt]", "2024-03-02", "12"),
        ("find[enteredBy][$in]", "Loop,Trio", "13"),
        ("find[enteredBy][$in][]", "Loop|Trio", "13"),
        ("find[enteredBy][$nin]", "Loop", "23"),
        ("find[enteredBy][$regex]", "^T", "3"),
        ("find[enteredBy]", "/o+/i", "13"),
        ("find[pump.battery.percent][$lte]", "40", "2"),
        ("find[enteredBy][$gte]", "5", ""),
        ("count", "3", "123"),
    ],
)
def test_documents_that_fulfil_a_condition_of_version_1(name: str, value: str, found: str) -> None:
    chosen = fulfilling(DOCUMENTS, find_conditions([(name, value)]))
    assert "".join(str(one["_id"]) for one in chosen) == found


def test_all_conditions_hold_together() -> None:
    conditions = find_conditions([("find[enteredBy][$ne]", "Loop"), ("find[enteredBy][$ne]", "Trio")])
    assert [one["_id"] for one in fulfilling(DOCUMENTS, conditions)] == ["2"]


def test_conditions_of_version_3() -> None:
    conditions = search_conditions([("insulin$lt", "2"), ("enteredBy", "Loop"), ("limit", "5"), ("sort$desc", "date")])
    assert [one["_id"] for one in fulfilling(DOCUMENTS, conditions)] == ["1"]
    assert len(conditions) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("find[a][$where]", "1"), ("find[a][$regex]", "("), ("find[a][$regex]", "x" * 300), ("find[a]", "x" * 20_000)],
)
def test_what_cannot_be_understood_is_refused(name: str, value: str) -> None:
    with pytest.raises(DataError):
        find_conditions([(name, value)])


def test_a_pattern_takes_no_longer_than_its_text() -> None:
    condition = Condition(field="notes", operator="regex", value="(a+)+$")
    assert not condition.holds({"notes": "a" * 50_000 + "b"})


def test_bounds_of_time() -> None:
    conditions = find_conditions(
        [
            ("find[date][$gte]", "1709280000000"),
            ("find[date][$gt]", "2024-03-01T10:00:00Z"),
            ("find[date][$lte]", "2024-03-03T10:00:00Z"),
            ("find[carbs][$gte]", "5"),
        ]
    )
    bounds = bounds_of(conditions, ["date", "mills"])
    assert (bounds.start, bounds.end) == (
        datetime(2024, 3, 1, 10, tzinfo=UTC),
        datetime(2024, 3, 3, 10, tzinfo=UTC),
    )
    assert bounds_of(conditions, ["created_at"]).start is None
