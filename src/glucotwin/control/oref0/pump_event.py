"""What a pump and an app record: the events that oref0 reads."""

from pydantic import BaseModel, ConfigDict, Field

from glucotwin.control.oref0.local_clock import LocalClock

NIGHTSCOUT_BOLUSES = frozenset({"Meal Bolus", "Correction Bolus", "Snack Bolus", "Bolus Wizard"})
"""Treatments of Nightscout that bring insulin."""


class PumpEvent(BaseModel):
    """One record of a pump's history, or a Nightscout treatment in its place. Aliases are the names in the files."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, allow_inf_nan=False)

    kind: str | None = Field(default=None, alias="_type")
    treatment: str | None = Field(default=None, alias="eventType")
    timestamp: str | None = None
    created_at: str | None = None
    temp: str | None = None
    bolus_u: float | None = Field(default=None, alias="amount", ge=0, le=500)
    insulin_u: float | None = Field(default=None, alias="insulin", ge=0, le=500)
    rate: float | None = Field(default=None, ge=0, le=500)
    absolute_u_per_h: float | None = Field(default=None, alias="absolute", ge=0, le=500)
    pump_duration_min: float | None = Field(default=None, alias="duration (min)", ge=0, le=1440)
    duration_min: float | None = Field(default=None, alias="duration", ge=0, le=1440)
    wizard_carbs_g: float | None = Field(default=None, alias="carb_input", ge=0, le=5000)
    carbs_g: float | None = Field(default=None, alias="carbs", ge=0, le=5000)

    @property
    def time_text(self) -> str | None:
        """The time as it is written in the record."""
        return self.timestamp or self.created_at

    def moment_ms(self, clock: LocalClock) -> int | None:
        """When it happened, in ms since 1970; None when the record has no time."""
        text = self.time_text
        return None if text is None else clock.moment_ms(text)
