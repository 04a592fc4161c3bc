"""Models in SBML: what is read, what is refused, and courses that others worked out or that can be written down."""

import math
from collections.abc import Callable
from pathlib import Path

import libsbml
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from glucotwin.core.error import DataError, ErrorCode, ModelError, SolverError
from glucotwin.physiology.sbml.integrate import integrate, resting_states
from glucotwin.physiology.sbml.model import Role, SbmlModel
from glucotwin.physiology.sbml.read import read_sbml

ROOT = Path(__file__).parents[4]
CELLS = ROOT / "examples" / "sbml" / "BIOMD0000000448.xml"
RECEPTORS, TRANSPORTERS = ("IR", "IRp", "IRins", "IRip", "IRi"), ("GLUT4", "GLUT4m")
INSULIN_NMOLL = (0.0, 0.03, 0.1, 0.3, 1.0, 10.0)
# Uptake at rest at these insulin levels, worked out by another program from the same file.
UPTAKE = {
    "control": (1312, 1742, 2139, 2389, 2510, 2564),
    "receptors": (795, 1103, 1678, 2184, 2418, 2518),
    "transporters": (832, 1047, 1246, 1371, 1431, 1458),
    "feedback": (1091, 1340, 1612, 1866, 2136, 2318),
}


@pytest.fixture(scope="module")
def cells() -> SbmlModel:
    return read_sbml(CELLS)


def defects(model: SbmlModel, name: str) -> dict[str, float]:
    """What is different about such cells."""
    start = {one.identifier: one.value for one in model.quantities.values()}
    return {
        "control": {},
        "receptors": {one: 0.55 * start[one] for one in RECEPTORS},
        "transporters": {one: 0.5 * start[one] for one in TRANSPORTERS},
        "feedback": {"diabetes": 0.15},
    }[name]


def test_uptake_of_fat_cells_at_a_meal_s_insulin_is_as_independently_worked_out(cells: SbmlModel) -> None:
    course = integrate(cells, until=300.0, points=2, changes={**defects(cells, "receptors"), "insulin": 0.3})
    assert course.values["glucoseuptake"][-1] == pytest.approx(UPTAKE["receptors"][3], abs=0.55)


@pytest.mark.slow
@pytest.mark.parametrize("name", UPTAKE)
def test_dose_response_of_fat_cells_is_as_independently_worked_out(cells: SbmlModel, name: str) -> None:
    found = [
        integrate(cells, until=3000.0, points=2, changes={**defects(cells, name), "insulin": insulin}).values[
            "glucoseuptake"
        ][-1]
        for insulin in INSULIN_NMOLL
    ]
    np.testing.assert_allclose(found, UPTAKE[name], atol=0.55)


def independent_rates(path: Path) -> tuple[list[str], np.ndarray, Callable[[float, np.ndarray], np.ndarray]]:
    """States, their start and their rates from libsbml's own formulas, by another way than ours."""
    model = libsbml.readSBMLFromFile(str(path)).getModel()
    names = [one.getId() for one in model.getListOfSpecies()]
    constants = {one.getId(): one.getValue() for one in model.getListOfParameters()} | {"pow": math.pow}
    reactions = [
        (
            compile(libsbml.formulaToString(one.getKineticLaw().getMath()), one.getId(), "eval"),
            [names.index(part.getSpecies()) for part in one.getListOfReactants()],
            [names.index(part.getSpecies()) for part in one.getListOfProducts()],
        )
        for one in model.getListOfReactions()
    ]

    def rate(time: float, states: np.ndarray) -> np.ndarray:
        known = {**constants, **dict(zip(names, states.tolist(), strict=True))}
        change = np.zeros(states.size)
        for formula, taken, made in reactions:
            flux = eval(formula, {}, known)  # noqa: S307  # formulas of a file of ours
            np.add.at(change, taken, -flux)
            np.add.at(change, made, flux)
        return change

    return names, np.array([one.getInitialConcentration() for one in model.getListOfSpecies()]), rate


def test_course_of_fat_cells_is_that_of_another_integrator_on_equations_read_another_way(cells: SbmlModel) -> None:
    names, start, rate = independent_rates(CELLS)
    time = np.linspace(0.0, 20.0, 9)
    other = solve_ivp(rate, (0.0, 20.0), start, method="BDF", t_eval=time, rtol=1e-8, atol=1e-10)
    ours = integrate(cells, until=20.0, points=9)
    for place, name in enumerate(names):
        np.testing.assert_allclose(ours.values[name], other.y[place], rtol=2e-5, atol=1e-7)


def test_states_settle_where_a_long_course_ends(cells: SbmlModel) -> None:
    start = np.array([cells.quantities[name].value for name in cells.states])
    with pytest.raises(SolverError) as told:
        resting_states(cells, cells.constants(), start=start, within=3.0)
    assert told.value.code is ErrorCode.NOT_CONVERGED


