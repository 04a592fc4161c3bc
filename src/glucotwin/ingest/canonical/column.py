"""The columns of a canonical CSV, and what a header says that is not among them."""

from collections.abc import Iterable, Sequence

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.ingest.parse.table import LINE

TIME = "time"
COLUMNS = (
    TIME,
    "glucose_mgdl",
    "glucose_mmoll",
    "fingerstick_mgdl",
    "fingerstick_mmoll",
    "bolus_u",
    "extended_u",
    "extended_min",
    "basal_u_per_h",
    "basal_duration_min",
    "pen_u",
    "pen_product",
    "carbs_g",
    "protein_g",
    "fat_g",
    "fibre_g",
    "meal_duration_min",
    "activity_type",
    "activity_min",
    "activity_fraction",
    "heart_rate_bpm",
    "steps",
    "sleep_min",
    "ketone_mmoll",
    "note",
)
"""All columns; the unit is in the name, and ``time`` is the only one that must be there."""

_QUANTITIES = (
    "glucose",
    "fingerstick",
    "bolus",
    "extended",
    "basal",
    "pen",
    "carbs",
    "protein",
    "fat",
    "fibre",
    "ketone",
)


def normalised(name: str) -> str:
    """A column's name as it is compared: lower case, without quotes and surrounding white space."""
    return name.strip().strip('"').strip().lower()


def is_meant(names: Iterable[str]) -> bool:
    """Whether a header seems meant as a canonical CSV: a time or at least one of its quantities."""
    return any(name in COLUMNS or quantity_of(name) is not None for name in names)


def quantity_of(name: str) -> str | None:
    """The quantity that a name begins with when it is not itself a column: ``glucose`` of ``glucose (mg/dL)``."""
    if name in COLUMNS:
        return None
    first = name.replace("(", "_").replace(" ", "_").split("_")[0]
    return first if first in _QUANTITIES else None


def check_columns(names: Sequence[str], *, ignored: Sequence[str]) -> None:
    """Passes when every column is known or ignored, units are named once, and there is a time.

    Args:
        names: normalised names of the file's columns.
        ignored: normalised names that are passed over.

    Raises:
        UnitError: a quantity comes without a unit, in an unknown one, or in two.
        DataError: the time is missing, or a column is unknown.
    """
    used = [name for name in names if name != LINE and name not in ignored]
    if TIME not in used:
        raise DataError(
            ErrorCode.MISSING_COLUMN, "There is no column 'time'.", hint=f"Found: {', '.join(used) or 'nothing'}."
        )
    for name in used:
        quantity = quantity_of(name)
        if quantity is not None:
            raise _unit_error(name, quantity)
    for quantity in ("glucose", "fingerstick"):
        if {f"{quantity}_mgdl", f"{quantity}_mmoll"}.issubset(used):
            raise UnitError(
                ErrorCode.INVALID_VALUE,
                f"There are two columns of {quantity}, in mg/dL and in mmol/L.",
                hint=f"Leave one of them out: --ignore-column {quantity}_mmoll.",
            )
    unknown = [name for name in used if name not in COLUMNS]
    if unknown:
        raise DataError(
            ErrorCode.UNKNOWN_NAME,
            f"Unknown columns: {', '.join(unknown)}. Known are {', '.join(COLUMNS)}.",
            hint=f"Rename them, or pass over them: --ignore-column {unknown[0]!r}.",
        )
    if used == [TIME]:
        raise DataError(ErrorCode.MISSING_COLUMN, "There is no column besides 'time'.", hint=f"Known: {COLUMNS[1:]}.")


def _unit_error(name: str, quantity: str) -> UnitError:
    spellings = [column for column in COLUMNS if column.startswith(f"{quantity}_")]
    missing = name == quantity
    return UnitError(
        ErrorCode.MISSING_UNIT if missing else ErrorCode.UNKNOWN_UNIT,
        f"The column {name!r} has no unit." if missing else f"The column {name!r} is in no known unit.",
        hint=f"Name it {' or '.join(spellings)}.",
    )
