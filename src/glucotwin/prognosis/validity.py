"""The checks that scores share: whether a person is one of those an equation was made for."""

from collections.abc import Mapping, Sequence

from glucotwin.prognosis.answer import Reason, Refusal
from glucotwin.prognosis.person import DescribedPerson, DiabetesKind

Range = tuple[float, float]


def missing(person: DescribedPerson, keys: Sequence[str]) -> list[Refusal]:
    """A refusal for every key whose measurement was not taken."""
    return [Refusal(reason=Reason.NOT_MEASURED, key=key) for key in keys if getattr(person, key) is None]


def outside(values: Mapping[str, float | None], ranges: Mapping[str, Range]) -> list[Refusal]:
    """A refusal for every value outside its range, both ends of which belong to it.

    Args:
        values: by key; what is None is not judged.
        ranges: lowest and highest value by key.
    """
    return [
        Refusal(reason=Reason.OUT_OF_RANGE, key=key, value=f"{value:g}", low=f"{low:g}", high=f"{high:g}")
        for key, (low, high) in ranges.items()
        if (value := values.get(key)) is not None and not low <= value <= high
    ]


def measured(person: DescribedPerson, keys: Sequence[str]) -> dict[str, float]:
    """The named measurements.

    Raises:
        ValueError: one was not taken, which ``missing`` would have told.
    """
    values = {key: getattr(person, key) for key in keys}
    absent = [key for key, value in values.items() if value is None]
    if absent:
        raise ValueError(f"Not measured: {', '.join(absent)}.")
    return {key: float(value) for key, value in values.items()}


def not_type_2(person: DescribedPerson) -> list[Refusal]:
    """A refusal when the diabetes is not of type 2."""
    is_type_2 = person.diabetes_type is DiabetesKind.TYPE2
    return [] if is_type_2 else [Refusal(reason=Reason.TYPE_1, key="diabetes_type")]


def on_kidney_replacement(person: DescribedPerson) -> list[Refusal]:
    """A refusal on dialysis or with a transplanted kidney."""
    reason = Refusal(reason=Reason.KIDNEY_REPLACEMENT, key="history_renal_failure")
    return [reason] if person.history_renal_failure else []


def with_atherosclerosis(person: DescribedPerson) -> list[Refusal]:
    """A refusal for every atherosclerotic disease that is there already."""
    keys = ("history_mi", "history_ischaemic_heart_disease", "history_stroke", "peripheral_vascular_disease")
    return [Refusal(reason=Reason.PRIOR_CARDIOVASCULAR_DISEASE, key=key) for key in keys if getattr(person, key)]


def with_heart_failure(person: DescribedPerson) -> list[Refusal]:
    """A refusal when heart failure is there already."""
    reason = Refusal(reason=Reason.PRIOR_HEART_FAILURE, key="history_heart_failure")
    return [reason] if person.history_heart_failure else []
