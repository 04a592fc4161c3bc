"""Named bodies: one entry each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.physiology.body import Body
from glucotwin.physiology.minimal import minimal_body
from glucotwin.physiology.padova.t1d_2008 import padova_t1d_2008_body, padova_t1d_2008_subjects
from glucotwin.physiology.subject import Subject

TYPICAL = Subject(name="typical", weight_kg=75.0, basal_u_per_min=0.8 / 60.0)
"""The only subject of the minimal body: typical values, for trying things out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyEntry:
    """A named body.

    Attributes:
        summary: one line for people.
        make: its body by a subject's name.
        subjects: its subjects, the first one being the default.
    """

    summary: str
    make: Callable[[str], Body]
    subjects: Callable[[], tuple[Subject, ...]]


def _typical_minimal(subject: str) -> Body:
    del subject
    return minimal_body(weight_kg=TYPICAL.weight_kg, basal_u_per_min=TYPICAL.basal_u_per_min)


BODIES: Mapping[str, BodyEntry] = MappingProxyType(
    {
        "padova-t1d-2008": BodyEntry(
            summary="UVA/Padova type 1 simulator of 2008 with its thirty published virtual subjects",
            make=padova_t1d_2008_body,
            subjects=padova_t1d_2008_subjects,
        ),
        "minimal": BodyEntry(
            summary="few identifiable parameters, made for fitting one person's twin",
            make=_typical_minimal,
            subjects=lambda: (TYPICAL,),
        ),
    }
)
"""Every body by name; underscores may stand for hyphens."""


def body_entry(name: str) -> BodyEntry:
    """The entry of a named body.

    Raises:
        NotFoundError: there is no such body.
    """
    entry = BODIES.get(name.replace("_", "-"))
    if entry is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, f"There is no body {name!r}.", hint=f"Known bodies: {', '.join(BODIES)}."
        )
    return entry


def find_subject(body: str, name: str = "") -> Subject:
    """A named subject of a named body; the body's first one when no name is given.

    Raises:
        NotFoundError: there is no such body or subject.
    """
    subjects = body_entry(body).subjects()
    if not name:
        return subjects[0]
    for subject in subjects:
        if subject.name == name:
            return subject
    raise NotFoundError(
        ErrorCode.UNKNOWN_NAME,
        f"The body {body} has no subject {name!r}.",
        hint=f"Known subjects: {', '.join(one.name for one in subjects)}.",
    )


def make_body(name: str, *, subject: str = "") -> Body:
    """The named body of a named subject; of the body's first one when no subject is named.

    Raises:
        NotFoundError: there is no such body or subject.
    """
    return body_entry(name).make(find_subject(name, subject).name)
