"""``glucotwin simulate --list``: what a simulation can be made of."""

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from glucotwin.cli.simulate_list import LISTS
from glucotwin.physiology.insulin_product import insulin_products
from glucotwin.physiology.module.registry import MODULES
from glucotwin.scenario.behaviour_profile import behaviour_profiles

Invoke = Callable[..., CompletedProcess[str]]
EXAMPLE = Path(__file__).parents[2] / "examples" / "one-day.yaml"
FIRST_COLUMN = {
    "subjects": "subject",
    "modules": "module",
    "insulin": "product",
    "behaviours": "behaviour",
    "changes": "name",
    "outputs": "output",
}


def listed(invoke: Invoke, what: str, *arguments: str) -> list[dict[str, object]]:
    finished = invoke("simulate", "--list", what, *arguments, "--json")
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


def test_every_list_is_looked_at() -> None:
    assert set(LISTS) == set(FIRST_COLUMN)


@pytest.mark.parametrize(("what", "column"), FIRST_COLUMN.items())
def test_list_is_a_table_with_the_rows_of_its_json(invoke: Invoke, what: str, column: str) -> None:
    rows = listed(invoke, what)
    finished = invoke("simulate", "--list", what)
    assert finished.returncode == 0, finished.stderr
    header, *lines = finished.stdout.splitlines()
    assert header.split()[0] == column
    assert header.split() == list(rows[0])
    assert [line.split()[0] for line in lines] == [row[column] for row in rows]
    assert len({str(row[column]) for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("what", "names"),
    [("modules", MODULES), ("insulin", insulin_products()), ("behaviours", behaviour_profiles())],
)
def test_list_has_everything_there_is(invoke: Invoke, what: str, names: dict[str, object]) -> None:
    assert [row[FIRST_COLUMN[what]] for row in listed(invoke, what)] == list(names)


def test_subjects_come_with_their_doses(invoke: Invoke) -> None:
    rows = listed(invoke, "subjects")
    assert len(rows) == 30
    assert [row["subject"] for row in rows[::10]] == ["adult#001", "adolescent#001", "child#001"]
    assert all(isinstance(value, float) and value > 0.0 for row in rows for value in list(row.values())[1:])
    assert listed(invoke, "subjects", "--list-subjects") == rows


def test_what_is_not_known_of_a_subject_is_a_dash(invoke: Invoke) -> None:
    row = listed(invoke, "subjects", "--body", "minimal")[0]
    assert None in row.values()
    _, line = invoke("simulate", "--list", "subjects", "--body", "minimal").stdout.splitlines()[:2]
    assert line.split().count("-") == list(row.values()).count(None)


def test_body_without_modules_lists_none(invoke: Invoke) -> None:
    assert listed(invoke, "modules", "--body", "padova-t1d-2008") == []
    assert invoke("simulate", "--list", "modules", "--body", "padova-t1d-2008").stdout == ""


def test_every_module_listed_can_be_left_out(invoke: Invoke) -> None:
    assert {"exercise", "ketone", "circadian"} <= {row["module"] for row in listed(invoke, "modules")}
    finished = invoke("simulate", "--scenario", EXAMPLE, "--without", "soul")
    assert finished.returncode == 2
    for row in listed(invoke, "modules"):
        assert str(row["module"]) in finished.stderr


def test_changes_come_with_their_bounds(invoke: Invoke) -> None:
    rows = {row["name"]: row for row in listed(invoke, "changes")}
    assert rows["weight_kg"] == {"name": "weight_kg", "low": None, "high": None, "unit": ""}
    bounded = rows["glucose.volume_dl_per_kg"]
    assert bounded["unit"] == "dL/kg"
    assert isinstance(bounded["low"], float)
    assert isinstance(bounded["high"], float)
    assert 0.0 < bounded["low"] < bounded["high"]


def test_outputs_are_signals_and_states(invoke: Invoke) -> None:
    names = [row["output"] for row in listed(invoke, "outputs")]
    assert {"glucose_mgdl", "interstitial_mgdl", "ketone_mmoll"} <= set(names)
    assert any("." in str(name) for name in names)


@pytest.mark.parametrize("what", ["subjects", "modules", "changes", "outputs"])
def test_list_of_an_unknown_body_is_refused(invoke: Invoke, what: str) -> None:
    finished = invoke("simulate", "--list", what, "--body", "nobody")
    assert finished.returncode == 2
    assert "Known bodies: padova-t1d" in finished.stderr


def test_unknown_list_is_a_usage_error_with_those_there_are(invoke: Invoke) -> None:
    finished = invoke("simulate", "--list", "moods")
    assert finished.returncode == 2
    assert all(f"'{what}'" in finished.stderr for what in LISTS)
