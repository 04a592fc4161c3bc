"""Use case: describe a model in SBML, run it by itself, and draw what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.core.file import replace_file
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.physiology.sbml.integrate import SbmlCourse, integrate
from glucotwin.physiology.sbml.model import Role, SbmlModel
from glucotwin.physiology.sbml.read import read_sbml

MOST_PANELS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SbmlRequest:
    """What to run.

    Attributes:
        file: SBML.
        until: end, in the model's own unit of time.
        points: moments kept, both ends included.
        changes: other values by identifier.
        scan: a quantity and the values that it takes, one run for each; None for one run.
        outputs: states and rules to keep; default all.
    """

    file: Path
    until: float
    points: int = 201
    changes: Mapping[str, float] = field(default_factory=dict)
    scan: tuple[str, tuple[float, ...]] | None = None
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SbmlRun:
    """What became of it.

    Attributes:
        model: as read.
        scan: name of what was varied; empty when nothing was.
        values: those that it took, one for each course.
        outputs: what was kept.
        courses: one, or one for each value.
    """

    model: SbmlModel
    scan: str
    values: tuple[float, ...]
    outputs: tuple[str, ...]
    courses: tuple[SbmlCourse, ...]

    def to_json(self) -> dict[str, object]:
        """Ends, and the whole course where nothing was varied, as JSON values."""
        ends = {name: [float(one.values[name][-1]) for one in self.courses] for name in self.outputs}
        told: dict[str, object] = {"model": self.model.source.identifier, "until": float(self.courses[0].time[-1])}
        if self.scan:
            return told | {"varied": self.scan, "values": list(self.values), "end": ends}
        (course,) = self.courses
        return told | {
            "end": {name: found[0] for name, found in ends.items()},
            "events": [{"time": time, "event": name} for time, name in course.events],
            "time": course.time.tolist(),
            "course": {name: course.values[name].tolist() for name in self.outputs},
        }


def describe_sbml(file: Path) -> SbmlModel:
    """The model of a file.

    Raises:
        ModelError: libsbml is not installed.
        DataError: the file cannot be read, or holds what is not supported; names the element.
    """
    return read_sbml(file)


def description_json(model: SbmlModel) -> dict[str, object]:
    """What a model has, as JSON values."""
    source = model.source
    return {
        "model": source.identifier,
        "name": source.name,
        "level": source.level,
        "version": source.version,
        "time_unit": source.time_unit,
        "quantities": [
            {
                "id": one.identifier,
                "name": one.name,
                "kind": str(one.kind),
                "role": str(one.role),
                "value": one.value,
                "unit": one.unit,
                "can_be_set": one.held or one.role is Role.STATE,
            }
            for one in model.quantities.values()
        ],
        "events": [one.identifier for one in model.events],
        "ignored": list(model.ignored),
    }


def description_rows(model: SbmlModel) -> list[tuple[str, ...]]:
    """Quantities as rows of text, the first one naming the columns."""
    header = tuple(message(f"sbml-column-{name}") for name in ("quantity", "kind", "role", "value", "unit"))
    rows = [
        (one.identifier, str(one.kind), str(one.role), _number(one.value), one.unit or "-")
        for one in model.quantities.values()
    ]
    return [header, *rows]


def run_sbml(request: SbmlRequest, *, progress: ProgressCallback = silent) -> SbmlRun:
    """Runs a model once, or once for each value of what is varied.

    Raises:
        ModelError: libsbml is not installed, or something named is not there or cannot be set.
        DataError: the file cannot be read or holds what is not supported; the end makes no sense.
        SolverError: the integration gave up.
    """
    model = read_sbml(request.file)
    outputs = _outputs(model, request.outputs)
    name, values = request.scan or ("", (0.0,))
    courses: list[SbmlCourse] = []
    for place, value in enumerate(values):
        changes = {**request.changes, name: value} if name else request.changes
        courses.append(integrate(model, until=request.until, points=request.points, changes=changes))
        progress(message("sbml-progress"), (place + 1) / len(values))
    return SbmlRun(model=model, scan=name, values=values if name else (), outputs=outputs, courses=tuple(courses))


def write_sbml_run(run: SbmlRun, path: Path) -> None:
    """Writes courses as CSV: time, what was varied, and a column for each output. An earlier file is replaced at once.

    Raises:
        NotFoundError: the folder does not exist.
    """
    frames = [
        pl.DataFrame(
            {
                **({run.scan: np.full(course.time.size, run.values[place])} if run.scan else {}),
                "time": course.time,
                **{name: course.values[name] for name in run.outputs},
            }
        )
        for place, course in enumerate(run.courses)
    ]
    replace_file(path, pl.concat(frames).write_csv)


def draw_sbml_run(run: SbmlRun, path: Path) -> None:
    """Draws courses over time, or ends over what was varied; a dozen quantities at most.

    Raises:
        DataError: the file's ending is not PNG, SVG or PDF.
    """
    from glucotwin.reports.figure.curve import Panel, curves_height_px, curves_legend, draw_curves
    from glucotwin.reports.figure.standalone import save_figure
    from glucotwin.reports.figure.style import WIDE_PX, Canvas

    panels = [
        Panel(title=_title(run.model, name), curves=(_curve(run, name),), logarithmic=bool(run.scan))
        for name in run.outputs[:MOST_PANELS]
    ]
    unit = run.model.source.time_unit
    abscissa = run.scan or message("sbml-plot-time", unit=unit or message("sbml-unit-unknown"))
    draw = partial(draw_curves, panels=panels, abscissa=abscissa)
    canvas = Canvas(WIDE_PX, curves_height_px(panels))
    save_figure(draw, canvas, path, title=run.model.source.name, legend=curves_legend((run.model.source.identifier,)))


def sbml_rows(run: SbmlRun) -> list[tuple[str, ...]]:
    """Ends as rows of text, the first one naming the columns."""
    if not run.scan:
        (course,) = run.courses
        rows = [(name, _number(course.values[name][0]), _number(course.values[name][-1])) for name in run.outputs]
        return [tuple(message(f"sbml-column-{name}") for name in ("quantity", "start", "end")), *rows]
    header = (run.scan, *(f"{value:g}" for value in run.values))
    return [header, *((name, *(_number(one.values[name][-1]) for one in run.courses)) for name in run.outputs)]


def _outputs(model: SbmlModel, asked: Sequence[str]) -> tuple[str, ...]:
    known = (*model.states, *model.rule_names)
    for name in asked:
        if name not in known:
            raise ModelError(
                ErrorCode.UNKNOWN_NAME,
                f"The model {model.source.identifier!r} has no state or rule {name!r}.",
                hint=f"It has {', '.join(known)}.",
            )
    return tuple(dict.fromkeys(asked)) or known


def _curve(run: SbmlRun, name: str) -> tuple[np.ndarray, np.ndarray]:
    if not run.scan:
        return run.courses[0].time, run.courses[0].values[name]
    order = np.argsort(run.values)
    return np.asarray(run.values)[order], np.array([one.values[name][-1] for one in run.courses])[order]


def _title(model: SbmlModel, name: str) -> str:
    unit = model.quantities[name].unit
    return f"{name}, {unit}" if unit else name


def _number(value: float) -> str:
    return f"{value:.6g}"
