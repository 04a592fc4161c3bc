"""Simulating subjects: one or several, variant by variant, with what they did about their glucose."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import DataError, ErrorCode, ModelError, NotFoundError
from glucotwin.core.unit import GlucoseUnit
from glucotwin.physiology.registry import body_entry, make_body
from glucotwin.simulate.trajectory import simulate
from glucotwin.workflows.day_plan import LivedDays
from glucotwin.workflows.simulate import (
    Simulation,
    SimulationRequest,
    simulate_variants,
    subjects_named,
    summary_rows,
    write_simulations,
)

LIFE = LivedDays(profile="typical", days=2, seed=1)
EATER = "adult#003"
"""Whose two days have lows to treat and highs to correct."""

MGDL_OF_MMOLL = 18.0156
"""A tenth of the molar mass of glucose."""

BREAKFAST = """
base_name: with its bolus
zone: Europe/Berlin
body: {subject: {fasting_glucose_mgdl: 110}}
meals: [{time: '07:30', carbs_g: 60}]
boluses: [{time: '07:30', carbs_g: 60}]
variants:
  - {name: without, boluses: []}
"""


@pytest.fixture(scope="module")
def breakfast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return scenario_file(tmp_path_factory.mktemp("scenario"), BREAKFAST)


@pytest.fixture(scope="module")
def both(breakfast: Path) -> tuple[Simulation, ...]:
    """Breakfast with and without its bolus, of the children."""
    return simulate_variants(children(breakfast))


def children(scenario: Path, variant: str = "") -> SimulationRequest:
    """A scenario for the children, with ketones besides the glucose that is kept anyway."""
    outputs = ("ketone_mmoll", "glucose_mgdl")
    return SimulationRequest(scenario=scenario, variant=variant, subject="child", outputs=outputs)


@cache
def lived(subject: str = EATER, *, self_care: bool = True) -> Simulation:
    (simulation,) = simulate_variants(
        SimulationRequest(life=replace(LIFE, self_care=self_care), subject=subject, outputs=("ketone_mmoll",))
    )
    return simulation


def scenario_file(folder: Path, text: str) -> Path:
    path = folder / "scenario.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def summaries(simulation: Simulation) -> list[dict[str, float]]:
    """The summaries as JSON has them, by row."""
    return json.loads(json.dumps(simulation.to_json()))["subjects"]


def given(simulation: Simulation, name: str) -> np.ndarray:
    """A quantity per minute of the only subject."""
    inputs = simulation.inputs[0]
    return np.asarray(inputs.insulin_u_per_min["rapid"] if name == "insulin" else getattr(inputs, f"{name}_g_per_min"))


def test_variants_come_by_name_and_one_alone_is_unnamed(breakfast: Path, both: tuple[Simulation, ...]) -> None:
    assert [one.variant for one in both] == ["with its bolus", "without"]
    (alone,) = simulate_variants(children(breakfast, "without"))
    assert alone.variant == ""
    np.testing.assert_array_equal(alone.glucose_mgdl, both[1].glucose_mgdl)


def test_missed_bolus_raises_glucose_of_everybody(both: tuple[Simulation, ...]) -> None:
    with_bolus, without = (np.array([one["max_mgdl"] for one in summaries(simulation)]) for simulation in both)
    assert (without > with_bolus + 15.0).all()


def test_shapes_and_names_of_what_was_simulated(both: tuple[Simulation, ...]) -> None:
    for one in both:
        assert [subject.name for subject in one.subjects] == [f"child#{number:03d}" for number in range(1, 11)]
        assert list(one.outputs) == ["glucose_mgdl", "interstitial_mgdl", "ketone_mmoll"]
        assert {values.shape for values in one.outputs.values()} == {(10, 1441)}
        assert [inputs.minutes for inputs in one.inputs] == [1440] * 10
        np.testing.assert_array_equal(one.t_min, np.arange(1441))


def test_scenarios_change_of_the_subject_holds_for_everybody(both: tuple[Simulation, ...]) -> None:
    np.testing.assert_allclose(both[0].glucose_mgdl[:, 0], 110.0)


def test_summary_tells_what_was_given_and_shares_of_the_whole(both: tuple[Simulation, ...]) -> None:
    for simulation in both:
        for row, one in enumerate(summaries(simulation)):
            assert one["carbs_g"] == pytest.approx(60.0)
            shares = [one[f"time_{where}_range_pct"] for where in ("below", "in", "above")]
            assert sum(shares) == pytest.approx(100.0)
            assert one["min_mgdl"] == simulation.glucose_mgdl[row].min()
    with_bolus, without = (summaries(one)[0]["insulin_u"] for one in both)
    assert with_bolus - without == pytest.approx(60.0 / (both[0].subjects[0].carb_ratio_g_per_u or np.nan))


@pytest.mark.slow
def test_several_subjects_get_what_each_gets_alone() -> None:
    together, alone = lived("adult"), lived(EATER)
    row = [one.name for one in together.subjects].index(EATER)
    for name, values in alone.outputs.items():
        np.testing.assert_allclose(together.outputs[name][row], values[0], atol=1e-6, rtol=0.0, err_msg=name)
    for name in ("carbs", "liquid_carbs", "insulin"):
        mine = replace(together, inputs=(together.inputs[row],))
        np.testing.assert_allclose(given(mine, name), given(alone, name), atol=1e-9, err_msg=name)


def test_self_care_adds_rescue_carbs_and_corrections_to_the_inputs() -> None:
    careful, alone = lived(), lived(self_care=False)
    carbs, liquid, insulin = (
        given(careful, name) - given(alone, name) for name in ("carbs", "liquid_carbs", "insulin")
    )
    eaten = carbs[carbs > 1e-9]
    assert eaten.size >= 2
    np.testing.assert_allclose(eaten, 15.0)
    np.testing.assert_allclose(liquid, carbs, atol=1e-9)
    assert (insulin > -1e-9).all()
    assert insulin.sum() > 1.0
    before, after = summaries(alone)[0], summaries(careful)[0]
    assert after["carbs_g"] - before["carbs_g"] == pytest.approx(15.0 * eaten.size)
    assert after["insulin_u"] - before["insulin_u"] == pytest.approx(insulin.sum())
    assert after["time_in_range_pct"] > before["time_in_range_pct"]


def test_lows_are_treated_when_the_sensor_shows_them() -> None:
    careful = lived()
    minutes = np.flatnonzero(given(careful, "carbs") - given(lived(self_care=False), "carbs") > 1e-9)
    assert (careful.interstitial_mgdl[0][minutes] < 70.0).all()
    assert (np.diff(minutes) >= 15).all()


def test_inputs_that_were_kept_give_the_same_glucose_again() -> None:
    careful = lived()
    again = simulate(make_body("padova-t1d", subject=EATER), careful.inputs[0])
    np.testing.assert_allclose(again.outputs["glucose_mgdl"], careful.glucose_mgdl[0], atol=1e-9)


def test_request_changes_the_subjects_and_the_scenarios_own_change_comes_on_top(breakfast: Path) -> None:
    changes = {"weight_kg": 90.0, "fasting_glucose_mgdl": 140.0}
    (heavy,) = simulate_variants(SimulationRequest(scenario=breakfast, variant="without", changes=changes))
    (usual,) = simulate_variants(SimulationRequest(scenario=breakfast, variant="without"))
    assert heavy.subjects[0].weight_kg == 90.0
    assert heavy.glucose_mgdl[0, 0] == pytest.approx(110.0)
    weights = heavy.subjects[0].weight_kg / usual.subjects[0].weight_kg
    assert given(heavy, "insulin").sum() / given(usual, "insulin").sum() == pytest.approx(weights)


def test_module_can_be_left_out_by_the_request_and_by_the_scenario(tmp_path: Path) -> None:
    run = "activities: [{time: '10:00', duration_min: 45, kind: aerobic, intensity_fraction: 0.6}]"
    text = f"{run}\nvariants: [{{name: left out, body: {{without: [exercise]}}}}]"
    path = scenario_file(tmp_path, text)
    kept, left_out = simulate_variants(SimulationRequest(scenario=path))
    without, _ = simulate_variants(SimulationRequest(scenario=path, without=frozenset({"exercise"})))
    assert kept.glucose_mgdl.min() < left_out.glucose_mgdl.min() - 5.0
    np.testing.assert_array_equal(without.glucose_mgdl, left_out.glucose_mgdl)


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"without": frozenset({"soul"})}, "soul"),
        ({"outputs": ("mood",)}, "no signal or state 'mood'"),
        ({"changes": {"hat_size": 7.0}}, "'hat_size'"),
        ({"changes": {"weight_kg": -1.0}}, "must be above zero"),
    ],
)
def test_module_output_or_change_that_there_is_not_is_refused(
    breakfast: Path, wish: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ModelError, match=complaint):
        simulate_variants(SimulationRequest(scenario=breakfast, **wish))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("body", "medicine", "without"),
    [
        ("padova-t1d", "asprin", ()),
        ("padova-t1d", "dapagliflozin", ("sglt2-inhibitor",)),
        ("padova-t1d-2008", "dapagliflozin", ()),
    ],
)
def test_medicine_that_the_body_does_not_answer_is_refused(
    tmp_path: Path, body: str, medicine: str, without: tuple[str, ...]
) -> None:
    path = scenario_file(tmp_path, f"medications: [{{time: '08:00', name: {medicine}, dose_mg: 10}}]")
    with pytest.raises(ModelError, match=f"does not answer the medicine '{medicine}'") as refused:
        simulate_variants(SimulationRequest(body=body, scenario=path, without=frozenset(without)))
    assert refused.value.code is ErrorCode.UNKNOWN_NAME
    assert ("glucagon-nasal" in refused.value.hint) == (body == "padova-t1d")


def test_exactly_one_of_table_scenario_and_life_is_simulated(breakfast: Path) -> None:
    for wrong in (
        SimulationRequest(),
        SimulationRequest(scenario=breakfast, life=LIFE),
        SimulationRequest(table=breakfast, life=LIFE),
    ):
        with pytest.raises(DataError, match="and not both"):
            simulate_variants(wrong)


def test_life_needs_a_body_that_answers_events() -> None:
    with pytest.raises(DataError, match="does not answer exercise"):
        simulate_variants(SimulationRequest(body="padova-t1d-2008", life=LIFE))


def test_name_stands_for_one_subject_a_group_or_all() -> None:
    everyone = body_entry("padova-t1d").subjects()
    assert subjects_named("padova-t1d") == everyone[:1]
    assert subjects_named("padova-t1d", "all") == everyone
    assert [one.group for one in subjects_named("padova-t1d", "adolescent")] == ["adolescent"] * 10
    assert [one.name for one in subjects_named("padova-t1d", EATER)] == [EATER]
    with pytest.raises(NotFoundError, match="'toddler'"):
        subjects_named("padova-t1d", "toddler")


def test_table_of_variants_and_subjects_has_a_column_for_each(both: tuple[Simulation, ...], tmp_path: Path) -> None:
    path = tmp_path / "both.csv"
    write_simulations(both, path, unit=GlucoseUnit.MMOLL)
    frame = pl.read_csv(path)
    assert frame.columns == ["variant", "subject", "t_min", "glucose_mmoll", "interstitial_mmoll", "ketone_mmoll"]
    assert frame.height == 2 * 10 * 1441
    last = frame.filter(variant="without", subject="child#010")
    assert last["t_min"].to_list() == list(range(1441))
    np.testing.assert_allclose(last["glucose_mmoll"] * MGDL_OF_MMOLL, both[1].glucose_mgdl[9], rtol=1e-4)
    np.testing.assert_allclose(last["ketone_mmoll"], both[1].outputs["ketone_mmoll"][9])


def test_table_of_one_subject_has_no_more_columns_than_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    write_simulations((lived(),), path)
    assert pl.read_csv(path).columns == ["t_min", "glucose_mgdl", "interstitial_mgdl", "ketone_mmoll"]


def test_table_replaces_an_earlier_one_and_needs_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("old")
    write_simulations((lived(),), path)
    assert path.read_text(encoding="utf-8").startswith("t_min,")
    assert [one.name for one in tmp_path.iterdir()] == ["one.csv"]
    with pytest.raises(NotFoundError, match="no folder"):
        write_simulations((lived(),), tmp_path / "gone" / "one.csv")


def test_rows_of_the_summary_name_their_columns_and_unit(both: tuple[Simulation, ...]) -> None:
    rows = summary_rows(both, GlucoseUnit.MMOLL)
    assert rows[0] == (
        "variant",
        "subject",
        "mean mmol/L",
        "lowest",
        "highest",
        "in 3.9-10.0 %",
        "below %",
        "above %",
        "insulin U",
        "carbs g",
    )
    assert len(rows) == 1 + 2 * 10
    assert rows[11][:2] == ("without", "child#001")
    assert rows[11][-1] == "60"
    assert float(rows[11][2]) == pytest.approx(both[1].glucose_mgdl[0, :-1].mean() / MGDL_OF_MMOLL, abs=0.06)


def test_rows_of_one_variant_do_not_name_it() -> None:
    header, row = summary_rows((lived(),), GlucoseUnit.MGDL)
    assert header[:2] == ("subject", "mean mg/dL")
    assert header[4] == "in 70-180 %"
    assert row[0] == EATER
    assert row[1] == f"{lived().glucose_mgdl[0, :-1].mean():.0f}"
