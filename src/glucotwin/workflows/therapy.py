"""Use case: compare therapies over a person's own last days."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from glucotwin.advise.change import ScaleBasal
from glucotwin.advise.dosing_plan import AnswerProportionally, DosingPlan, Redose
from glucotwin.advise.regimen_change import ChangeProduct
from glucotwin.advise.therapy import Alternative, TherapyComparison, compare_alternatives
from glucotwin.advise.timing_change import ShiftMealBoluses
from glucotwin.core.answer import Answer, ContextOfUse
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import RESEARCHER, Authority
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.record import as_utc
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.twin import Twin
from glucotwin.workflows.answer import require_same_person, require_valid, wrap_answer
from glucotwin.workflows.what_if import required_capability

USUAL_DAYS = 7.0


def alternative_of(
    name: str,
    *,
    basal_factor: float | None = None,
    carb_ratio_g_per_u: float | None = None,
    correction_factor_mgdl_per_u: float | None = None,
    insulin: str | None = None,
    bolus_shift_min: float | None = None,
    algorithm: str | None = None,
    answered: bool = False,
) -> Alternative:
    """A therapy from what a clinician says of it.

    Args:
        name: as the reader calls it.
        basal_factor: what the basal rate is multiplied by.
        carb_ratio_g_per_u: another carbohydrate ratio; boluses are then given as a calculator gives them.
        correction_factor_mgdl_per_u: another correction factor; likewise.
        insulin: another mealtime insulin.
        bolus_shift_min: boluses of meals earlier (negative) or later.
        algorithm: a dosing algorithm that has all insulin in its hands.
        answered: dosing answers in proportion to what changed, as an automated pump does.

    Raises:
        DataError: two different ways in which dosing answers.
    """
    changes = (
        *(() if basal_factor is None else (ScaleBasal(factor=basal_factor),)),
        *(() if insulin is None else (ChangeProduct(product=insulin),)),
        *(() if bolus_shift_min is None else (ShiftMealBoluses(minutes=bolus_shift_min),)),
    )
    dosing = _dosing(carb_ratio_g_per_u, correction_factor_mgdl_per_u, algorithm, answered=answered)
    return Alternative(name=name, changes=changes, dosing=dosing)


def compare_therapies(
    twin: Twin,
    timeline: Timeline,
    alternatives: Sequence[Alternative],
    *,
    days: float = USUAL_DAYS,
    end: datetime | None = None,
    authority: Authority = RESEARCHER,
    progress: ProgressCallback = silent,
) -> Answer[TherapyComparison]:
    """Up to three therapies over a person's last days, beside what was, in an envelope.

    Args:
        twin: of the timeline's person.
        timeline: their data.
        alternatives: one to three.
        days: how many days to replay, at most 14.
        end: aware time at which they end; None for the newest reading.
        authority: on whose behalf.
        progress: told before each alternative; what it raises ends the work.

    Raises:
        NotAllowedError: the authority may not be shown such what-ifs.
        SafetyError: the model was not validated for this person.
        DataError: an alternative changes nothing, or the days cannot be replayed.
    """
    require_comparable(alternatives, authority)
    require_same_person(twin, timeline)
    last = timeline.window(GlucoseReading).end if end is None else as_utc(end)
    window = Window(start=last - timedelta(days=days), end=last)
    validity = require_valid(timeline.person, window.start.date())
    found = compare_alternatives(twin, timeline, window=window, alternatives=alternatives, progress=progress)
    return wrap_answer(
        found,
        context=ContextOfUse.WHAT_IF,
        authority=authority,
        timeline=timeline,
        window=window,
        twin=twin,
        validity=validity,
        uncertainty=message("what-if-uncertainty"),
        limits=message("what-if-limits"),
    )


def require_comparable(alternatives: Sequence[Alternative], authority: Authority) -> None:
    """Passes for alternatives that change something and that the authority may be shown.

    Raises:
        NotAllowedError: the authority may not be shown such what-ifs.
        DataError: an alternative changes nothing.
    """
    for one in alternatives:
        authority.require(required_capability(one.changes, one.dosing))
        if not one.changes and one.dosing is None:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                message("therapy-no-change", name=one.name),
                hint=message("therapy-no-change-hint"),
            )


def _dosing(
    carb_ratio_g_per_u: float | None,
    correction_factor_mgdl_per_u: float | None,
    algorithm: str | None,
    *,
    answered: bool,
) -> DosingPlan | None:
    is_set = carb_ratio_g_per_u is not None or correction_factor_mgdl_per_u is not None
    if answered and (is_set or algorithm is not None):
        raise DataError(ErrorCode.INVALID_VALUE, message("therapy-two-dosings"))
    settings = {
        "carb_ratio_g_per_u": carb_ratio_g_per_u,
        "correction_factor_mgdl_per_u": correction_factor_mgdl_per_u,
    }
    if algorithm is not None:
        # Brings controllers in, which are slow to import and rarely asked for.
        from glucotwin.advise.algorithm_plan import FollowAlgorithm

        return FollowAlgorithm(algorithm=algorithm, **settings)
    if is_set:
        return Redose(**settings)
    return AnswerProportionally() if answered else None
