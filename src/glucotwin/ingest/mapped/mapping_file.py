"""Mapping files: YAML that says what the columns of any table become (``docs/reference/mapping-format.md``)."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, get_type_hints

import polars as pl
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.yaml_file import line_of, parse_yaml, place_in_words, read_yaml_text
from glucotwin.core.zone import find_zone
from glucotwin.domain.frame import STREAMS, schema_of
from glucotwin.ingest.mapped.mapping_unit import UNITS
from glucotwin.ingest.parse.written_time import DateOrder

HINT = "The format is described in docs/reference/mapping-format.md; examples are in examples/mapping."
_NOT_MAPPED = frozenset({"time", "source", "original_mgdl"})
_STREAMS = tuple(name for name in STREAMS if name != "correction")


def _as_text(given: object) -> object:
    """Numbers as texts: in YAML ``equals: 1`` is a number, in a table it is the text 1."""
    return f"{given:g}" if isinstance(given, (int, float)) and not isinstance(given, bool) else given


def _as_list(given: object) -> object:
    """One thing as a list of one."""
    return given if isinstance(given, (list, tuple)) or given is None else [given]


Text = Annotated[str, BeforeValidator(_as_text)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_as_list)]


class _Block(BaseModel):
    """A block of fields without unknown ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileDescription(_Block):
    """How the table is written.

    Attributes:
        separator: between cells of a text; found out when absent.
        decimal: the decimal mark.
        sheet: of a workbook; the first when absent.
        skip_lines: so many lines at the top are not looked at.
        header: cells by which the header is told; all columns that are used when absent.
        columns: names of the columns of a table without a header.
    """

    separator: Literal[",", ";", "tab"] | None = None
    decimal: Literal["point", "comma"] = "point"
    sheet: str | None = None
    skip_lines: int = Field(default=0, ge=0, le=10_000)
    header: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


class TimeDescription(_Block):
    """Where a row's time is and how it is written.

    Attributes:
        columns: one column, or the column of the date and that of the time of day.
        order: of day, month and year; told by the whole file when absent.
        zone: IANA name of the zone of times without an offset; that of the import when absent.
        offset: column of the offset, such as ``+02:00``.
        written: as a clock shows it, or as seconds or milliseconds since 1970.
    """

    columns: Annotated[tuple[str, ...], BeforeValidator(_as_list), Field(min_length=1, max_length=2)]
    order: DateOrder | None = None
    zone: str | None = None
    offset: str | None = None
    written: Literal["clock", "seconds", "milliseconds"] = "clock"

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str | None) -> str | None:
        try:
            return zone if zone is None else find_zone(zone).key
        except DataError as error:
            raise ValueError(error.message) from error


class Condition(_Block):
    """What a cell must be for its row to count; capitals do not matter."""

    column: str
    equals: Texts | None = None
    differs: Texts | None = None
    contains: Text | None = None
    blank: bool | None = None

    @model_validator(mode="after")
    def _one(self) -> "Condition":
        given = [one for one in (self.equals, self.differs, self.contains, self.blank) if one is not None]
        if len(given) != 1:
            raise ValueError("say one of equals, differs, contains and blank")
        return self


class Bound(_Block):
    """Words for a value beyond the range of a device, and the end of that range in the field's unit."""

    words: Texts
    at: float


class FieldSource(_Block):
    """Where a field's value is.

    Attributes:
        column, value: a column, or a value that is the same in every row.
        unit: of the numbers; needed where the field has one.
        words: what cells mean; of a text that is not among them the row is left out unless ``otherwise`` says more.
        otherwise: what all other cells mean.
        low, high: words for what lies beyond the range of a glucose sensor or meter.
    """

    column: str | None = None
    value: Text | None = None
    unit: str | None = None
    words: dict[Text, Text] = Field(default_factory=dict)
    otherwise: Text | None = None
    low: Bound | None = None
    high: Bound | None = None

    @model_validator(mode="after")
    def _one(self) -> "FieldSource":
        if (self.column is None) == (self.value is None):
            raise ValueError("say either column or value")
        if self.value is not None and (self.words or self.otherwise is not None or self.low or self.high):
            raise ValueError("words, otherwise, low and high belong to a column")
        return self

    @property
    def meanings(self) -> tuple[str, ...]:
        """All that cells can be made into."""
        return tuple(one for one in (self.value, self.otherwise, *self.words.values()) if one is not None)


