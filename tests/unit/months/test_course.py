"""The slow body and its medicines: balance, time, weight, what goes along."""

from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest

from glucotwin.months.course import Life, SlowDay, months_course, months_courses
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.people import people_of
from glucotwin.months.person import MonthsPerson, hba1c_from_mean_glucose
from glucotwin.months.treatment import Treatment, with_adherence

Adult = Callable[..., MonthsPerson]


def _take(name: str, dose: float = 0.0, **changes: object) -> Treatment:
    return Treatment(medicine=MEDICINES[name], dose=dose, **changes)  # pyright: ignore[reportArgumentType]


def _end(person: MonthsPerson, *treatments: Treatment, days: int = 182) -> SlowDay:
    return months_course(person, treatments, days=days).end


def _fall(person: MonthsPerson, *treatments: Treatment, days: int = 182) -> float:
    return _end(person, days=days).hba1c_pct - _end(person, *treatments, days=days).hba1c_pct


def test_empagliflozin_loses_effect_with_what_the_kidney_filters(adult: Adult) -> None:
    empagliflozin = _take("empagliflozin", 25.0)
    assert _fall(adult(egfr=45.0), empagliflozin) / _fall(adult(egfr=90.0), empagliflozin) < 0.6


def test_stronger_classes_stay_stronger(adult: Adult) -> None:
    doses = {"sitagliptin": 100.0, "liraglutide": 1.2, "semaglutide": 1.0, "tirzepatide": 15.0}
    falls = [_fall(adult(), _take(name, dose), days=280) for name, dose in doses.items()]
    assert falls == sorted(falls)


def test_two_medicines_lower_less_than_the_sum_and_more_than_one(adult: Adult) -> None:
    both = [_take("metformin", 2000.0), _take("empagliflozin", 25.0)]
    alone = [_fall(adult(8.6), one) for one in both]
    assert max(alone) < _fall(adult(8.6), *both) < sum(alone)


def test_who_injects_insulin_has_little_of_their_own_to_call_forth(adult: Adult) -> None:
    glimepiride = _take("glimepiride", 4.0)
    falls = [_fall(adult(8.8, insulin_u_per_d=units), glimepiride, days=140) for units in (0.0, 14.0, 40.0)]
    assert falls == sorted(falls, reverse=True)
    assert 0.4 < falls[2] / falls[0] < 0.8
    assert _end(adult(8.8, insulin_u_per_d=40.0), days=1).fasting_mmoll == pytest.approx((8.8 - 3.99) / 0.466, abs=0.01)


def test_metformin_on_injected_insulin_does_as_much_as_without_and_less_where_insulin_is_lowered(adult: Adult) -> None:
    metformin, fewer = _take("metformin", 2000.0), _take("glargine", 18.65, stopped=True)
    injects = adult(8.7, insulin_u_per_d=50.0)
    without, kept = (_fall(one, metformin, days=140) for one in (adult(8.7), injects))
    assert kept == pytest.approx(without, rel=0.2)
    assert 0.25 < _fall(injects, metformin, fewer, days=140) / kept < 0.6


def test_metformin_leaves_own_insulin_as_it_is_at_a_lower_glucose(adult: Adult) -> None:
    # DeFronzo 1995: fasting insulin unchanged; own insulin goes with secretion and glucose above 3.5 mmol/L (WHIG).
    person = adult(8.8)
    effect = MEDICINES["metformin"].effect(people_of([person]), 2000.0)
    fasting = _end(person, _take("metformin", 2000.0)).fasting_mmoll
    before = person.usual_fasting_mmoll
    assert effect.secretion * (fasting - 3.5) / (before - 3.5) == pytest.approx(1.0, abs=0.1)
    assert 0.70 < float(np.asarray(effect.production)[0]) < 0.82


def test_a_higher_hba1c_falls_further(adult: Adult) -> None:
    for name, dose in (("metformin", 2000.0), ("dapagliflozin", 10.0), ("liraglutide", 1.8)):
        assert _fall(adult(9.5), _take(name, dose)) > _fall(adult(7.5), _take(name, dose))


