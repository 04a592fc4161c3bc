"""What FHIR resources say about their person: year of birth and sex, type of diabetes, the sensor's model."""

import re
from collections import Counter
from dataclasses import dataclass, field

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.zone import find_zone
from glucotwin.domain.person import DiabetesType, Sex, TherapyKind, WeightEntry
from glucotwin.ingest.fhir.code import codes_of, diabetes_type_of
from glucotwin.ingest.format import PersonHints
from glucotwin.ingest.health.health_record import sensor_model
from glucotwin.ingest.parse.json_stream import Fields, mapping_at, mappings_at, text_at

TIMEZONE = "http://hl7.org/fhir/StructureDefinition/timezone"
REFUTED = frozenset({"refuted", "entered-in-error"})


@dataclass(kw_only=True)
class PersonFacts:
    """What is known of the person so far; names, addresses, identifiers and days of birth are never kept.

    Attributes:
        birth_year: year of birth.
        sex: administrative sex.
        zone: IANA zone of the person.
        diabetes_types: types of diabetes among the conditions.
        devices: names of devices.
        subjects: whom the records are about, as references.
        aliases: other references to the same person.
    """

    birth_year: int | None = None
    sex: Sex | None = None
    zone: str | None = None
    diabetes_types: set[DiabetesType] = field(default_factory=set)
    devices: Counter[str] = field(default_factory=Counter)
    subjects: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)

    def add_patient(self, patient: Fields, *, url: str) -> None:
        """Takes in a Patient.

        Args:
            patient: the resource.
            url: by which others refer to it.
        """
        year = re.match(r"(1[89]\d\d|20\d\d)(?:-|$)", text_at(patient, "birthDate"))
        self.birth_year = int(year[1]) if year else self.birth_year
        gender = text_at(patient, "gender")
        self.sex = Sex(gender) if gender in {str(Sex.FEMALE), str(Sex.MALE)} else self.sex
        for extension in mappings_at(patient, "extension"):
            if text_at(extension, "url") == TIMEZONE:
                self._add_zone(text_at(extension, "valueCode"))
        if url and text_at(patient, "id"):
            self.aliases[url] = f"Patient/{text_at(patient, 'id')}"

    def _add_zone(self, name: str) -> None:
        try:
            find_zone(name)
        except DataError:
            return
        self.zone = name

    def add_condition(self, condition: Fields) -> bool:
        """Takes in a Condition; whether it is a type of diabetes."""
        verification = set(codes_of(mapping_at(condition, "verificationStatus")))
        kind = diabetes_type_of(mapping_at(condition, "code"))
        if kind is None or verification & REFUTED:
            return False
        self.diabetes_types.add(kind)
        return True

    def add_device(self, device: Fields) -> None:
        """Takes in a Device: its names, never its serial number."""
        for name in mappings_at(device, "deviceName"):
            self.devices[text_at(name, "name")] += 1

    def check_one_person(self) -> None:
        """Passes when all records are of one person.

        Raises:
            DataError: they are of several, whose data would be mixed up.
        """
        people = {self.aliases.get(subject, subject) for subject in self.subjects}
        if len(people) > 1:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                f"The file holds data of {len(people)} people.",
                hint="Export one person at a time; data of several people would be mixed up.",
            )

    def hints(self, *, weights: tuple[WeightEntry, ...], therapy: TherapyKind | None) -> PersonHints:
        """What is known, for the import.

        Args:
            weights: body weights among the observations.
            therapy: as the records show it.
        """
        only = next(iter(self.diabetes_types)) if len(self.diabetes_types) == 1 else None
        return PersonHints(
            zone=self.zone,
            birth_year=self.birth_year,
            sex=self.sex,
            weights=weights,
            diabetes_type=only,
            therapy=therapy,
            cgm_device=sensor_model([name for name, _ in self.devices.most_common()[::-1]]),
        )