class RecordDescription(_Block):
    """Records of one stream.

    Attributes:
        stream: its name.
        where: conditions that a row must fulfil.
        fields: sources by the record's field.
    """

    stream: str
    where: Annotated[tuple[Condition, ...], BeforeValidator(_as_list)] = ()
    fields: dict[str, FieldSource]

    @field_validator("stream")
    @classmethod
    def _known(cls, stream: str) -> str:
        if stream not in _STREAMS:
            raise ValueError(f"there is no stream {stream!r}; known are {', '.join(_STREAMS)}")
        return stream

    @model_validator(mode="after")
    def _complete(self) -> "RecordDescription":
        known = [name for name in schema_of(STREAMS[self.stream]) if name not in _NOT_MAPPED]
        for name, source in self.fields.items():
            if name not in known:
                raise ValueError(f"{self.stream} has no field {name!r}; it has {', '.join(known)}")
            _check_source(self.stream, name, source)
        missing = [name for name in self.required if name not in self.fields]
        if missing:
            raise ValueError(f"{self.stream} needs the field {missing[0]!r}")
        if ("extended_u" in self.fields) != ("extended_min" in self.fields):
            raise ValueError("extended_u and extended_min belong together")
        return self

    @property
    def required(self) -> tuple[str, ...]:
        """The fields that every record of the stream has."""
        optional = _NOT_MAPPED | self.defaults.keys()
        return tuple(name for name in schema_of(STREAMS[self.stream]) if name not in optional)

    @property
    def defaults(self) -> Mapping[str, object]:
        """What the other fields are where they are not given."""
        return {one.name: one.default for one in fields(STREAMS[self.stream]) if one.default is not MISSING}


class MappingFile(_Block):
    """A description of a table: the file, the times, and what its columns become.

    Attributes:
        name: the source of the records.
        description: for people.
        file, time, records: see there.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9 -]{0,39}$")
    description: str = ""
    file: FileDescription = FileDescription()
    time: TimeDescription
    records: tuple[RecordDescription, ...] = Field(min_length=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is used, once."""
        return tuple(dict.fromkeys(self._columns()))

    def _columns(self) -> Iterator[str]:
        yield from self.time.columns
        yield from () if self.time.offset is None else (self.time.offset,)
        for record in self.records:
            yield from (one.column for one in record.where)
            yield from (one.column for one in record.fields.values() if one.column is not None)


def read_mapping(path: Path) -> MappingFile:
    """The mapping of a YAML file.

    Args:
        path: the file.

    Raises:
        DataError: it cannot be read or describes something impossible; says in which line.
        UnitError: a unit is missing or unknown; says in which line.
    """
    text = read_yaml_text(path, hint=HINT)
    mapping = parse_yaml(text, MappingFile, name=path.name, hint=HINT)
    for number, record in enumerate(mapping.records):
        for name, source in record.fields.items():
            _check_unit(name, source, text=text, file_name=path.name, position=("records", number, "fields", name))
    return mapping


def is_number(stream: str, field: str) -> bool:
    """Whether a field of a stream holds numbers."""
    return schema_of(STREAMS[stream])[field] == pl.Float64


def words_of(stream: str, field: str) -> tuple[str, ...]:
    """The words that a field of a stream can hold; empty where it may hold any."""
    hint = get_type_hints(STREAMS[stream])[field]
    return tuple(str(member) for member in hint) if isinstance(hint, type) and issubclass(hint, StrEnum) else ()


def _check_source(stream: str, name: str, source: FieldSource) -> None:
    """Passes when a source can give what the field holds.

    Raises:
        ValueError: it cannot; the message says why.
    """
    if (source.low or source.high) and name != "glucose_mgdl":
        raise ValueError(f"{name}: low and high are for glucose_mgdl")
    if is_number(stream, name):
        if source.otherwise is not None or not all(_is_number(one) for one in source.meanings):
            raise ValueError(f"{name} holds numbers, so that words and values must be numbers, without otherwise")
        return
    if source.unit is not None:
        raise ValueError(f"{name} holds texts, which have no unit")
    known = words_of(stream, name)
    wrong = [one for one in source.meanings if known and one not in known]
    if wrong:
        raise ValueError(f"{name} cannot be {wrong[0]!r}; it can be {', '.join(known)}")


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < float("inf")
    except ValueError:
        return False


def _check_unit(name: str, source: FieldSource, *, text: str, file_name: str, position: tuple[int | str, ...]) -> None:
    known = UNITS.get(name)
    if source.unit is None and known is None:
        return
    if known is not None and source.unit in known:
        return
    where = f"{file_name}, line {line_of(text, (*position, 'unit'))}, {place_in_words(position)}"
    if known is None:
        raise UnitError(ErrorCode.UNKNOWN_UNIT, f"{where}: the field has no unit.", hint=HINT)
    code = ErrorCode.MISSING_UNIT if source.unit is None else ErrorCode.UNKNOWN_UNIT
    what = "the unit is missing" if source.unit is None else f"unknown unit {source.unit!r}"
    raise UnitError(code, f"{where}: {what}.", hint=f"Known units: {', '.join(known)}.")