@pytest.mark.parametrize("name", [name for name, one in MEDICINES.items() if one.kind not in {"statin", "diuretic"}])
def test_every_medicine_runs_at_its_largest_dose_and_raises_nothing_it_lowers(adult: Adult, name: str) -> None:
    person = adult(8.5)
    dose = 40.0 if MEDICINES[name].titration else MEDICINES[name].largest_dose
    end = _end(person, _take(name, dose), days=90)
    assert 4.0 < end.hba1c_pct <= _end(person, days=90).hba1c_pct + 1e-9


def test_titrated_insulin_goes_up_until_fasting_glucose_is_near_the_goal(adult: Adult) -> None:
    end = _end(adult(8.6, weight_kg=97.0), _take("glargine", titrated=True))
    assert 5.6 < end.fasting_mmoll < 7.0
    assert 0.3 < end.insulin_u_per_d / 97.0 < 0.7


def test_weekly_insulin_is_told_by_the_day_and_ends_where_the_daily_one_does(adult: Adult) -> None:
    weekly, daily = (_end(adult(8.6), _take(name, titrated=True)) for name in ("icodec", "degludec"))
    assert weekly.hba1c_pct == pytest.approx(daily.hba1c_pct, abs=0.2)
    assert weekly.insulin_u_per_d == pytest.approx(daily.insulin_u_per_d, rel=0.25)


def test_insulin_at_meals_goes_up_by_mean_glucose_and_stops_before_lows(adult: Adult) -> None:
    person = adult(9.0, weight_kg=90.0)
    basal, both, meals = (
        _end(person, *taken, days=365)
        for taken in (
            [_take("glargine", titrated=True)],
            [_take("glargine", titrated=True), _take("aspart-once", titrated=True, start_d=180)],
            [_take("aspart", titrated=True)],
        )
    )
    assert both.hba1c_pct < basal.hba1c_pct
    assert meals.fasting_mmoll > basal.fasting_mmoll
    assert 7.5 < meals.mean_mmoll < 10.0
    assert 0.3 < meals.insulin_u_per_d / 90.0 < 1.1


def test_glucose_in_urine_takes_less_from_who_is_stimulated_already(adult: Adult) -> None:
    person, sglt2 = adult(9.0), _take("dapagliflozin", 10.0)
    strong = _take("exenatide", 2.0)
    added = _fall(person, strong, sglt2, days=364) - _fall(person, strong, days=364)
    assert 0.2 < added < 0.75 * _fall(person, sglt2, days=364)


def test_counter_regulation_holds_glucose_up(adult: Adult) -> None:
    end = _end(adult(6.5), _take("glargine", 90.0), _take("metformin", 2000.0))
    assert end.fasting_mmoll > 4.0


def test_missed_doses_cost_effect_and_a_late_start_waits(adult: Adult) -> None:
    full, late = _take("semaglutide", 1.0), _take("semaglutide", 1.0, start_d=120)
    assert 0.5 < _fall(adult(), with_adherence(full, 0.5)) / _fall(adult(), full) < 1.0
    assert _fall(adult(), late, days=119) == pytest.approx(0.0)
    assert 0.0 < _fall(adult(), late) < _fall(adult(), full)


def test_what_is_stopped_is_missed(adult: Adult) -> None:
    assert _fall(adult(7.5), _take("metformin", 2000.0, stopped=True)) < -0.4


def test_insulin_is_counted_from_its_first_day_until_its_last_and_never_below_none(adult: Adult) -> None:
    later, on_insulin = _take("icodec", 140.0, start_d=100), adult(insulin_u_per_d=20.0)
    assert [_end(adult(), later, days=days).insulin_u_per_d for days in (100, 101)] == [0.0, 20.0]
    for dose, left in ((15.0, 5.0), (40.0, 0.0)):
        stopped = _take("glargine", dose, stopped=True, start_d=100)
        assert [_end(on_insulin, stopped, days=days).insulin_u_per_d for days in (100, 101)] == [20.0, left]


