"""What was changed in a person's data: every step with the original value, so that it can be taken back."""

from dataclasses import dataclass

from glucotwin.domain.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Record):
    """One value of one record that an import changed or assumed, or one record that it left out.

    Attributes:
        stream: name of the record's stream; the record is the one of this ``time``, as it is used, and ``source``.
        quantity: its field, such as ``rate_u_per_h``; times are in seconds since 1970 UTC; of a record left out the
            field that was the reason, blank when there is none.
        original: the value as it came, in the field's unit unless the reason is that unit; None when there was none.
        corrected: the value that is used; None when the record was left out.
        reason: code of the quality finding that tells of it.
        sd: how uncertain a value is that was assumed (a standard deviation, of times in minutes); None when it is not
            an assumption.
        record: the whole record as it came, as JSON values by field, when it was left out; blank otherwise.
        reversed: whether the step was taken back: the original is then what is used.
    """

    stream: str
    quantity: str
    original: float | None = None
    corrected: float | None = None
    reason: str
    sd: float | None = None
    record: str = ""
    reversed: bool = False
