"""Units at the boundary: inside, glucose is in mg/dL, insulin in U, carbohydrate in g and time in min.

One constant converts glucose. Clinical thresholds are *defined* in both units by consensus and never converted.
"""

from enum import Enum, StrEnum
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from glucotwin.core.error import ErrorCode, UnitError

MGDL_PER_MMOLL = 18.01559
"""mg/dL in one mmol/L of glucose, from its molar mass (the factor of Tidepool and LoopKit)."""

PMOL_PER_U = 6000.0
"""pmol in one international unit of human insulin (Dalla Man 2007)."""

PMOLL_PER_MUL = PMOL_PER_U / 1000.0
"""pmol/L in one mU/L of insulin."""

MINUTES_PER_DAY = 1440

Number = TypeVar("Number", float, np.ndarray)


class GlucoseUnit(StrEnum):
    """The two units that meters, sensors and people use."""

    MGDL = "mg/dL"
    MMOLL = "mmol/L"

    @property
    def decimals(self) -> int:
        """With how many glucose is shown: none in mg/dL, one in mmol/L."""
        return 0 if self is GlucoseUnit.MGDL else 1


class InsulinConcentration(Enum):
    """Units of insulin per mL of marketed strengths."""

    U100 = 100
    U200 = 200
    U300 = 300
    U500 = 500


class CarbohydrateExchange(Enum):
    """Grams of carbohydrate in one exchange as counted in different countries.

    US exchange 15 g, German/Austrian bread unit (BE) 12 g, KE/KHE and UK/Spanish portion 10 g.
    """

    US_EXCHANGE = 15.0
    BREAD_UNIT = 12.0
    CARBOHYDRATE_UNIT = 10.0


_GLUCOSE_SPELLINGS = MappingProxyType(
    {"mg/dl": GlucoseUnit.MGDL, "mgdl": GlucoseUnit.MGDL, "mmol/l": GlucoseUnit.MMOLL, "mmoll": GlucoseUnit.MMOLL}
)

_DEFINED_MMOLL = MappingProxyType({54.0: 3.0, 63.0: 3.5, 70.0: 3.9, 140.0: 7.8, 180.0: 10.0, 250.0: 13.9})


def mgdl_from_mmoll(glucose_mmoll: Number) -> Number:
    """Glucose in mg/dL from mmol/L, any shape."""
    return glucose_mmoll * MGDL_PER_MMOLL


def mmoll_from_mgdl(glucose_mgdl: Number) -> Number:
    """Glucose in mmol/L from mg/dL, any shape."""
    return glucose_mgdl / MGDL_PER_MMOLL


def mgdl_from(glucose: Number, unit: GlucoseUnit) -> Number:
    """Glucose in mg/dL from a value in ``unit``."""
    return glucose if unit is GlucoseUnit.MGDL else mgdl_from_mmoll(glucose)


def glucose_in(glucose_mgdl: Number, unit: GlucoseUnit) -> Number:
    """Glucose in ``unit`` from mg/dL, for display."""
    return glucose_mgdl if unit is GlucoseUnit.MGDL else mmoll_from_mgdl(glucose_mgdl)


def threshold_in(threshold_mgdl: float, unit: GlucoseUnit) -> float:
    """A clinical threshold in ``unit``: 70 is 3.9, 180 is 10.0 mmol/L by definition (Battelino 2019), not converted."""
    if unit is GlucoseUnit.MGDL:
        return threshold_mgdl
    return _DEFINED_MMOLL.get(threshold_mgdl, round(threshold_mgdl / MGDL_PER_MMOLL, 1))


def parse_glucose_unit(text: str) -> GlucoseUnit:
    """The glucose unit that ``text`` names.

    Raises:
        UnitError: the text names no known unit; there is no default.
    """
    unit = _GLUCOSE_SPELLINGS.get(text.strip().lower().replace(" ", ""))
    if unit is None:
        raise UnitError(ErrorCode.UNKNOWN_UNIT, f"Unknown glucose unit {text!r}.", hint="Use 'mg/dL' or 'mmol/L'.")
    return unit


def insulin_u_from_ml(volume_ml: float, concentration: InsulinConcentration) -> float:
    """Insulin in U from an injected volume in mL."""
    return volume_ml * concentration.value


def carbs_g_from_exchanges(exchanges: float, exchange: CarbohydrateExchange) -> float:
    """Carbohydrate in g from a number of exchanges."""
    return exchanges * exchange.value


def hba1c_mmol_per_mol_from_pct(hba1c_pct: Number) -> Number:
    """HbA1c in IFCC mmol/mol from NGSP percent (master equation, Hoelzel 2004: NGSP = 0.09148 IFCC + 2.152)."""
    return (hba1c_pct - 2.152) / 0.09148


def hba1c_pct_from_mmol_per_mol(hba1c_mmol_per_mol: Number) -> Number:
    """HbA1c in NGSP percent from IFCC mmol/mol (master equation, Hoelzel 2004)."""
    return 0.09148 * hba1c_mmol_per_mol + 2.152
