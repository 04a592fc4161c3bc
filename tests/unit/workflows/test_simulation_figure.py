"""The figure of a simulation: what it shows, and what it refuses."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.unit import GlucoseUnit
from glucotwin.workflows.simulate import Simulation, SimulationRequest, simulate_variants
from glucotwin.workflows.simulation_figure import draw_simulations

JOURNEY = """
base_name: flies west
zone: Europe/Berlin
travel: [{day: 1, time: '14:00', zone: America/New_York}]
meals: [{time: '12:00', carbs_g: 60}]
boluses: [{time: '12:00', carbs_g: 60}]
variants:
  - name: stays and drinks
    travel: []
    alcohol: [{time: '20:00', alcohol_g: 28}]
"""
PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> tuple[Simulation, ...]:
    """A journey that makes the day six hours longer, and the day at home."""
    path = tmp_path_factory.mktemp("scenario") / "journey.yaml"
    path.write_text(JOURNEY, encoding="utf-8")
    return simulate_variants(SimulationRequest(scenario=path, outputs=("ketone_mmoll",)))


def without_ketones(simulation: Simulation) -> Simulation:
    return replace(
        simulation, outputs={name: one for name, one in simulation.outputs.items() if name != "ketone_mmoll"}
    )


def drawn(simulations: tuple[Simulation, ...], folder: Path, *, unit: GlucoseUnit = GlucoseUnit.MGDL) -> str:
    """The SVG file of a figure, which has every text of it in a comment."""
    draw_simulations(simulations, folder / "figure.svg", unit=unit)
    return (folder / "figure.svg").read_text(encoding="utf-8")


def test_variants_of_different_length_are_drawn_together(journey: tuple[Simulation, ...], tmp_path: Path) -> None:
    assert [one.t_min[-1] for one in journey] == [30 * 60, 24 * 60]
    for order in (journey, journey[::-1]):
        text = drawn(order, tmp_path)
        assert "<!-- flies west -->" in text
        assert "<!-- stays and drinks -->" in text
        assert "<!-- alcohol -->" in text


@pytest.mark.parametrize("name", ["one.png", "one.PNG"])
def test_picture_is_of_the_kind_of_its_ending(journey: tuple[Simulation, ...], tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("old")
    draw_simulations(journey[:1], path)
    assert path.read_bytes().startswith(PNG)
    assert [one.name for one in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["figure.pdf", "figure", "figure.csv"])
def test_other_ending_is_refused(journey: tuple[Simulation, ...], tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"neither \.png nor \.svg") as refused:
        draw_simulations(journey, tmp_path / name)
    assert refused.value.code is ErrorCode.UNRECOGNISED_FORMAT
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_is_refused(journey: tuple[Simulation, ...], tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no folder"):
        draw_simulations(journey, tmp_path / "gone" / "figure.png")


def test_more_variants_than_can_be_told_apart_are_refused(journey: tuple[Simulation, ...], tmp_path: Path) -> None:
    many = tuple(replace(journey[1], variant=f"variant {number}") for number in range(6))
    with pytest.raises(DataError, match="at most 5 variants, not 6"):
        draw_simulations(many, tmp_path / "figure.png")
    assert "<!-- variant 4 -->" in drawn(many[:5], tmp_path)


def test_ketones_have_a_panel_when_they_were_kept(journey: tuple[Simulation, ...], tmp_path: Path) -> None:
    assert "ketones" in drawn(journey, tmp_path)
    assert "ketones" not in drawn(tuple(without_ketones(one) for one in journey), tmp_path)


def test_lane_is_drawn_only_for_what_happens(journey: tuple[Simulation, ...], tmp_path: Path) -> None:
    assert "<!-- alcohol -->" not in drawn(journey[:1], tmp_path)
    assert "<!-- exercise -->" not in drawn(journey, tmp_path)


def test_glucose_is_in_the_unit_asked_for(journey: tuple[Simulation, ...], tmp_path: Path) -> None:
    mgdl, mmoll = (drawn(journey, tmp_path, unit=unit) for unit in (GlucoseUnit.MGDL, GlucoseUnit.MMOLL))
    for text, words in ((mgdl, ("mg/dL", "70–180", "54")), (mmoll, ("mmol/L", "3.9–10", "very low 3"))):
        assert f"<!-- glucose ({words[0]}) -->" in text
        assert f"<!-- target {words[1]} -->" in text
        assert words[2] in text


def test_one_course_shows_the_sensor_too_and_several_people_a_band(
    journey: tuple[Simulation, ...], tmp_path: Path
) -> None:
    home = replace(journey[1], variant="")
    assert "<!-- interstitial -->" in drawn((home,), tmp_path)
    assert "<!-- padova-t1d, adult#001 -->" in drawn((home,), tmp_path)
    several = replace(
        home,
        subjects=home.subjects * 3,
        inputs=home.inputs * 3,
        outputs={name: np.repeat(values, 3, axis=0) for name, values in home.outputs.items()},
    )
    text = drawn((several,), tmp_path)
    assert "<!-- median, 10–90 % -->" in text
    assert "<!-- padova-t1d, 3 subjects -->" in text


def test_title_can_be_given(journey: tuple[Simulation, ...], tmp_path: Path) -> None:
    draw_simulations(journey, tmp_path / "figure.svg", title="A day to New York")
    assert "<!-- A day to New York -->" in (tmp_path / "figure.svg").read_text(encoding="utf-8")


def test_insulin_is_drawn_once_when_variants_give_it_alike(journey: tuple[Simulation, ...], tmp_path: Path) -> None:
    twice = (journey[1], replace(journey[1], variant="the same"))
    assert "<!-- insulin -->" in drawn(twice, tmp_path)
    assert "<!-- insulin, flies west -->" in drawn(journey, tmp_path)


def test_clock_follows_the_journey(journey: tuple[Simulation, ...], tmp_path: Path) -> None:
    clocks = [re.findall(r"<!-- (\d\d):00 -->", drawn((one,), tmp_path)) for one in journey]
    # At 14:00 in Berlin it is 08:00 in New York.
    assert " ".join(clocks[0]) == "00 03 06 09 12 09 12 15 18 21 00"
    assert " ".join(clocks[1]) == "00 03 06 09 12 15 18 21 00"
