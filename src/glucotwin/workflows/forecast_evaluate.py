"""Use case: judge forecasters on many people's held-out days, beside what a forecast has to beat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from glucotwin.core.error import DataError
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.case import Case
from glucotwin.forecast.comparison import Comparison, compare
from glucotwin.forecast.look_log import log_look
from glucotwin.forecast.newcomer import compare_briefly, compare_strangers, stranger_case, usual_basal_u_per_min
from glucotwin.forecast.night import FIRST_WEEK_STEPS
from glucotwin.forecast.night_score import NightComparison, compare_nights
from glucotwin.forecast.person_profile import mean_profile
from glucotwin.forecast.record import person_record, whole_window
from glucotwin.forecast.score import number_at
from glucotwin.ingest.people import LeftOutPerson
from glucotwin.workflows.forecast_case import CaseOptions, PreparedPeople, prepare_people


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateOptions:
    """What is judged.

    Attributes:
        horizons: minutes ahead.
        cases: how people are prepared.
        new_people: also judge on people of whom nothing is known (each left out of the training in turn).
        new_people_groups: leave them out in so many groups instead; None leaves out one at a time.
        nights: also judge forecasts of lows in the coming night.
        learning_days: also judge after so many days of history.
        log: file to which this look at the test part is added; None keeps no log.
    """

    horizons: tuple[int, ...] = (30, 60, 120)
    cases: CaseOptions = field(default_factory=CaseOptions)
    new_people: bool = False
    new_people_groups: int | None = None
    nights: bool = False
    learning_days: tuple[int, ...] = ()
    log: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateAnswer:
    """What was found.

    Attributes:
        comparison: every forecaster on the same origins.
        new_people: the same for people left out of the training; None when not asked for.
        nights: forecasts of nocturnal lows by evening origin; empty when not asked for.
        learning: by days of history, mean RMSE by horizon and forecaster.
        left_out: people who could not be used.
        without_twin: people whose twin could not be fitted; the learners alone forecast for them.
        looks: how often this test part has been looked at, by the log; None without a log.
        settings: what was asked.
    """

    comparison: Comparison
    new_people: Comparison | None
    nights: tuple[NightComparison, ...]
    learning: Mapping[int, Mapping[int, Mapping[str, float]]]
    left_out: tuple[LeftOutPerson, ...]
    without_twin: tuple[LeftOutPerson, ...]
    looks: int | None
    settings: Mapping[str, object]

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        document = self.comparison.to_json()
        if self.new_people is not None:
            document["leave_one_person_out"] = self.new_people.to_json()
        if self.learning:
            document["learning_curve"] = {
                str(days): {str(horizon): dict(systems) for horizon, systems in horizons.items()}
                for days, horizons in self.learning.items()
            }
        if self.nights:
            document["nights"] = {clock_time(one.origin_min): one.to_json() for one in self.nights}
        return document | {
            "left_out": {one.person_id: one.reason for one in self.left_out},
            "without_twin": {one.person_id: one.reason for one in self.without_twin},
            "test_looks": self.looks,
            "protocol": message("forecast-evaluate-protocol"),
            "settings": dict(self.settings),
        }


def evaluate_people(
    timelines: Sequence[Timeline],
    options: EvaluateOptions | None = None,
    *,
    left_out: Sequence[LeftOutPerson] = (),
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> EvaluateAnswer:
    """Fits, teaches and judges.

    Everybody is judged, whatever their age or condition: figures for groups that the model is not meant for are what
    tells whether it should be.

    Args:
        timelines: of the people.
        options: what is judged.
        left_out: people whose data could not be read, to be told in the answer.
        authority: on whose behalf.
        progress: told how far the work has come.

    Raises:
        NotAllowedError: the authority may not be given forecasts.
        DataError: nobody can be used, or the log cannot be written.
    """
    authority.require(Capability.FORECAST)
    options = options or EvaluateOptions()
    people = prepare_people(timelines, options.cases, progress=part_of(progress, start=0.0, end=0.4))
    comparison = compare(people.cases, options.horizons, progress=part_of(progress, start=0.4, end=0.8))
    settings = _settings(options)
    looks = None
    if options.log is not None:
        hashes = [timeline_hash(one) for one in timelines]
        looks = log_look(options.log, data=hashes, settings=settings, found=_figures(comparison))
    return EvaluateAnswer(
        comparison=comparison,
        new_people=_new_people(timelines, people, options, part_of(progress, start=0.8, end=0.85)),
        nights=_nights(timelines, options, part_of(progress, start=0.85, end=0.9)) if options.nights else (),
        learning=_learning(timelines, options, part_of(progress, start=0.9, end=1.0)),
        left_out=(*left_out, *people.left_out),
        without_twin=people.without_twin,
        looks=looks,
        settings=settings,
    )


def _new_people(
    timelines: Sequence[Timeline], people: PreparedPeople, options: EvaluateOptions, progress: ProgressCallback
) -> Comparison | None:
    """Everybody judged as a stranger; None when not asked for or when there is nobody else to learn from."""
    if not options.new_people or len(people.cases) < 2:
        return None
    by_id = {one.person.person_id: one for one in timelines}
    strangers: list[Case] = []
    for number, case in enumerate(people.cases):
        others = [*people.cases[:number], *people.cases[number + 1 :]]
        usual = usual_basal_u_per_min(mean_profile([one.profile for one in others]))
        timeline = by_id[case.person_id]
        record = person_record(timeline, whole_window(timeline), usual_basal_u_per_min=usual)
        strangers.append(
            stranger_case(record, others, cut=case.cut, train_from=case.train_from, announced=options.cases.announced)
        )
    return compare_strangers(strangers, options.horizons, groups=options.new_people_groups, progress=progress)


def _nights(
    timelines: Sequence[Timeline], options: EvaluateOptions, progress: ProgressCallback
) -> tuple[NightComparison, ...]:
    """Nights after everybody's first week, by twins of that week."""
    cases = replace(options.cases, train_steps=FIRST_WEEK_STEPS, train_days=None, announced=False, blind=False)
    try:
        people = prepare_people(timelines, cases, progress=progress)
    except DataError:
        return ()  # Nobody's record is longer than a week: there is no night to judge.
    return compare_nights(people.cases)


