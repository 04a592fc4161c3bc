"""From a correction to what the pump or the person is to do, within Loop's own limits."""

from dataclasses import dataclass

from glucotwin.control.loop.correction import Correction, CorrectionKind

TEMP_DURATION_S = 1800.0
RATE_PER_U = 3600.0 / TEMP_DURATION_S


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseLimit:
    """Loop's own limits.

    Attributes:
        neutral_u_per_h: scheduled basal rate at the time.
        max_basal_u_per_h: highest rate.
        max_bolus_u: largest bolus.
        max_insulin_on_board_u: insulin on board that no automatic dose exceeds.
        insulin_on_board_u: insulin on board at the time.
    """

    neutral_u_per_h: float
    max_basal_u_per_h: float
    max_bolus_u: float
    max_insulin_on_board_u: float
    insulin_on_board_u: float

    @property
    def headroom_u(self) -> float:
        """Insulin that may still be given automatically; negative once the limit is exceeded."""
        return self.max_insulin_on_board_u - self.insulin_on_board_u


@dataclass(frozen=True, slots=True, kw_only=True)
class TempRate:
    """A temporary basal rate.

    Attributes:
        rate_u_per_h: the rate, never below 0.
        unclamped_u_per_h: what the original gives: below 0 if there is more insulin on board than its limit.
    """

    rate_u_per_h: float
    unclamped_u_per_h: float


def temp_rate(correction: Correction, limit: DoseLimit) -> TempRate:
    """The temporary basal rate that gives a correction within half an hour."""
    highest = limit.neutral_u_per_h if correction.dips else limit.max_basal_u_per_h
    return _rate(correction, limit, min(highest, limit.headroom_u * RATE_PER_U + limit.neutral_u_per_h))


def temp_rate_beside_bolus(correction: Correction, limit: DoseLimit) -> TempRate:
    """The temporary basal rate beside automatic boluses: at most the scheduled one."""
    return _rate(correction, limit, limit.neutral_u_per_h)


def _rate(correction: Correction, limit: DoseLimit, highest_u_per_h: float) -> TempRate:
    suspend = correction.kind is CorrectionKind.SUSPEND
    wanted = 0.0 if suspend else correction.insulin_u * RATE_PER_U + limit.neutral_u_per_h
    unclamped = min(highest_u_per_h, max(0.0, wanted))
    return TempRate(rate_u_per_h=max(0.0, unclamped), unclamped_u_per_h=unclamped)


def automatic_bolus_u(correction: Correction, limit: DoseLimit, *, share: float) -> float:
    """The part of a correction that is given at once without asking, U.

    Args:
        correction: what the forecast asks for.
        limit: Loop's own limits.
        share: part of the correction, and of the largest bolus, that is given at once.
    """
    if correction.kind is not CorrectionKind.ABOVE or correction.dips:
        return 0.0
    largest = min(limit.max_bolus_u * share, max(0.0, limit.headroom_u))
    return min(max(0.0, correction.insulin_u * share), largest)


def manual_bolus_u(correction: Correction, limit: DoseLimit) -> float:
    """The bolus that is proposed to the person, U."""
    return min(limit.max_bolus_u, max(0.0, correction.insulin_u))


def manual_notice(correction: Correction, *, glucose_mgdl: float, least_mgdl: float) -> str | None:
    """What the person is told beside the proposed bolus, by Loop's names; None if nothing.

    Args:
        correction: what the forecast asks for.
        glucose_mgdl: glucose now.
        least_mgdl: lower end of the range now.
    """
    notice = {
        CorrectionKind.SUSPEND: "glucoseBelowSuspendThreshold",
        CorrectionKind.IN_RANGE: "predictedGlucoseInRange",
        CorrectionKind.BELOW: "allGlucoseBelowTarget",
        CorrectionKind.ABOVE: "predictedGlucoseBelowTarget" if correction.dips else None,
    }[correction.kind]
    return "currentGlucoseBelowTarget" if notice and glucose_mgdl < least_mgdl else notice
