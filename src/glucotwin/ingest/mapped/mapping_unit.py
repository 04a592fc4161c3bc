"""Units of the columns that a mapping file describes, by the field of the record that they become."""

from collections.abc import Mapping
from types import MappingProxyType

from glucotwin.core.unit import MGDL_PER_MMOLL, CarbohydrateExchange, GlucoseUnit, InsulinConcentration

MG_PER_MMOL_BETA_HYDROXYBUTYRATE = 104.1
"""Molar mass of beta-hydroxybutyric acid in g/mol."""
CLOCK_UNITS: Mapping[str, int] = MappingProxyType({"hh:mm:ss": 3, "hh:mm": 2, "mm:ss": 2})
"""Durations as clocks show them, with the number of their parts."""

_GLUCOSE = {str(GlucoseUnit.MGDL): 1.0, str(GlucoseUnit.MMOLL): MGDL_PER_MMOLL}
_INSULIN = {
    "U": 1.0,
    "IU": 1.0,
    "mU": 0.001,
    **{f"mL {strength.name}": float(strength.value) for strength in InsulinConcentration},
}
_MINUTES = {"min": 1.0, "s": 1.0 / 60.0, "h": 60.0, "d": 1440.0, "ms": 1.0 / 60_000.0, "hh:mm:ss": 1.0, "hh:mm": 1.0}
_GRAMS = {"g": 1.0, "mg": 0.001, "oz": 28.349523125}
_CARBS = {
    **_GRAMS,
    "US exchange": CarbohydrateExchange.US_EXCHANGE.value,
    "BE": CarbohydrateExchange.BREAD_UNIT.value,
    "KE": CarbohydrateExchange.CARBOHYDRATE_UNIT.value,
}
_FRACTION = {"fraction": 1.0, "%": 0.01}

UNITS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "glucose_mgdl": _GLUCOSE,
        "insulin_u": _INSULIN,
        "extended_u": _INSULIN,
        "rate_u_per_h": {"U/h": 1.0, "mU/h": 0.001, "U/min": 60.0, "mU/min": 0.06},
        "duration_min": {**_MINUTES, "mm:ss": 1.0},
        "extended_min": {**_MINUTES, "mm:ss": 1.0},
        "carbs_g": _CARBS,
        "protein_g": _GRAMS,
        "fat_g": _GRAMS,
        "fibre_g": _GRAMS,
        "alcohol_g": {**_GRAMS, "US drink": 14.0, "UK unit": 8.0},
        "intensity_fraction": _FRACTION,
        "severity_fraction": _FRACTION,
        "heart_rate_bpm": {"/min": 1.0, "bpm": 1.0},
        "steps": {"steps": 1.0},
        "rmssd_ms": {"ms": 1.0, "s": 1000.0},
        "ketone_mmoll": {"mmol/L": 1.0, "mg/dL": 10.0 / MG_PER_MMOL_BETA_HYDROXYBUTYRATE},
        "dose_mg": {"mg": 1.0, "g": 1000.0, "ug": 0.001},
    }
)
"""What a value in each unit is multiplied by to come into the unit of the field's name; other numbers have no unit."""
