"""Units of FHIR quantities: UCUM codes, and the spellings that stand beside them."""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from glucotwin.core.error import ErrorCode, UnitError
from glucotwin.core.unit import MGDL_PER_MMOLL

GLUCOSE: Mapping[str, float] = MappingProxyType({"mg/dl": 1.0, "mg/100ml": 1.0, "mmol/l": MGDL_PER_MMOLL})
INSULIN: Mapping[str, float] = MappingProxyType(
    dict.fromkeys(("[iu]", "iu", "u", "[u]", "unit", "units", "internationalunit", "internationalunits"), 1.0)
)
CARBS: Mapping[str, float] = MappingProxyType({"g": 1.0, "gram": 1.0, "grams": 1.0, "mg": 0.001})
HEART_RATE: Mapping[str, float] = MappingProxyType(
    dict.fromkeys(
        ("/min", "{beats}/min", "beats/min", "beats/minute", "beatsperminute", "bpm", "{beats}/minute", "1/min"), 1.0
    )
)
KETONE: Mapping[str, float] = MappingProxyType({"mmol/l": 1.0})
WEIGHT_KG: Mapping[str, float] = MappingProxyType(
    {"kg": 1.0, "g": 0.001, "[lb_av]": 0.45359237, "lb": 0.45359237, "lbs": 0.45359237}
)
MASS_MG: Mapping[str, float] = MappingProxyType({"mg": 1.0, "g": 1000.0, "ug": 0.001, "mcg": 0.001, "μg": 0.001})
RATE: Mapping[str, float] = MappingProxyType(
    {
        **{f"{unit}/{hour}": 1.0 for unit in INSULIN for hour in ("h", "hr", "hour")},
        **{f"{unit}/min": 60.0 for unit in INSULIN},
    }
)


def factors(table: pl.DataFrame, known: Mapping[str, float], *, code: str = "code", unit: str = "unit") -> pl.Series:
    """What each row's value is multiplied by to come into the records' unit; null where the unit is not known.

    Args:
        table: texts in the columns ``code`` and ``unit``.
        known: factors by spelling.
        code: column of the UCUM code.
        unit: column of the unit in words.
    """
    spellings = dict(known)
    columns = [
        pl.col(name)
        .str.replace_all(r"\s", "")
        .str.to_lowercase()
        .replace_strict(spellings, default=None, return_dtype=pl.Float64)
        for name in (code, unit)
    ]
    return table.select(pl.coalesce(columns).alias("factor"))["factor"]


def required_factors(table: pl.DataFrame, known: Mapping[str, float], *, what: str) -> pl.Series:
    """The factors of rows whose unit must be known, because a wrong guess would be dangerous.

    Args:
        table: texts in the columns ``code`` and ``unit``; only rows with a value.
        known: factors by spelling.
        what: the quantity, for messages.

    Raises:
        UnitError: a unit is missing, unknown, or said in two ways that contradict each other.
    """
    read = factors(table, known)
    if read.null_count():
        raise _unknown(table.filter(read.is_null()), known, what)
    by_code = factors(table, known, unit="code")
    by_words = factors(table, known, code="unit")
    contradicting = ((by_code - by_words).abs() > 1e-9).fill_null(False)
    if contradicting.any():
        row = table.filter(contradicting).row(0, named=True)
        raise UnitError(
            ErrorCode.INVALID_VALUE,
            f"{int(contradicting.sum())} quantities of {what} name two units, {row['code'][:20]!r} and "
            f"{row['unit'][:20]!r}.",
            hint="Export the data again; one of the two is wrong.",
        )
    return read


def _unknown(rows: pl.DataFrame, known: Mapping[str, float], what: str) -> UnitError:
    words = rows.select((pl.col("unit") + pl.col("code")).alias("words"))["words"]
    named = words.filter(words != "")
    spelling = named[0][:40] if len(named) else ""
    return UnitError(
        ErrorCode.UNKNOWN_UNIT if spelling else ErrorCode.MISSING_UNIT,
        f"{len(rows)} quantities of {what} have {f'the unknown unit {spelling!r}' if spelling else 'no unit'}.",
        hint=f"Known units are {', '.join(list(known)[:6])}.",
    )
