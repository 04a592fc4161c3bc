"""Simulated lives of UKPDS Outcomes Model 2, their years and their quality."""

import numpy as np
import pytest

from glucotwin.prognosis.answer import Question, Reason
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.ukpds.alone import risks_alone
from glucotwin.prognosis.ukpds.life_course import LifeCourses, simulate_lives
from glucotwin.prognosis.ukpds.person_state import EVENTS
from glucotwin.prognosis.ukpds.quality_of_life import life_years, quality_adjusted_life_years, utilities
from glucotwin.prognosis.ukpds.risk_factor import RiskFactors, risk_factors
from glucotwin.prognosis.ukpds.score import ukpds_om2
from made_up_patient import described

TODAY = RiskFactors(
    hba1c=7.5, sbp=135.0, ldl=2.8, hdl=1.2, bmi=30.0, heart_rate=72.0, white_cells=6.8, haemoglobin=14.0, egfr=80.0
)
LIVES = 20_000


def courses(person: DescribedPerson, *, lives: int = LIVES, years: int = 10, **ratios: float) -> LifeCourses:
    held = risk_factors(person, TODAY, years=years, progression=False)
    return simulate_lives(person, held, lives=lives, seed=3, hazard_ratios=ratios)


def test_first_year_agrees_with_the_equations_alone() -> None:
    person = described()
    lived = courses(person, years=1)
    alone = risks_alone(person, (TODAY,))
    for event in EVENTS:
        expected = float(alone[event][0])
        error = np.sqrt(expected * (1.0 - expected) / LIVES)
        # Earlier events of the same year change later ones a little, hence the fraction of the risk.
        assert float(lived.struck[event].mean()) == pytest.approx(expected, abs=4.0 * error + 0.05 * expected)


def test_dead_stay_dead_and_have_no_events() -> None:
    lived = courses(described(age=75, age_at_diagnosis=64), lives=2000, years=20)
    assert (np.diff(lived.dead.astype(int), axis=1) >= 0).all()
    assert (lived.lived_y[:, 1:][lived.dead[:, :-1]] == 0.0).all()
    for event in EVENTS:
        assert (np.diff(lived.struck[event].astype(int), axis=1) >= 0).all()
        assert not (lived.struck[event][:, 1:] & ~lived.struck[event][:, :-1])[lived.dead[:, :-1]].any()


def test_lives_are_the_same_for_the_same_seed() -> None:
    one, other = (courses(described(), lives=500) for _ in range(2))
    assert np.array_equal(one.dead, other.dead)


def test_past_complications_shorten_lives_and_raise_later_risks() -> None:
    healthy, ill = courses(described()), courses(described(history_heart_failure=True))
    assert life_years(ill).mean < life_years(healthy).mean
    assert ill.struck["mi"].mean() > healthy.struck["mi"].mean()
    assert not ill.struck["heart_failure"].any()


def test_drug_never_adds_an_event_that_it_prevents() -> None:
    without, on_drug = courses(described()), courses(described(), heart_failure=0.68)
    assert on_drug.struck["heart_failure"][:, -1].mean() < without.struck["heart_failure"][:, -1].mean()
    assert on_drug.dead[:, -1].mean() <= without.dead[:, -1].mean()


def test_second_events_need_a_first_one() -> None:
    repeated = courses(described(history_mi=True), years=1)
    # Second heart attack: exp(-4.179 + 0.021 x 28) a year, without albuminuria.
    expected = 1.0 - np.exp(-np.exp(-4.179 + 0.021 * 28.0))
    assert float(repeated.struck["mi"].mean()) == pytest.approx(expected, abs=0.004)


def test_quality_of_life_without_complications_is_the_weight_times_the_years() -> None:
    years, lives = 5, 10
    quiet = LifeCourses(
        struck={event: np.zeros((lives, years), dtype=bool) for event in EVENTS},
        history={event: np.zeros((lives, years), dtype=bool) for event in EVENTS},
        dead=np.zeros((lives, years), dtype=bool),
        lived_y=np.ones((lives, years)),
    )
    assert life_years(quiet).mean == years
    weight = utilities()["no_complication"]
    worth = quality_adjusted_life_years(quiet)
    assert worth.mean == pytest.approx(years * weight.value)
    assert worth.low == pytest.approx(years * weight.low, abs=1e-6)


def test_every_complication_has_a_weight() -> None:
    assert set(utilities()) == {"no_complication", *EVENTS}


def test_score_tells_courses_years_and_what_was_assumed() -> None:
    answer = ukpds_om2(described(drugs=["sglt2_inhibitor"]), Question(years=5, samples=400)).to_json()
    events = answer["events"]
    assert isinstance(events, dict)
    assert set(events) == {"death", *EVENTS}
    assert all(len(one["risk_by_year"]) == 5 for one in events.values())
    assert all(one["risk_5y"] == one["risk_by_year"][-1] for one in events.values())
    assert "risk_by_year_on_drugs" in events["heart_failure"]
    assert answer["assumed"] == ["heart_rate_bpm", "white_cells_1e9_l", "haemoglobin_g_dl"]
    gained = answer["life_years_gained_on_drugs"]
    assert isinstance(gained, dict)
    assert gained["low"] <= gained["mean"] <= gained["high"]


def test_without_samples_each_complication_stands_alone() -> None:
    answer = ukpds_om2(described(), Question(samples=0))
    assert {one.event for one in answer.outcomes} == set(EVENTS)
    assert all(set(one.risks) == {"risk_by_year_alone"} for one in answer.outcomes)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"diabetes_type": "type1"}, Reason.TYPE_1),
        ({"age": 75, "age_at_diagnosis": 70}, Reason.OUT_OF_RANGE),
        ({"age": 65, "age_at_diagnosis": 30}, Reason.OUT_OF_RANGE),
        ({"ldl_mmoll": None}, Reason.NOT_MEASURED),
    ],
)
def test_people_unlike_the_trial_are_refused(changes: dict[str, object], reason: Reason) -> None:
    assert [one.reason for one in ukpds_om2(described(**changes), Question()).refusals] == [reason]


def test_course_beyond_the_trial_is_cautioned() -> None:
    cautions = ukpds_om2(described(), Question(years=40, samples=0)).cautions
    assert "prognosis-caution-beyond-30-years" in cautions
