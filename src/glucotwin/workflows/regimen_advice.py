"""Use case: which medicines may follow for a person with type 2 diabetes, by a twin of their months."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from glucotwin.advise.regimen.choice import Foreseen, RegimenChoice, choose_regimen
from glucotwin.advise.regimen.option import ladders
from glucotwin.advise.regimen.prior import BODY
from glucotwin.advise.regimen.spell import BEFORE, Visit
from glucotwin.advise.regimen.table import numbers
from glucotwin.advise.regimen.twin import RegimenTwin, fit_regimen_twin
from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.yaml_file import read_yaml_text
from glucotwin.domain.archive import load_timeline
from glucotwin.months.person import MonthsPerson
from glucotwin.prognosis.person import HINT, DescribedPerson, parse_person
from glucotwin.workflows.recorded_person import described_at
from glucotwin.workflows.recorded_visits import recorded_visits
from glucotwin.workflows.regimen_answer import SpanJson
from glucotwin.workflows.regimen_history import RegimenHistory, history_of, read_history, spells_of
from glucotwin.workflows.regimen_parse import DAYS_PER_MONTH
from glucotwin.workflows.regimen_person import months_person

ASK = "contraindicated-if"
TENTH_PERCENTILE = 1.2816


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimenAdvice:
    """A ranking of plans with what the twin rests on.

    Attributes:
        choice: plans from the best to the worst.
        before, learned: median, 10th and 90th percentile of what is the person's own, before and after the visits; only
            what the visits can tell of.
        visits: how many visits it rests on.
        cautions: what a record left out or supposed, as texts for people.
    """

    choice: RegimenChoice
    before: Mapping[str, tuple[float, float, float]]
    learned: Mapping[str, tuple[float, float, float]]
    visits: int
    cautions: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """Codes of what has to be asked before the chosen plan is begun."""
        return tuple(one.code for one in self.choice.chosen.option.cautions if one.action == ASK)

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        twin = self.choice.twin
        return {
            "target_hba1c_pct": self.choice.target_pct,
            "horizon_days": self.choice.days,
            "chosen": self.choice.chosen.option.name,
            "ask_before": list(self.asked),
            "cautions": list(self.cautions),
            "ranked": [
                _plan_json(one, better) for one, better in zip(self.choice.ranked, self.choice.beats, strict=True)
            ],
            "twin": {
                "visits": self.visits,
                "taken": [one.name for one in twin.spells],
                "effective_draws": twin.effective,
                "explains_visits": twin.explains,
                "before": {name: span_json(one) for name, one in self.before.items()},
                "learned": {name: span_json(one) for name, one in self.learned.items()},
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimenQuestion:
    """What is asked of the twin of a person's months.

    Attributes:
        target_pct: HbA1c that is aimed at.
        months: horizon.
        c_peptide_nmoll: fasting C-peptide; None where it is not known.
        medicines: that may be begun or raised; all that the table of options has when empty.
        values: what weighs how much, beside ``data/values.csv``.
    """

    target_pct: float = 7.0
    months: int = 6
    c_peptide_nmoll: float | None = None
    medicines: tuple[str, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict[str, float])


def advise_regimen(
    path: Path,
    question: RegimenQuestion = RegimenQuestion(),
    *,
    facts: Path | None = None,
    history: Path | None = None,
    taken: str | None = None,
    height_m: float | None = None,
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> RegimenAdvice:
    """Ranks plans for the person of a timeline's folder or of a file.

    Args:
        path: timeline's folder, or JSON or YAML with the keys of ``glucotwin.prognosis.schema.person_schema``.
        question: what is asked.
        facts: keys that a timeline does not hold.
        history: table of visits (see ``read_history``); without it what the file tells is the only visit, and a
            timeline's visits are those on record.
        taken: where there is no history: medicines that are taken today; of a timeline what was taken before the first
            dose on record.
        height_m: of the person; default that of the record, else by sex.
        authority: on whose behalf.
        progress: told how far the work has come.

    Raises:
        DataError: a file does not hold what it should, or the person has no type 2 diabetes.
        NotAllowedError: the authority may not be given advice on doses.
        NotFoundError: there is no such medicine or value.
        FitError: the first visit has no HbA1c.
    """
    authority.require(Capability.ADVISE_DOSE)
    recorded = described_at(path, facts)
    if (history is not None and taken is not None) or (recorded is None and history is None and taken is None):
        raise DataError(ErrorCode.INVALID_VALUE, message("regimen-history-or-taken"))
    if recorded is None:
        described = parse_person(read_yaml_text(path, hint=HINT), name=path.name)
        person = months_person(described, height_m=height_m)
        told, cautions = (_told(described, person, taken or ""), ()) if history is None else (read_history(history), ())
    else:
        described = recorded.described
        person = months_person(described, height_m=height_m or recorded.height_m)
        told, cautions = _of_record(path, taken) if history is None else (read_history(history), ())
        cautions = (*recorded.cautions, *cautions)
    advice = advise_on_visits(described, person, told, question, authority=authority, progress=progress)
    return replace(advice, cautions=tuple(dict.fromkeys(cautions)))


def advise_on_visits(
    described: DescribedPerson,
    person: MonthsPerson,
    told: RegimenHistory,
    question: RegimenQuestion,
    *,
    authority: Authority,
    progress: ProgressCallback = silent,
) -> RegimenAdvice:
    """Fits the twin of a person's months to visits and ranks plans.

    Args:
        described: the person today.
        person: the same, as the slow body knows them.
        told: visits and medicines.
        question: what is asked.
        authority: on whose behalf.
        progress: told how far the work has come.

    Raises:
        NotAllowedError: the authority may not be given advice on doses.
        NotFoundError: there is no such medicine or value.
        FitError: the first visit has no HbA1c.
    """
    authority.require(Capability.ADVISE_DOSE)
    _check_names("regimen-option-unknown", question.medicines, [one.medicine for one in ladders()])
    _check_names("regimen-value-unknown", question.values, numbers("values.csv"))
    progress(message("regimen-advice-fitting"), 0.1)
    first = _at_first(person, told)
    twin = fit_regimen_twin(first, told.spells, told.visits, c_peptide_nmoll=question.c_peptide_nmoll)
    progress(message("regimen-advice-choosing"), 0.5)
    choice = choose_regimen(
        twin,
        _today(person, told),
        target_pct=question.target_pct,
        days=round(question.months * DAYS_PER_MONTH),
        allowed=ladders(question.medicines),
        values=question.values,
        classes_taken=frozenset(map(str, described.drugs)),
    )
    learned = twin.learned()
    names = _told_of(twin)
    return RegimenAdvice(
        choice=choice,
        before={name: _prior_span(twin, name) for name in names},
        learned={name: learned[name] for name in names},
        visits=len(told.visits),
    )


def _of_record(path: Path, taken: str | None) -> tuple[RegimenHistory, tuple[str, ...]]:
    """Visits of a timeline's folder, and what was left out of them."""
    visits = recorded_visits(load_timeline(path), taken)
    return history_of(visits.rows), visits.cautions


