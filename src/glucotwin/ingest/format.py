"""The interface of an importable format: what it is given and what it gives back."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import polars as pl

from glucotwin.core.progress import ProgressCallback
from glucotwin.domain.person import DiabetesType, Sex, TherapyKind, WeightEntry
from glucotwin.domain.therapy import TherapySettings
from glucotwin.ingest.quality import Finding
from glucotwin.ingest.source import FileHead


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What the importing person knows and the file may not say; everything is optional.

    Attributes:
        person_id: pseudonym; default: made of the file's name.
        zone: IANA zone of the file's local times; needed when they carry no offset.
        diabetes_type, birth_year, sex, weight_kg, therapy: attributes of the person; they override the file's.
        ignore_columns: columns of a canonical CSV that are passed over.
        mappings: mapping files (YAML) that describe tables of no known format.
        only: of files of several people, as their names tell, whose are imported.
    """

    person_id: str | None = None
    zone: str | None = None
    diabetes_type: DiabetesType | None = None
    birth_year: int | None = None
    sex: Sex | None = None
    weight_kg: float | None = None
    therapy: TherapyKind | None = None
    ignore_columns: tuple[str, ...] = ()
    mappings: tuple[Path, ...] = ()
    only: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonHints:
    """What a file says, or its data set is known to say, about its person; None where it says nothing."""

    zone: str | None = None
    birth_year: int | None = None
    adult: bool | None = None
    sex: Sex | None = None
    weights: tuple[WeightEntry, ...] = ()
    diabetes_type: DiabetesType | None = None
    therapy: TherapyKind | None = None
    cgm_device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What a format reads out of a file.

    Attributes:
        streams: tables by stream (see ``glucotwin.domain.frame``), times in UTC, values within the records' ranges.
        settings: therapy settings found in the file.
        person: what it says about the person.
        findings: irregularities that only the format can know; the common ones are found afterwards.
        material: what the format needs to read several files together; nobody else looks at it.
    """

    streams: Mapping[str, pl.DataFrame]
    settings: tuple[TherapySettings, ...] = ()
    person: PersonHints = field(default_factory=PersonHints)
    findings: tuple[Finding, ...] = ()
    material: object = None


class DataFormat(ABC):
    """A format of files that can be imported; a new one is a subclass in a file of its own and a line in ``FORMATS``.

    Attributes:
        name: stable identifier.
        title: name for people.
        size_limit_bytes: larger (uncompressed) files are refused before they are read.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    size_limit_bytes: ClassVar[int]

    @abstractmethod
    def recognise(self, head: FileHead) -> float:
        """How surely the file is of this format, 0 to 1, by its content and never by its name.

        Args:
            head: the file's first bytes.
        """

    @abstractmethod
    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads the whole file.

        Args:
            path: a file that ``recognise`` accepted.
            options: what the importing person knows.
            progress: told how far the reading has come.

        Raises:
            DataError: the file is not what it claims to be; the message says where.
            UnitError: a unit is missing or unknown.
        """

    def read_together(
        self, parts: Sequence[Imported], *, options: ImportOptions, progress: ProgressCallback
    ) -> Imported | None:
        """What several files of one person say when they explain each other, such as doses and the settings meant.

        Args:
            parts: what ``read`` made of each file.
            options: what the importing person knows.
            progress: told how far the reading has come.

        Returns:
            None when each file stands for itself, which is the rule.
        """
        return None
