"""Loop's issue report as the phone writes it, in Markdown, brought into the shape of its JSON.

Lists follow their names: ``### cachedGlucoseSamples``, then a line per sample such as
``StoredGlucoseSample(startDate: 2019-07-25 23:12:46 +0000, quantity: 167.566 mg/dL, isDisplayOnly: false)``.
Carbohydrate is a table: a line of names in brackets and a line of values per entry. The schedules by which Loop doses
stand in one line of nested Swift, whose shape differs from version to version, and are not read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

LEAST_MARKS = 2
LONGEST_LINE = 20_000
"""Characters; longer lines are states of pumps, not entries."""

_MARKS = re.compile(
    r"^(?:\* )?(Generated: \d{4}-|"
    r"## (?:Build Details|LoopVersion|DeviceDataManager|LoopDataManager|GlucoseStore|CarbStore|DoseStore)|"
    r"### (?:cachedGlucoseSamples|getNormalizedDoseEntries)|cachedCarbEntries: ?\[)",
    re.MULTILINE,
)
_LISTS: Mapping[str, str] = MappingProxyType(
    {
        "cachedGlucoseSamples": "cached_glucose_samples",
        "cachedCarbEntries": "cached_carb_entries",
        "getNormalizedDoseEntries": "get_normalized_dose_entries",
        "cachedDoseEntries": "cached_dose_entries",
        "getNormalizedPumpEventDoseEntriesOverlaidWithBasalEntries": "get_normalized_pump_event_dose",
    }
)
"""Names of the lists that are read, in Markdown and in JSON."""
_HEADING = re.compile(r"^(?:#+ *)?(\w+)\s*(?::|$)")
_ENTRY = re.compile(r"^(?:\* )?(?:LoopKit\.)?(?:StoredGlucoseSample|DoseEntry)\((.*)\)\s*$")
_NAMES = re.compile(r"^\s*StoredCarbEntry\((.*)\)\s*$")
_OPTIONAL = re.compile(r"^Optional\((.*)\)$")
_QUANTITY = re.compile(r"^([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*([A-Za-z].*)$")
_OPENING, _CLOSING = "([<", ")]>"

Entry = dict[str, object]


def is_markdown_report(text: str) -> bool:
    """Whether a text has at least two of the report's own headings."""
    return len(set(_MARKS.findall(text))) >= LEAST_MARKS


def report_of_markdown(text: str) -> dict[str, object]:
    """The report's lists by the names of its JSON; other parts are left out.

    Args:
        text: of the whole report.
    """
    report: dict[str, object] = {}
    entries: list[Entry] | None = None
    names: list[str] = []
    for line in text.splitlines():
        if len(line) > LONGEST_LINE:
            continue
        if listed := _list_named_in(line):
            entries, names = [], []
            report[listed] = entries
        elif _HEADING.match(line):
            entries = None
        elif entries is not None:
            if found := _NAMES.match(line):
                names = [name.strip() for name in found[1].split(",")]
            else:
                entries += _entries_in(line, names)
    return report


def _list_named_in(line: str) -> str | None:
    found = _HEADING.match(line)
    return _LISTS.get(found[1]) if found else None


def _entries_in(line: str, names: Sequence[str]) -> Iterator[Entry]:
    """The entry that a line holds, if it holds one."""
    if found := _ENTRY.match(line):
        yield _with_quantity(dict(_pairs(found[1])))
    elif names and line.startswith("\t"):
        values = _aligned([value.strip() for value in line.strip("\t\r").split(",")], names)
        if values:
            yield _with_quantity(dict(zip(names, map(_plain, values), strict=True)))


def _aligned(values: list[str], names: Sequence[str]) -> list[str]:
    """A value per name: commas within the name of a food are the food's; empty when the line is no entry."""
    more = len(values) - len(names)
    if more < 0:
        return []
    if more == 0 or "foodType" not in names:
        return values[: len(names)]
    at = names.index("foodType")
    return [*values[:at], ", ".join(values[at : at + more + 1]), *values[at + more + 1 :]]


def _pairs(inside: str) -> Iterator[tuple[str, str]]:
    """Names and values of ``a: 1, b: Optional(c(d: 2, e: 3))``; commas within brackets and quotes part nothing."""
    for part in _parts(inside):
        name, colon, value = part.partition(": ")
        if colon:
            yield name.strip(), _plain(value)


def _parts(inside: str) -> Iterator[str]:
    depth, quoted, begin = 0, False, 0
    for place, character in enumerate(inside):
        if character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth -= 1
        elif character == "," and depth <= 0:
            yield inside[begin:place]
            begin = place + 1
    yield inside[begin:]


def _plain(value: str) -> str:
    value = value.strip()
    found = _OPTIONAL.match(value)
    return (found[1] if found else value).strip().strip('"')


def _with_quantity(fields: Mapping[str, str]) -> Entry:
    """With the quantity and its unit as two fields."""
    found = _QUANTITY.match(fields.get("quantity", ""))
    return {**fields, "quantity": found[1], "quantity_units": found[2]} if found else dict(fields)
