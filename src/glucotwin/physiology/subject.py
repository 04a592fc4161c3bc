"""Virtual subjects: who a population's people are and how they would dose."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyDose:
    """Insulin that somebody injects every day.

    Attributes:
        product: by its name among the insulin products.
        minute_of_day: local, 0 to 1439.
        dose_u: units.
    """

    product: str
    minute_of_day: int
    dose_u: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One virtual subject of a body.

    Attributes:
        name: within its population, e.g. ``adult#001``.
        weight_kg: body weight.
        basal_u_per_min: the constant insulin rate at which the subject rests at its basal glucose.
        age_years: None when the population does not say.
        carb_ratio_g_per_u: grams of carbohydrate covered by one unit (CR); None when unknown.
        correction_factor_mgdl_per_u: fall of glucose per unit (CF); None when unknown.
        total_daily_insulin_u: insulin per day (TDI); None when unknown.
        basal_profile_u_per_h: rates of the 24 local hours that keep glucose level over the day; None when the constant
            rate does.
        carb_ratio_profile_g_per_u: carb ratios of the 24 local hours; None when one serves all day.
        daily_doses: insulin injected by the clock, in place of a basal rate and of boluses.
        sex, height_cm, ethnicity: empty or None when the population does not say.
        values: independent numbers by name, from which the body is composed.
    """

    name: str
    weight_kg: float
    basal_u_per_min: float
    age_years: float | None = None
    carb_ratio_g_per_u: float | None = None
    correction_factor_mgdl_per_u: float | None = None
    total_daily_insulin_u: float | None = None
    basal_profile_u_per_h: tuple[float, ...] | None = None
    carb_ratio_profile_g_per_u: tuple[float, ...] | None = None
    daily_doses: tuple[DailyDose, ...] = ()
    sex: str = ""
    height_cm: float | None = None
    ethnicity: str = ""
    values: Mapping[str, float] = field(default_factory=dict, repr=False)

    @property
    def boluses(self) -> bool:
        """Whether it doses for meals and highs: not who takes no insulin, or takes it by the clock."""
        return not self.daily_doses and self.total_daily_insulin_u != 0.0

    @property
    def group(self) -> str:
        """What stands before the number: ``adult``, ``adolescent`` or ``child`` in the published population."""
        return self.name.partition("#")[0]
