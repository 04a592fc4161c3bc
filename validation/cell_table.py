"""Makes the table of insulin signalling in steady state from the model of the cells itself.

``uv run python validation/cell_table.py`` writes ``insulin_signalling_steady.csv`` of the package; it needs the extra
 ``sbml``.
"""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from glucotwin.physiology.sbml.model import SbmlModel
from glucotwin.physiology.sbml.read import read_sbml

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "examples" / "sbml" / "BIOMD0000000448.xml"
TABLE = ROOT / "src" / "glucotwin" / "physiology" / "data" / "module" / "insulin_signalling_steady.csv"
RECEPTORS = ("IR", "IRp", "IRins", "IRip", "IRi")
RECEPTOR_FRACTIONS = (0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0)
FEEDBACK_FRACTIONS = (0.0, 0.15, 0.3, 0.5, 0.75, 1.0)
INSULIN_NMOLL = (0.0, *(round(float(one), 6) for one in 10.0 ** np.arange(-3.0, 1.01, 1.0 / 6.0)))
TITLE = "Share of GLUT4 at the surface of fat cells in steady state (BIOMD0000000448), by validation/cell_table.py."
COLUMNS = ("receptor_fraction", "feedback_fraction", "insulin_nmoll", "surface_fraction")
Rate = Callable[[float, np.ndarray], np.ndarray]
Row = tuple[float, float, float, float]


def steady(model: SbmlModel, start: np.ndarray, *, insulin_nmoll: float, feedback: float) -> np.ndarray:
    """Where the states settle: implicit steps of growing length, which keep what the reactions keep."""
    rate = model.derivative(model.constants({"insulin": insulin_nmoll, "diabetes": feedback}))
    states, length = start.copy(), 0.1
    for _ in range(200):
        change = rate(0.0, states)
        step = np.linalg.solve(np.eye(states.size) / length - _jacobian(rate, states, change), change)
        states = states + step
        length = min(2.0 * length, 1e6)  # longer ones are singular: what the reactions keep has no rest
        if length == 1e6 and np.max(np.abs(step)) < 1e-7:
            return states
    raise RuntimeError(f"No rest at insulin {insulin_nmoll}, feedback {feedback}.")


def rows(model: SbmlModel) -> Iterator[Row]:
    """Every row of the table."""
    names = list(model.states)
    base = np.array([model.quantities[name].value for name in names])
    receptors = [names.index(name) for name in RECEPTORS]
    surface, inside = names.index("GLUT4m"), names.index("GLUT4")
    for receptor in RECEPTOR_FRACTIONS:
        for feedback in FEEDBACK_FRACTIONS:
            states = base.copy()
            states[receptors] *= receptor
            for insulin in INSULIN_NMOLL:
                states = steady(model, states, insulin_nmoll=insulin, feedback=feedback)
                yield receptor, feedback, insulin, states[surface] / (states[surface] + states[inside])


def _jacobian(rate: Rate, states: np.ndarray, change: np.ndarray) -> np.ndarray:
    columns = []
    for place in range(states.size):
        nudge = 1e-7 * max(1e-4, abs(float(states[place])))
        moved = states.copy()
        moved[place] += nudge
        columns.append((rate(0.0, moved) - change) / nudge)
    return np.stack(columns, axis=1)


def main() -> None:
    """Writes the table."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {TITLE}\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for receptor, feedback, insulin, surface in rows(read_sbml(MODEL)):
            writer.writerow((f"{receptor:g}", f"{feedback:g}", f"{insulin:g}", f"{surface:.6f}"))


if __name__ == "__main__":
    main()