def test_eating_less_takes_weight_as_halls_whole_model_does(adult: Adult) -> None:
    person = adult(7.4, age_y=40.0, weight_kg=100.0, height_m=1.75)
    course = months_course(person, [_take("diet", 500.0)], days=1095)
    changes = [course.weight_kg[day] - 100.0 for day in (182, 365, 730, 1095)]
    assert changes == pytest.approx([-8.1, -13.6, -19.9, -22.6], abs=0.6)


def test_great_loss_of_weight_brings_remission_early_and_not_late(adult: Adult) -> None:
    early, late = (
        _end(adult(7.2, weight_kg=100.0, duration_y=years), _take("programme", 1000.0), days=365)
        for years in (1.0, 20.0)
    )
    assert early.weight_kg < 87.0
    assert early.hba1c_pct < 6.0 < late.hba1c_pct - 0.4
    assert early.beta_share > 1.5 * late.beta_share


def test_pioglitazone_empties_the_liver_and_statin_the_blood(adult: Adult) -> None:
    end = _end(adult(), _take("pioglitazone", 45.0), _take("atorvastatin", 40.0), days=365)
    assert end.liver_fat_pct < 0.6 * adult().usual_liver_fat_pct
    assert end.ldl_mmoll == pytest.approx(2.8 * 0.557, rel=0.03)


def test_sglt2_inhibitor_dips_and_then_spares_the_kidney(adult: Adult) -> None:
    person, taken = adult(egfr=60.0, acr_mg_g=500.0), _take("dapagliflozin", 10.0)
    assert _end(person, taken, days=30).egfr < _end(person, days=30).egfr
    assert _end(person, taken, days=1460).egfr > _end(person, days=1460).egfr


def test_pressure_falls_more_from_higher_pressure(adult: Adult) -> None:
    falls = [
        one.sbp_mmhg - _end(one, _take("ramipril", 5.0)).sbp_mmhg for one in (adult(sbp_mmhg=v) for v in (135.0, 165.0))
    ]
    assert 5.0 < falls[0] < falls[1] < 12.0


def test_slow_metabolism_of_a_sulfonylurea_makes_it_stronger(adult: Adult) -> None:
    slow = adult(genotype={"sulfonylurea-clearance": 0.4})
    assert _fall(slow, _take("glimepiride", 1.0)) > _fall(adult(), _take("glimepiride", 1.0))


def test_a_person_whose_hba1c_reads_high_keeps_the_gap(adult: Adult) -> None:
    person = adult(8.2, mean_mmoll=9.0)
    assert person.glycation_gap_pct > 0.7
    assert _end(person, days=1).hba1c_pct == pytest.approx(8.2, abs=0.02)


def test_steady_hba1c_is_that_of_adag() -> None:
    assert hba1c_from_mean_glucose(154.2 / 18.0156) == pytest.approx(7.0, abs=0.01)


def test_lives_side_by_side_are_as_each_alone(adult: Adult) -> None:
    lives = [
        Life(person=adult(8.2), treatments=[_take("metformin", 2000.0)], response=0.8),
        Life(person=adult(9.4, female=True, egfr=50.0), treatments=[_take("glargine", titrated=True)], decline=1.5),
        Life(person=adult(7.4, genotype={"metformin-response": 0.5}), treatments=[_take("metformin", 2000.0)]),
        Life(person=adult(8.0, insulin_u_per_d=20.0), treatments=[_take("glargine", 20.0, stopped=True, start_d=30)]),
        Life(person=adult(7.9)),
    ]
    for life, course in zip(lives, months_courses(lives, days=90), strict=True):
        alone = months_course(life.person, life.treatments, days=90, response=life.response, decline=life.decline)
        assert asdict(course.end) == pytest.approx(asdict(alone.end))
        assert len(course) == 91