HEAD = (
    '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">'
    '<model id="m" timeUnits="second">'
)
CELL = '<listOfCompartments><compartment id="c" size="2" constant="true"/></listOfCompartments>'
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML">'


def species(name: str, start: str, *, boundary: str = "false", substance: str = "false") -> str:
    return (
        f'<species id="{name}" compartment="c" {start} boundaryCondition="{boundary}" constant="false" '
        f'hasOnlySubstanceUnits="{substance}"/>'
    )


def parameter(name: str, value: str = "", *, constant: str = "true") -> str:
    written = f'value="{value}"' if value else ""
    return f'<parameter id="{name}" {written} constant="{constant}"/>'


def reaction(law: str, *, attributes: str = "") -> str:
    """A -> 2 B with a kinetic law."""
    return (
        f'<listOfReactions><reaction id="r" reversible="false" fast="false" {attributes}>'
        '<listOfReactants><speciesReference species="A" stoichiometry="1" constant="true"/></listOfReactants>'
        '<listOfProducts><speciesReference species="B" stoichiometry="2" constant="true"/></listOfProducts>'
        f"<kineticLaw>{law}</kineticLaw></reaction></listOfReactions>"
    )


def written(folder: Path, *parts: str) -> Path:
    """A made-up model in a file."""
    path = folder / "model.xml"
    path.write_text(HEAD + "".join(parts) + "</model></sbml>", encoding="utf-8")
    return path


LAW = f"{MATH}<apply><times/><ci>k</ci><ci>A</ci><ci>c</ci></apply></math>"
TWO = (
    f"<listOfSpecies>{species('A', 'initialConcentration=#3#')}"
    f"{species('B', 'initialAmount=#0#', substance='true')}</listOfSpecies>"
).replace("#", '"')
RATE = f"<listOfParameters>{parameter('k', '0.5')}</listOfParameters>"


def test_concentrations_amounts_volumes_and_stoichiometry_are_minded(tmp_path: Path) -> None:
    model = read_sbml(written(tmp_path, CELL, TWO, RATE, reaction(LAW)))
    course = integrate(model, until=4.0, points=5)
    np.testing.assert_allclose(course.values["A"], 3.0 * np.exp(-0.5 * course.time), rtol=1e-7)
    np.testing.assert_allclose(course.values["B"], 12.0 * (1.0 - np.exp(-0.5 * course.time)), rtol=1e-6, atol=1e-9)
    assert model.source.time_unit == "second"


def test_functions_local_parameters_rules_and_initial_assignments_are_understood(tmp_path: Path) -> None:
    functions = (
        '<listOfFunctionDefinitions><functionDefinition id="f">'
        f"{MATH}<lambda><bvar><ci>x</ci></bvar><bvar><ci>y</ci></bvar><apply><times/><ci>x</ci><ci>y</ci></apply></lambda></math>"
        "</functionDefinition></listOfFunctionDefinitions>"
    )
    law = (
        f"{MATH}<apply><times/><apply><ci>f</ci><ci>k</ci><ci>A</ci></apply><ci>c</ci></apply></math>"
        '<listOfLocalParameters><localParameter id="k" value="0.25"/></listOfLocalParameters>'
    )
    parameters = (
        f"<listOfParameters>{parameter('sum', constant='false')}{parameter('start')}"
        f"{parameter('clock', '1', constant='false')}</listOfParameters>"
    )
    starts = (
        f'<listOfInitialAssignments><initialAssignment symbol="A">{MATH}<ci>start</ci></math></initialAssignment>'
        f'<initialAssignment symbol="start">{MATH}<cn>8</cn></math></initialAssignment></listOfInitialAssignments>'
    )
    rules = (
        f'<listOfRules><assignmentRule variable="sum">{MATH}<apply><plus/><ci>A</ci><ci>B</ci></apply></math>'
        f'</assignmentRule><rateRule variable="clock">{MATH}<cn>2</cn></math></rateRule></listOfRules>'
    )
    model = read_sbml(written(tmp_path, functions, CELL, TWO, parameters, starts, rules, reaction(law)))
    course = integrate(model, until=2.0, points=3)
    left = 8.0 * np.exp(-0.25 * course.time)
    np.testing.assert_allclose(course.values["A"], left, rtol=1e-7)
    np.testing.assert_allclose(course.values["sum"], left + 4.0 * (8.0 - left), rtol=1e-7)
    np.testing.assert_allclose(course.values["clock"], [1.0, 3.0, 5.0], rtol=1e-7)
    assert model.find("sum").role is Role.RULE


EVENT = (
    '<listOfEvents><event id="dose" useValuesFromTriggerTime="true">{delay}'
    f'<trigger initialValue="true" persistent="true">{MATH}<apply><geq/>'
    '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol><cn>1.5</cn></apply></math></trigger>'
    "{delay_after}"
    f'<listOfEventAssignments><eventAssignment variable="A">{MATH}<apply><plus/><ci>A</ci><cn>10</cn></apply></math>'
    "</eventAssignment></listOfEventAssignments></event></listOfEvents>"
)


