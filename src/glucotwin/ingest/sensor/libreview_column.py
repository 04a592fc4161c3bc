"""The columns of LibreView's exports: by their order, which every language keeps, or by their names."""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from glucotwin.ingest.parse.glucose_wording import glucose_unit_in

ORDER = (
    "device",
    "serial",
    "time",
    "type",
    "historic",
    "scan",
    "rapid_unknown",
    "rapid_u",
    "food_unknown",
    "carbs_g",
    "carbs_servings",
    "long_unknown",
    "long_u",
    "note",
    "strip",
    "ketone",
    "meal_u",
    "correction_u",
    "change_u",
)
"""The nineteen columns of today's files."""
GLUCOSE = ("historic", "scan", "strip")
KETONE_UNIT = re.compile(r"mmol\s*/\s*l(?![a-z])", re.IGNORECASE)

_NO_NUMBER = r"(non.?num|nicht num|no num|sin valor num|sans valeur num)"
_SUGAR = r"(glu[ck]o|glyc)"
_RAPID = r"(rapid|schnell)"
_LONG = r"(long|depot|prolong|larga|lente|lang)"
_CARBS = r"(carbo|kohlen|glucid|hidratos)"
_NAMES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        name: re.compile(pattern)
        for name, pattern in {
            "device": r"^(device|meter|gerat|dispositivo|appareil|dispositif)$",
            "serial": r"^(serial|serien|num\w* de (serie?|serial))",
            "time": r"(timestamp|zeitstempel|sello de tiempo|marca de hora|horodatage|^(time|hora|zeit|heure)$)",
            "type": r"^(record type|aufzeichnungstyp|tipo de registro|type d.enregistrement)$",
            "historic": rf"(histor.*{_SUGAR}|{_SUGAR}.*(verlauf|histor))",
            "scan": rf"(scan.*{_SUGAR}|{_SUGAR}.*(scan|leida)|escan.*{_SUGAR}|numerisation.*{_SUGAR})",
            "rapid_unknown": rf"({_NO_NUMBER}.*{_RAPID}|{_RAPID}.*{_NO_NUMBER})",
            "rapid_u": _RAPID,
            "food_unknown": rf"({_NO_NUMBER}.*(food|nahrung)|(alim).*{_NO_NUMBER}|{_NO_NUMBER}.*alim)",
            "carbs_g": rf"{_CARBS}.*\bgram",
            "carbs_servings": rf"{_CARBS}.*(serving|portion|porcion|racion)",
            "long_unknown": rf"({_NO_NUMBER}.*{_LONG}|{_LONG}.*{_NO_NUMBER})",
            "long_u": _LONG,
            "note": r"^(notes?|notizen|notas|remarques|commentaires)$",
            "strip": rf"(strip|tira|bandelette).*{_SUGAR}|{_SUGAR}.*(strip|streifen|tira|bandelette)",
            "ketone": r"([ck]eton)",
            "meal_u": r"(meal|mahlzeit|comida|repas).*insulin|insulin.*(meal|comida|repas)",
            "correction_u": r"(corre[ck]|korrektur).*insulin|insulin.*(corre[ck]|korrektur)",
            "change_u": r"(change|anderung|cambio|modif).*insulin|insulin.*(change|anderung|cambio|modif)",
        }.items()
    }
)
"""How English, German, Spanish and French name them, without accents; the first that fits a header is meant."""


def columns_of(cells: tuple[str, ...]) -> tuple[str | None, ...] | None:
    """What each column of a header is; None when it is no header of LibreView.

    Args:
        cells: of a line.
    """
    if len(cells) < 4:
        return None
    if _is_ordered(cells):
        return (*ORDER, *([None] * (len(cells) - len(ORDER))))
    names: list[str | None] = []
    for cell in cells:
        plain = _without_accents(cell)
        fitting = (name for name, pattern in _NAMES.items() if pattern.search(plain))
        names.append(next((name for name in fitting if name not in names), None))
    return tuple(names) if {"time", "type"} <= set(names) and {"historic", "scan"} & set(names) else None


def is_header(cells: tuple[str, ...]) -> bool:
    """Whether cells are those of a header of LibreView."""
    return columns_of(cells) is not None


def _is_ordered(cells: tuple[str, ...]) -> bool:
    """Whether units stand where the usual order has them."""
    if len(cells) < len(ORDER):
        return False
    glucose = all(glucose_unit_in(cells[ORDER.index(name)]) for name in GLUCOSE)
    return glucose and bool(KETONE_UNIT.search(cells[ORDER.index("ketone")]))


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.strip().casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))
