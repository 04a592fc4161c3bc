"""What the template shows: sections of paragraphs, tables, bars and figures, every word and number already text."""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A table row.

    Attributes:
        cells: texts, the first one names the row.
        note: small print under the first cell.
        colour: of a swatch before the first cell.
        verdict: ``good``, ``poor`` or empty, for the last cell.
    """

    cells: tuple[str, ...]
    note: str = ""
    colour: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table; cells after the first are numbers unless ``words`` says otherwise."""

    kind: ClassVar[str] = "table"
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    words: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An entry of a figure's legend.

    ``mark`` is ``line``, ``dashes``, ``area``, ``range``, ``dot``, ``ring`` or ``dot-line``.
    """

    mark: str
    colour: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A picture in two renderings, with what it shows in a sentence and in a table.

    Attributes:
        title: short heading; may be empty.
        alt: what it shows, in plain sentences.
        wide, narrow: data addresses of the renderings for wide and narrow screens.
        legend: what the marks mean.
        table: the same as numbers.
        table_title: text that opens the table.
        half: whether two may stand side by side.
    """

    kind: ClassVar[str] = "figure"
    alt: str
    wide: str
    narrow: str
    title: str = ""
    legend: tuple[Key, ...] = ()
    table: Table | None = None
    table_title: str = ""
    half: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Figures that stand side by side where there is room."""

    kind: ClassVar[str] = "figures"
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a bar that adds up to 100 percent; ``on_light`` when its colour needs dark text."""

    share_pct: float
    colour: str
    text: str
    on_light: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A stacked bar with its meaning as a sentence."""

    kind: ClassVar[str] = "bar"
    alt: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph; ``tone`` is empty, ``note`` (small) or ``caution``."""

    kind: ClassVar[str] = "text"
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A list of sentences."""

    kind: ClassVar[str] = "points"
    sentences: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading within a section."""

    kind: ClassVar[str] = "heading"
    text: str


Block: TypeAlias = Table | Figures | Figure | Bar | Text | Points | Heading


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page under a heading; ``identifier`` is its anchor."""

    identifier: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole page, in one language (its tag)."""

    language: str
    title: str
    subtitle: str
    banner: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