def test_event_happens_when_its_condition_comes_true(tmp_path: Path) -> None:
    event = EVENT.replace("{delay}", "").replace("{delay_after}", "")
    model = read_sbml(written(tmp_path, CELL, TWO, RATE, reaction(LAW), event))
    course = integrate(model, until=4.0, points=5)
    later = course.time >= 1.5
    expected = 3.0 * np.exp(-0.5 * course.time) + later * 10.0 * np.exp(-0.5 * (course.time - 1.5))
    np.testing.assert_allclose(course.values["A"], expected, rtol=1e-6)
    ((time, name),) = course.events
    assert (time, name) == (pytest.approx(1.5, abs=1e-9), "dose")


TIME = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>'


def event(name: str, trigger: str, variable: str, formula: str) -> str:
    return (
        f'<event id="{name}" useValuesFromTriggerTime="true">'
        f'<trigger initialValue="true" persistent="true">{MATH}<apply><gt/>{trigger}</apply></math></trigger>'
        f'<listOfEventAssignments><eventAssignment variable="{variable}">{MATH}{formula}</math></eventAssignment>'
        "</listOfEventAssignments></event>"
    )


def test_events_of_one_moment_all_happen_and_one_can_bring_about_another(tmp_path: Path) -> None:
    swapped = (
        event("to_b", f"{TIME}<cn>1.5</cn>", "A", "<ci>B</ci>"),
        event("to_a", f"{TIME}<cn>1.5</cn>", "B", "<ci>A</ci>"),
    )
    tipped = event("tipped", "<ci>B</ci><cn>2</cn>", "C", "<cn>7</cn>")
    start = {"A": "3", "B": "0", "C": "1"}
    held = "".join(parameter(name, value, constant="false") for name, value in start.items())
    events = f"<listOfEvents>{tipped}{''.join(swapped)}</listOfEvents>"
    model = read_sbml(written(tmp_path, f"<listOfParameters>{held}</listOfParameters>", events))
    course = integrate(model, until=3.0, points=4)
    assert [course.values[name][1] for name in "ABC"] == [3.0, 0.0, 1.0]
    assert [course.values[name][-1] for name in "ABC"] == [0.0, 3.0, 7.0]
    assert [name for _, name in course.events] == ["to_b", "to_a", "tipped"]


DELAYED = EVENT.replace("{delay}", "").replace("{delay_after}", f"<delay>{MATH}<cn>1</cn></math></delay>")
ALGEBRAIC = f"<listOfRules><algebraicRule>{MATH}<ci>A</ci></math></algebraicRule></listOfRules>"
FAST = reaction(LAW).replace('fast="false"', 'fast="true"')
DELAY = (
    f"{MATH}<apply><csymbol encoding='text' definitionURL='http://www.sbml.org/sbml/symbols/delay'>d</csymbol>"
    "<ci>A</ci><cn>1</cn></apply></math>"
)
GROWING = (
    '<listOfCompartments><compartment id="c" size="2" constant="false"/></listOfCompartments>',
    f'<listOfRules><rateRule variable="c">{MATH}<cn>1</cn></math></rateRule></listOfRules>',
)


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ((CELL, TWO, RATE, reaction(LAW), DELAYED), "Event 'dose'"),
        ((CELL, TWO, RATE, ALGEBRAIC, reaction(LAW)), "algebraic"),
        ((CELL, TWO, RATE, FAST), "Reaction 'r'"),
        ((CELL, TWO, RATE, reaction(DELAY)), "Reaction 'r'"),
        ((GROWING[0], TWO, RATE, GROWING[1], reaction(LAW)), "Compartment 'c'"),
        ((CELL.replace('"2"', '"0"'), TWO, RATE, reaction(LAW)), "Compartment 'c'"),
    ],
    ids=["delayed event", "algebraic rule", "fast reaction", "delay", "growing compartment", "no size"],
)
def test_what_is_not_supported_is_refused_by_name(tmp_path: Path, parts: tuple[str, ...], named: str) -> None:
    with pytest.raises(DataError, match=named) as told:
        read_sbml(written(tmp_path, *parts))
    assert told.value.code is ErrorCode.UNSUPPORTED_PART


def test_file_that_is_no_sbml_and_values_that_cannot_be_set_are_refused(tmp_path: Path, cells: SbmlModel) -> None:
    path = tmp_path / "no.xml"
    path.write_text("<html/>", encoding="utf-8")
    with pytest.raises(DataError) as told:
        read_sbml(path)
    assert told.value.code is ErrorCode.UNREADABLE_FILE
    with pytest.raises(ModelError, match="glucoseuptake"):
        integrate(cells, until=1.0, changes={"glucoseuptake": 1.0})
    with pytest.raises(ModelError, match="nothing"):
        integrate(cells, until=1.0, changes={"nothing": 1.0})
