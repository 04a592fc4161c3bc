"""What comparing forecasters needs of each person: their twin, fitted to training days alone, and their case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.case import BlindStretch, Case, make_case
from glucotwin.forecast.record import person_record, whole_window
from glucotwin.ingest.people import LeftOutPerson
from glucotwin.twin.archive import load_twin, save_twin
from glucotwin.twin.fit import FITTED_DAYS, fit_twin, latest_days
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

FEWEST_DAYS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOptions:
    """How people are prepared.

    Attributes:
        train_fraction: share of each record, from its beginning, that is learned from.
        train_steps: steps of 5 min, from the record's beginning, that are learned from; overrides the share.
        train_days: only so many days before the test part are learned from; None for all.
        twins: folder in which fitted twins are kept and found again; None fits anew each time.
        announced: whether meals and doses after the origin are told to everybody.
        blind: whether training days are foreseen by twins that were not fitted to them; costs up to two more fits each.
    """

    train_fraction: float = 0.8
    train_steps: int | None = None
    train_days: float | None = None
    twins: Path | None = None
    announced: bool = False
    blind: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPeople:
    """Everybody's case, those who were left out, and those whose twin could not be fitted, with the reason."""

    cases: tuple[Case, ...]
    left_out: tuple[LeftOutPerson, ...]
    without_twin: tuple[LeftOutPerson, ...]


def prepare_people(
    timelines: Sequence[Timeline], options: CaseOptions | None = None, *, progress: ProgressCallback = silent
) -> PreparedPeople:
    """Fits everybody's twin to their training days and prepares their case.

    Args:
        timelines: of the people.
        options: how.
        progress: told the person and the fraction done.

    Raises:
        DataError: nobody can be used.
    """
    options = options or CaseOptions()
    cases: list[Case] = []
    left_out: list[LeftOutPerson] = []
    without_twin: list[LeftOutPerson] = []
    for number, timeline in enumerate(timelines):
        person_id = timeline.person.person_id
        progress(message("forecast-evaluate-person", person=person_id), number / len(timelines))
        try:
            case, problem = _prepare(timeline, options)
        except GlucoTwinError as error:
            left_out.append(LeftOutPerson(person_id=person_id, reason=error.message))
            continue
        cases.append(case)
        if problem:
            without_twin.append(LeftOutPerson(person_id=person_id, reason=problem))
    if not cases:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            message("forecast-evaluate-nobody", reason=left_out[0].reason),
            hint=message("forecast-evaluate-nobody-hint"),
        )
    return PreparedPeople(cases=tuple(cases), left_out=tuple(left_out), without_twin=tuple(without_twin))


def _prepare(timeline: Timeline, options: CaseOptions) -> tuple[Case, str]:
    """A person's case, and why there is no twin in it (empty when there is)."""
    window = whole_window(timeline)
    steps = int(window.duration_min // STEP_MIN)
    cut = int(options.train_fraction * steps) if options.train_steps is None else options.train_steps
    if cut * STEP_MIN < FEWEST_DAYS * 1440.0 or cut > steps:
        raise DataError(ErrorCode.TOO_LITTLE_DATA, message("forecast-evaluate-short", days=FEWEST_DAYS))
    train_steps = cut if options.train_days is None else min(cut, int(options.train_days * 1440.0 / STEP_MIN))
    ends = window.start + timedelta(minutes=cut * STEP_MIN)
    train = Window(start=ends - timedelta(minutes=train_steps * STEP_MIN), end=ends)
    twin, problem = training_twin(timeline, train, options.twins)
    record = person_record(timeline, window, usual_basal_u_per_min=0.0 if twin is None else twin.basal_u_per_min)
    blind = blind_stretches(timeline, train, twin, options.twins) if twin is not None and options.blind else ()
    case = make_case(record, twin, cut=cut, train_from=cut - train_steps, announced=options.announced, blind=blind)
    return case, problem


def blind_stretches(timeline: Timeline, train: Window, twin: Twin, folder: Path | None) -> tuple[BlindStretch, ...]:
    """The training days in two parts, each with a twin that knows the other part alone.

    What learners see of a twin on days that it was fitted to is better than what they will see of it on days to come.
    Parts that are too short or too bare to fit a twin to leave the other part as the person's own twin sees it.

    Args:
        timeline: the person's data.
        train: the training days.
        twin: fitted to the last of them.
        folder: where twins are kept.
    """
    middle = max(twin.window.start, train.start + (train.end - train.start) / 2)
    first, parted, last = (
        int((time - whole_window(timeline).start) / timedelta(minutes=STEP_MIN))
        for time in (train.start, middle, train.end)
    )
    early, _ = training_twin(timeline, Window(start=train.start, end=middle), folder)
    found = [] if early is None else [BlindStretch(slice(parted, last), early)]
    if twin.window.start < middle:
        late, _ = training_twin(timeline, Window(start=middle, end=train.end), folder)
        found += [] if late is None else [BlindStretch(slice(first, parted), late)]
    return tuple(found)


def training_twin(timeline: Timeline, train: Window, folder: Path | None) -> tuple[Twin | None, str]:
    """The twin fitted to the last 14 of the training days, or None and the reason.

    Args:
        timeline: the person's data; only the training days are used.
        train: the training days.
        folder: where twins are kept; one of the same data is used again.
    """
    known = timeline.cut(train)
    path = None if folder is None else folder / f"{timeline.person.person_id}-{timeline_hash(known)[:12]}.twin.json"
    if path is not None and path.exists():
        return load_twin(path), ""
    try:
        twin = fit_twin(known, window=latest_days(known, days=FITTED_DAYS))
    except GlucoTwinError as error:
        return None, error.message
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_twin(twin, path)
    return twin, ""
