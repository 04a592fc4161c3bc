"""Use case: what published equations say of a described person's next years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.yaml_file import read_yaml_text
from glucotwin.prognosis.answer import Question, ScoreAnswer
from glucotwin.prognosis.person import HINT, CardiorenalDrug, DescribedPerson, parse_person
from glucotwin.prognosis.registry import SCORES


@dataclass(frozen=True, slots=True, kw_only=True)
class Complications:
    """What every score says of one person.

    Attributes:
        person: as described, with the drugs that were added.
        question: how it was asked.
        scores: answers by name of the score.
    """

    person: DescribedPerson
    question: Question
    scores: Mapping[str, ScoreAnswer]

    def to_json(self) -> dict[str, object]:
        """As JSON values: one object per score."""
        told: dict[str, object] = {name: answer.to_json() for name, answer in self.scores.items()}
        return told | {"years": self.question.years, "drugs": [str(drug) for drug in self.person.drugs]}


def complications_of(
    path: Path,
    question: Question | None = None,
    *,
    drugs: Sequence[CardiorenalDrug] = (),
    progress: ProgressCallback = silent,
) -> Complications:
    """Asks every score about the person in a file.

    Args:
        path: JSON or YAML; the keys are those of ``glucotwin.prognosis.schema.person_schema``.
        question: horizon and simulation; default ten years.
        drugs: cardiorenal drugs to think of beside those in the file.
        progress: told how far the work has come.

    Raises:
        DataError: the file is unreadable, a key is unknown or missing, or a value is impossible.
    """
    person = parse_person(read_yaml_text(path, hint=HINT), name=path.name)
    return complications_of_person(person, question, drugs=drugs, progress=progress)


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
