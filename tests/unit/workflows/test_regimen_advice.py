"""Advice on medicines for a described person."""

from datetime import date
from pathlib import Path

import pytest

from glucotwin.advise.regimen.spell import taken_on
from glucotwin.core.error import DataError, GlucoTwinError, NotAllowedError, NotFoundError
from glucotwin.core.profile import Authority
from glucotwin.reports.figure.regimen_advice import PlanLine, plot_regimen_advice
from glucotwin.workflows.regimen_advice import RegimenQuestion, advise_regimen
from glucotwin.workflows.regimen_history import read_history

EXAMPLE = Path(__file__).parents[3] / "examples" / "regimen"
PERSON, VISITS = EXAMPLE / "person.yaml", EXAMPLE / "visits.csv"


def test_advice_by_a_history_can_be_discussed(tmp_path: Path) -> None:
    advice = advise_regimen(PERSON, history=VISITS)
    told = advice.to_json()
    assert told["chosen"] == advice.choice.ranked[0].option.name
    assert advice.visits == 4
    assert advice.learned["dpp4_inhibitor"][0] < 1.0  # sitagliptin did little
    assert advice.choice.unchanged.option.name == "metformin:2000+sitagliptin:100"
    lines = [PlanLine(name=one.option.name, course_pct=one.course_pct, burden=one.burden, is_drawn=True)
             for one in advice.choice.ranked[:3]]  # fmt: skip
    plot_regimen_advice(lines, [(-3.0, 8.0), (0.0, 8.4)], tmp_path / "plans.svg", target_pct=7.0)
    assert (tmp_path / "plans.svg").stat().st_size > 1000


def test_a_history_says_what_was_taken_when() -> None:
    history = read_history(VISITS)
    assert history.first == date(2026, 2, 10)
    assert [one.day for one in history.visits] == [0, 91, 189, 283]
    assert {one.name for one in taken_on(history.spells, 50)} == {"metformin:2000"}
    assert {one.name for one in taken_on(history.spells, 283)} == {"metformin:2000", "sitagliptin:100"}


@pytest.mark.parametrize(
    "text",
    [
        "date,medicines\n2026-01-01,\n",
        "date,hba1c_pct\n2026-01-01,8\n",
        "date,medicines,hba1c_pct\n2026-01-01,none,80\n",
        "date,medicines,hba1c_pct\n1.1.2026,none,8\n",
        "date,medicines,hba1c_pct\n2026-01-01,stop-metformin:2000,8\n",
        "date,medicines,mood\n2026-01-01,none,8\n",
    ],
)
def test_tables_that_say_nothing_sensible_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "visits.csv"
    file.write_text(text)
    with pytest.raises(DataError):
        read_history(file)


def test_advice_needs_history_or_what_is_taken_and_known_names() -> None:
    with pytest.raises(DataError):
        advise_regimen(PERSON)
    with pytest.raises(NotFoundError):
        advise_regimen(PERSON, RegimenQuestion(values={"beauty": 1.0}), taken="metformin:2000")
    with pytest.raises(GlucoTwinError):
        advise_regimen(PERSON, RegimenQuestion(medicines=("snakeoil",)), taken="metformin:2000")


def test_a_person_of_the_review_profile_gets_no_advice_on_doses() -> None:
    with pytest.raises(NotAllowedError):
        advise_regimen(PERSON, taken="metformin:2000", authority=Authority())
