"""Use case: what published equations say of a person's next years, as they are and on candidate regimens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.yaml_file import read_yaml_text
from glucotwin.prognosis.answer import Question, ScoreAnswer
from glucotwin.prognosis.person import HINT, CardiorenalDrug, DescribedPerson, parse_person
from glucotwin.prognosis.registry import SCORES
from glucotwin.workflows.recorded_person import RecordedPerson, described_at
from glucotwin.workflows.regimen_parse import parse_candidate
from glucotwin.workflows.regimen_person import months_person
from glucotwin.workflows.regimen_risk import person_on

UNCHANGED = "unchanged"
"""Name of going on as today among regimens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complications:
    """What every score says of one person.

    Attributes:
        person: as described, with the drugs that were added.
        question: how it was asked.
        scores: answers by name of the score.
        recorded: where the facts came from; None for a person who was described.
        on_regimens: the same a year into each candidate that was asked for, by its name, and unchanged first.
    """

    person: DescribedPerson
    question: Question
    scores: Mapping[str, ScoreAnswer]
    recorded: RecordedPerson | None = None
    on_regimens: Mapping[str, "Complications"] = field(default_factory=dict[str, "Complications"])

    def to_json(self) -> dict[str, object]:
        """As JSON values: one object per score."""
        told: dict[str, object] = {name: answer.to_json() for name, answer in self.scores.items()}
        told |= {"years": self.question.years, "drugs": [str(drug) for drug in self.person.drugs]}
        if self.recorded is not None:
            told["record"] = self.recorded.to_json()
        if self.on_regimens:
            told["regimens"] = {name: one.to_json() for name, one in self.on_regimens.items()}
        return told


def complications_of(
    path: Path,
    question: Question | None = None,
    *,
    drugs: Sequence[CardiorenalDrug] = (),
    regimens: Sequence[str] = (),
    facts: Path | None = None,
    progress: ProgressCallback = silent,
) -> Complications:
    """Asks every score about the person of a file or of a timeline's folder.

    Args:
        path: JSON or YAML with the keys of ``glucotwin.prognosis.schema.person_schema``, or a timeline's folder.
        question: horizon and simulation; default ten years.
        drugs: cardiorenal drugs to think of beside those in the file.
        regimens: candidates, as ``parse_candidate`` reads them, on which the same is asked.
        facts: for a folder: YAML or JSON with keys that the record does not hold.
        progress: told how far the work has come.

    Raises:
        DataError: the file is unreadable, a key is unknown or missing, or a value is impossible.
        NotFoundError: a candidate holds no known medicine.
    """
    recorded = described_at(path, facts)
    person = parse_person(read_yaml_text(path, hint=HINT), name=path.name) if recorded is None else recorded.described
    candidates = [(name, parse_candidate(name)) for name in dict.fromkeys(regimens)]
    # A year of slow change goes into all of them alike, so that what differs is the regimen.
    asked = [(UNCHANGED, ()), *candidates] if candidates else []
    share = 1.0 / (1 + len(asked))
    answer = complications_of_person(person, question, drugs=drugs, progress=part_of(progress, start=0.0, end=share))
    if not asked:
        return replace(answer, recorded=recorded)
    months = months_person(person, height_m=None if recorded is None else recorded.height_m)
    on = dict[str, Complications]()
    for done, (name, treatments) in enumerate(asked, start=1):
        part = part_of(progress, start=done * share, end=(done + 1) * share)
        on[name] = complications_of_person(person_on(answer.person, months, treatments), answer.question, progress=part)
    return replace(answer, recorded=recorded, on_regimens=on)


def complications_of_person(
    person: DescribedPerson,
    question: Question | None = None,
    *,
    drugs: Sequence[CardiorenalDrug] = (),
    progress: ProgressCallback = silent,
) -> Complications:
    """Asks every score about a described person.

    Args:
        person: the person.
        question: horizon and simulation; default ten years.
        drugs: cardiorenal drugs to think of beside those of the description.
        progress: told how far the work has come.
    """
    asked = question or Question()
    every = tuple(dict.fromkeys((*person.drugs, *drugs)))
    treated = person.model_copy(update={"drugs": every})
    answers: dict[str, ScoreAnswer] = {}
    for done, (name, score) in enumerate(SCORES.items()):
        progress(score.title, done / len(SCORES))
        answers[name] = score.answer(treated, asked)
    return Complications(person=treated, question=asked, scores=answers)
