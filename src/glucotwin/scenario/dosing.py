"""What ``auto`` stands for: a subject's own insulin."""

from dataclasses import dataclass

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.unit import MINUTES_PER_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Dosing:
    """What ``auto`` stands for.

    Attributes:
        subject: name, for messages.
        basal_u_per_min: basal rate.
        carb_ratio_g_per_u: None when the subject has none.
        basal_profile_u_per_h: rates of the 24 local hours; None when the constant rate is all there is.

    Raises:
        DataError: the profile does not have 24 rates.
    """

    subject: str
    basal_u_per_min: float
    carb_ratio_g_per_u: float | None = None
    basal_profile_u_per_h: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if self.basal_profile_u_per_h is not None and len(self.basal_profile_u_per_h) != 24:
            raise DataError(ErrorCode.INVALID_VALUE, f"The basal profile of {self.subject} needs 24 hourly rates.")

    @property
    def daily_basal_u(self) -> float:
        """Basal insulin of 24 hours."""
        if self.basal_profile_u_per_h is None:
            return self.basal_u_per_min * MINUTES_PER_DAY
        return sum(self.basal_profile_u_per_h)
