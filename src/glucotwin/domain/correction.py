"""What was changed in a person's data: every step with the original value, so that it can be taken back."""

from dataclasses import dataclass

from glucotwin.domain.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Record):
    """One value of one record that an import changed or left out.

    Attributes:
        stream: name of the record's stream; the record is the one of this ``time``.
        quantity: its field, such as ``rate_u_per_h``.
        original: the value as it came, in the field's unit unless the reason is that unit.
        corrected: the value that is used; None when the record was left out.
        reason: code of the quality finding that tells of it.
    """

    stream: str
    quantity: str
    original: float
    corrected: float | None = None
    reason: str
