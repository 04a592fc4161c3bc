"""What the slow body needs to know about a person with type 2 diabetes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthsPerson:
    """A person today, on the treatment that goes on unchanged beneath every candidate.

    Attributes:
        age_y: years.
        female: whether the equations for women hold.
        weight_kg: body weight.
        height_m: body height.
        hba1c_pct: HbA1c, NGSP.
        fasting_mmoll: fasting plasma glucose; None for the usual one at this HbA1c.
        egfr: mL/min/1.73 m².
    """

    age_y: float
    female: bool
    weight_kg: float
    height_m: float
    hba1c_pct: float
    egfr: float
    fasting_mmoll: float | None = None

    @property
    def usual_fasting_mmoll(self) -> float:
        """Fasting glucose, by HbA1c where it was not measured: HbA1c = 3.99 + 0.466 FPG (Baron 2016)."""
        return (self.hba1c_pct - 3.99) / 0.466 if self.fasting_mmoll is None else self.fasting_mmoll

    @property
    def bmi(self) -> float:
        """Body mass index in kg/m²."""
        return self.weight_kg / self.height_m**2