def clock_time(minute_of_day: float) -> str:
    """A local clock time as people write it."""
    return f"{int(minute_of_day) // 60:02d}:{int(minute_of_day) % 60:02d}"


def _learning(
    timelines: Sequence[Timeline], options: EvaluateOptions, progress: ProgressCallback
) -> dict[int, dict[int, dict[str, float]]]:
    """Mean RMSE by days of history, horizon and forecaster; the judged days are the same."""
    curve: dict[int, dict[int, dict[str, float]]] = {}
    for number, days in enumerate(options.learning_days):
        step = part_of(
            progress, start=number / len(options.learning_days), end=(number + 1) / len(options.learning_days)
        )
        people = prepare_people(timelines, replace(options.cases, train_days=float(days)), progress=step)
        comparison = compare_briefly(people.cases, options.horizons)
        curve[days] = {
            horizon: {name: number_at(tree, "rmse") for name, tree in comparison.means(horizon).items()}
            for horizon in options.horizons
        }
    return curve


def _settings(options: EvaluateOptions) -> dict[str, object]:
    cases = options.cases
    return {
        "horizons_min": list(options.horizons),
        "train_fraction": cases.train_fraction,
        "train_days": cases.train_days,
        "announced": cases.announced,
        "leave_one_person_out": options.new_people,
        "leave_out_groups": options.new_people_groups,
        "nights": options.nights,
        "learning_days": list(options.learning_days),
    }


def _figures(comparison: Comparison) -> dict[str, object]:
    """Mean RMSE of every forecaster: what a look at the test part tells."""
    return {
        str(horizon): {name: round(number_at(tree, "rmse"), 3) for name, tree in comparison.means(horizon).items()}
        for horizon in comparison.horizons
    }
