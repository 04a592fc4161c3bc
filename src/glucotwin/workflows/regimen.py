"""Use case: what candidate regimens would do to a described person within months and years, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.yaml_file import read_yaml_text
from glucotwin.ingest.format import ImportOptions
from glucotwin.months.person import MonthsPerson
from glucotwin.months.target import DEFAULT_TARGETS, Targets
from glucotwin.months.treatment import with_adherence
from glucotwin.prognosis.person import HINT, DescribedPerson, parse_person
from glucotwin.workflows.recorded_person import RecordedPerson, described_at
from glucotwin.workflows.regimen_answer import CandidateCourse, pareto, with_best_share
from glucotwin.workflows.regimen_candidate import candidate_course
from glucotwin.workflows.regimen_parse import parse_candidate
from glucotwin.workflows.regimen_person import months_person, with_genotype, with_readings


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimenComparison:
    """Candidates side by side.

    Attributes:
        candidates: the first, without a name, is to change nothing.
        recorded: where the person's facts came from; None for a person who was described.
    """

    candidates: tuple[CandidateCourse, ...]
    recorded: RecordedPerson | None = None


def compare_regimens(
    path: Path,
    candidates: Sequence[str],
    *,
    months: int = 6,
    height_m: float | None = None,
    adherence: float = 1.0,
    targets: Targets = DEFAULT_TARGETS,
    genotype: Path | None = None,
    readings: Path | None = None,
    facts: Path | None = None,
    options: ImportOptions | None = None,
    draws: int = 0,
    years: int | None = None,
    progress: ProgressCallback = silent,
) -> RegimenComparison:
    """Compares additions to what a person takes today; the first answer is to change nothing.

    Args:
        path: JSON or YAML with the keys of ``glucotwin.prognosis.schema.person_schema``, or a timeline's folder.
        candidates: as ``parse_candidate`` reads them.
        months: horizon.
        height_m: of the person; default by sex.
        adherence: share of doses taken.
        targets: what attainment is told of.
        genotype: file of a genotype, for what it says of medicines.
        readings: sensor readings, for mean and fasting glucose.
        facts: for a folder: YAML or JSON with keys that the record does not hold.
        options: of the readings.
        draws: of models and people, for intervals that tell both; 0 for people's response alone.
        years: horizon of life-years and QALYs; None to leave them out.
        progress: told how far the work has come.

    Raises:
        DataError: a file does not hold what it should, the person has no type 2 diabetes, or a dose is impossible.
        NotFoundError: there is no such medicine.
    """
    recorded = described_at(path, facts)
    described = (
        parse_person(read_yaml_text(path, hint=HINT), name=path.name) if recorded is None else recorded.described
    )
    if readings is not None:
        described = with_readings(described, readings, options, progress=progress)
    person = months_person(described, height_m=height_m or (None if recorded is None else recorded.height_m))
    if genotype is not None:
        person = with_genotype(person, genotype)
    answers = compare_for_person(
        described,
        person,
        candidates,
        months=months,
        adherence=adherence,
        targets=targets,
        draws=draws,
        years=years,
        progress=progress,
    )
    return RegimenComparison(candidates=answers, recorded=recorded)


def compare_for_person(
    described: DescribedPerson,
    person: MonthsPerson,
    candidates: Sequence[str],
    *,
    months: int = 6,
    adherence: float = 1.0,
    targets: Targets = DEFAULT_TARGETS,
    draws: int = 0,
    years: int | None = None,
    progress: ProgressCallback = silent,
) -> tuple[CandidateCourse, ...]:
    """The same for a described person; arguments as in ``compare_regimens``.

    Raises:
        DataError: a dose is impossible.
        NotFoundError: there is no such medicine.
    """
    named = [(name, parse_candidate(name)) for name in dict.fromkeys(candidates)]
    answers: list[CandidateCourse] = []
    for done, (name, asked) in enumerate([("", ()), *named]):
        progress(name or message("regimen-unchanged"), done / (len(named) + 1))
        treatments = [with_adherence(one, adherence) for one in asked]
        answers.append(
            candidate_course(
                described, person, name, treatments, months=months, targets=targets, draws=draws, years=years
            )
        )
    return pareto(with_best_share(answers))
