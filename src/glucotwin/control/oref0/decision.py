"""A dosing decision and how it is written while the rules go on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from glucotwin.control.oref0.local_clock import iso_from_ms
from glucotwin.control.oref0.number import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be done; absent fields mean that nothing is changed.

    Attributes:
        reason: every number that led here, in the order in which it was used.
        rate_u_per_h: temporary rate to set.
        duration_min: minutes to set it for; 0 with rate 0 cancels the running one.
        micro_bolus_u: super micro bolus to give now.
        carbs_required_g: carbs to eat soon.
        insulin_required_u: insulin that would bring glucose to the target.
        error: why there is no decision; None for none.
        is_absolute: whether the answer says that rates are absolute.
        deliver_at_ms: when to deliver, in ms since 1970.
        details: further numbers, by the names that the original gives them.
    """

    reason: str | None = None
    rate_u_per_h: float | None = None
    duration_min: float | None = None
    micro_bolus_u: float | None = None
    carbs_required_g: float | None = None
    insulin_required_u: float | None = None
    error: str | None = None
    is_absolute: bool = False
    deliver_at_ms: float | None = None
    details: Mapping[str, object] = field(default_factory=dict[str, object])

    def saying(self, text: str) -> "Decision":
        """The same with more of a reason."""
        return replace(self, reason=(self.reason or "") + text)

    def as_json(self) -> dict[str, object]:
        """The decision by the names of the original; what is absent there is absent here."""
        answer: dict[str, object] = {
            "error": self.error,
            "temp": "absolute" if self.is_absolute else None,
            "deliverAt": None if self.deliver_at_ms is None else iso_from_ms(self.deliver_at_ms),
            **self.details,
            "insulinReq": plain(self.insulin_required_u),
            "carbsReq": plain(self.carbs_required_g),
            "units": plain(self.micro_bolus_u),
            "rate": plain(self.rate_u_per_h),
            "duration": plain(self.duration_min),
            "reason": self.reason,
        }
        return {name: value for name, value in answer.items() if value is not None or name in self.details}
