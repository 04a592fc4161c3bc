"""What one decision is made from."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from glucotwin.control.oref0.carbs_on_board import MealStatus
from glucotwin.control.oref0.dynamic_sensitivity import DynamicRatio, VariableSensitivity
from glucotwin.control.oref0.glucose_status import GlucoseStatus
from glucotwin.control.oref0.insulin_on_board import Insulin
from glucotwin.control.oref0.profile import Profile


class CurrentTemp(BaseModel):
    """The temporary rate that the pump says it runs. Aliases are the names in the files."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, allow_inf_nan=False)

    rate_u_per_h: float | None = Field(default=None, alias="rate", ge=0, le=500)
    duration_min: float | None = Field(default=None, alias="duration", ge=0, le=1440)

    @property
    def left_min(self) -> float:
        """Minutes that it has left; 0 when none runs."""
        return self.duration_min or 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTemp:
    """The latest temporary rate of a pump's history: U/h, start in ms since 1970, minutes; empty if none ran."""

    rate_u_per_h: float | None = None
    start_ms: float = 0.0
    duration_min: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsulinForecast:
    """Insulin on board now and every five minutes.

    Attributes:
        as_is: with what has been given; the first is now.
        if_stopped: with no basal from now on; empty when there is no forecast and only insulin on board now is known.
        last_bolus_ms: time of the latest bolus, in ms since 1970; 0 for none.
        last_temp: the latest temporary rate; None when nothing is known about it.
    """

    as_is: tuple[Insulin, ...]
    if_stopped: tuple[Insulin, ...] = ()
    last_bolus_ms: float = 0.0
    last_temp: LastTemp | None = None

    @property
    def now(self) -> Insulin:
        """Insulin on board now."""
        return self.as_is[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionInput:
    """What one decision is made from.

    Attributes:
        glucose: glucose now and its changes.
        current_temp: what the pump runs.
        insulin: insulin on board; None stops the decision.
        profile: settings.
        autosens_ratio: sensitivity of today; None for none.
        meal: carbs.
        micro_bolus_allowed: whether the caller can give super micro boluses now.
        reservoir: what is left in the pump, handed through.
        now_ms: time of the decision, in ms since 1970.
        minute_of_hour: what a clock on the wall shows.
        dynamic: sensitivity by glucose and insulin in place of that by autosens; None for none.
    """

    glucose: GlucoseStatus
    current_temp: CurrentTemp
    insulin: InsulinForecast | None
    profile: Profile
    autosens_ratio: float | None
    meal: MealStatus
    micro_bolus_allowed: bool
    now_ms: float
    minute_of_hour: int
    reservoir: str | float | None = None
    dynamic: DynamicRatio | VariableSensitivity | None = None