def _told(described: DescribedPerson, person: MonthsPerson, taken: str) -> RegimenHistory:
    """What the person's file tells, as the only visit."""
    visit = Visit(
        day=0,
        hba1c_pct=person.hba1c_pct,
        fasting_mmoll=described.fasting_glucose_mmoll,
        mean_mmoll=person.mean_mmoll,
        weight_kg=person.weight_kg,
    )
    spells = tuple(replace(one, start_d=BEFORE) for one in spells_of(taken))
    return RegimenHistory(first=date.min, visits=(visit,), spells=spells)


def _at_first(person: MonthsPerson, told: RegimenHistory) -> MonthsPerson:
    """The person at the first visit: weight as it was; glucose comes from the twin's draws."""
    weight = next((one.weight_kg for one in told.visits if one.weight_kg is not None), None)
    return replace(person, weight_kg=weight or person.weight_kg, insulin_u_per_d=0.0)


def _today(person: MonthsPerson, told: RegimenHistory) -> MonthsPerson:
    """The person as the last visits show them."""
    latest = reversed(told.visits)
    hba1c = next((one.hba1c_pct for one in latest if one.hba1c_pct is not None), None)
    weight = next((one.weight_kg for one in reversed(told.visits) if one.weight_kg is not None), None)
    return replace(person, hba1c_pct=hba1c or person.hba1c_pct, weight_kg=weight or person.weight_kg)


def _told_of(twin: RegimenTwin) -> tuple[str, ...]:
    """Quantities that visits can tell of: the body, and classes that were begun, raised or stopped between them."""
    changed = {one.kind for one in twin.spells if one.start_d >= 0 or one.end_d is not None}
    return tuple(name for name in twin.prior.names if name in BODY or name in changed)


def _prior_span(twin: RegimenTwin, name: str) -> tuple[float, float, float]:
    centre, spread = twin.prior.centre[name], TENTH_PERCENTILE * twin.prior.spread[name]
    told = (centre, centre - spread, centre + spread)
    middle, low, high = (math.exp(one) if name in twin.prior.is_log else one for one in told)
    return middle, low, high


def _check_names(code: str, asked: Iterable[str], known: Iterable[str]) -> None:
    known = tuple(known)
    unknown = next((one for one in asked if one not in known), None)
    if unknown is not None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message(code, name=unknown, known=", ".join(known)))


def _plan_json(one: Foreseen, better: float) -> dict[str, object]:
    return {
        "plan": one.option.name,
        "changes": one.option.changes,
        "begun": list(one.option.begun),
        "hba1c_pct": span_json(one.hba1c_pct),
        "change_from_unchanged_pct": span_json(one.change_pct),
        "on_target": one.on_target,
        "weight_change_kg": span_json(one.weight_change_kg),
        "felt_lows_per_y": one.felt_lows_per_y,
        "gut_pct": one.gut_pct,
        "cost_class": one.cost_class,
        "burden": dict(one.burden),
        "total": one.total,
        "chosen_weighs_no_more": better,
        "guidelines": [{"code": said.code, "verdict": str(said.verdict)} for said in one.recommendations],
        "cautions": [{"code": caution.code, "action": caution.action} for caution in one.option.cautions],
    }


def span_json(span: tuple[float, float, float]) -> SpanJson:
    """A median with its 10th and 90th percentile as JSON values."""
    return {"median": span[0], "low": span[1], "high": span[2]}
