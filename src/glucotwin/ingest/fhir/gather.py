"""Gathers FHIR resources, whatever file they come in, into streams, hints and findings."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.fhir.administration import (
    NOT_GIVEN,
    Dose,
    counted_as_not_given,
    dose_of,
    medication_of,
    streams_of_doses,
)
from glucotwin.ingest.fhir.code import reference_of
from glucotwin.ingest.fhir.observation import Measurement, measurement_of, streams_of_observations
from glucotwin.ingest.fhir.person import PersonFacts
from glucotwin.ingest.format import Imported, ImportOptions
from glucotwin.ingest.left_out import left_out
from glucotwin.ingest.parse.json_stream import Fields, mapping_at, mappings_at, text_at
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity

SOURCE = "fhir-r4"
ENTERED_IN_ERROR = frozenset({"entered-in-error", "cancelled"})
DEEPEST = 4
"""Bundles within bundles."""


@dataclass(kw_only=True)
class Gathered:
    """What has been read of a person's resources so far; ``imported`` turns it into streams."""

    measurements: list[Measurement] = field(default_factory=list)
    doses: list[Dose] = field(default_factory=list)
    medications: dict[str, Fields] = field(default_factory=dict)
    person: PersonFacts = field(default_factory=PersonFacts)
    passed_over: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    not_given: int = 0
    known: int = 0

    def add_entry(self, entry: Fields) -> None:
        """Takes in what a text holds: a resource, or a bundle's entry with one."""
        if "resourceType" in entry:
            self.add(entry, url="")
        elif isinstance(entry.get("resource"), dict):
            self.add(mapping_at(entry, "resource"), url=text_at(entry, "fullUrl"))
        elif not entry.keys().isdisjoint(("request", "response", "item")):
            self.passed_over["entry without a resource"] += 1
        else:
            self.unreadable += 1

    def add(self, resource: Fields, *, url: str, depth: int = 0) -> None:
        """Takes in one resource.

        Args:
            resource: of any type.
            url: its ``fullUrl``, by which others refer to it.
            depth: how many bundles it lies in.
        """
        kind = text_at(resource, "resourceType")
        if text_at(resource, "status") in ENTERED_IN_ERROR:
            self.passed_over["records entered in error"] += 1
            return
        self.known += bool(kind)
        match kind:
            case "Observation":
                self._add_observation(resource)
            case "MedicationAdministration":
                self._add_administration(resource, url=url)
            case "Medication":
                self.medications[self._key(resource, url)] = mapping_at(resource, "code")
                self.medications[url] = mapping_at(resource, "code")
            case "Patient":
                self.person.add_patient(resource, url=url)
            case "Condition":
                self._add_condition(resource)
            case "Device":
                self.person.add_device(resource)
            case "Bundle" | "Parameters":
                self._add_within(resource, depth=depth)
            case "":
                self.unreadable += 1
            case _:
                self.passed_over[kind if kind.isalpha() else "unknown resource"] += 1

    def _add_within(self, resource: Fields, *, depth: int) -> None:
        if depth >= DEEPEST:
            self.passed_over["bundles within bundles"] += 1
            return
        for part in (*mappings_at(resource, "entry"), *mappings_at(resource, "parameter")):
            if isinstance(part.get("resource"), dict):
                self.add(mapping_at(part, "resource"), url=text_at(part, "fullUrl"), depth=depth + 1)

    def _add_observation(self, observation: Fields) -> None:
        measured = measurement_of(observation)
        if measured is None:
            self.unreadable += 1
        elif isinstance(measured, str):
            self.passed_over[measured] += 1
        else:
            self.measurements.append(measured)
            self.person.devices[measured.device] += 1
            self._add_subject(observation)

    def _add_administration(self, administration: Fields, *, url: str) -> None:
        if text_at(administration, "status") in NOT_GIVEN:
            self.not_given += 1
            return
        concept, reference = medication_of(administration)
        key = reference or repr(concept)
        if not reference:
            self.medications[key] = concept
        self.doses.append(dose_of(administration, url=url or self._key(administration, ""), medication=key))
        self._add_subject(administration)

    def _add_condition(self, condition: Fields) -> None:
        if self.person.add_condition(condition):
            self._add_subject(condition)
        else:
            self.passed_over["Condition"] += 1

    def _add_subject(self, resource: Fields) -> None:
        subject = reference_of(resource, "subject")
        if subject:
            self.person.subjects.add(subject)

    @staticmethod
    def _key(resource: Fields, url: str) -> str:
        identifier = text_at(resource, "id")
        return f"{text_at(resource, 'resourceType')}/{identifier}" if identifier else url

    def imported(self, options: ImportOptions, *, title: str) -> Imported:
        """Everything as streams, hints and findings.

        Raises:
            UnitError: a quantity that matters has no unit, or one that is not known or not possible.
            DataError: a time has no offset and the zone is not known, or the data are of several people.
        """
        self.person.check_one_person()
        zone = options.zone or self.person.zone
        observed = streams_of_observations(self.measurements, zone=zone, title=title)
        resolved = [dose for dose in self.doses if dose.medication in self.medications]
        given = streams_of_doses(resolved, self.medications, zone=zone, title=title)
        streams = {
            name: frame.with_columns(source=pl.lit(SOURCE))
            for name, frame in {**observed.streams, **given.streams}.items()
            if len(frame)
        }
        passed_over = self.passed_over + Counter({"unknown medication": len(self.doses) - len(resolved)})
        return Imported(
            streams=streams,
            person=self.person.hints(weights=observed.weights, therapy=_therapy(streams)),
            findings=(
                *observed.findings,
                *given.findings,
                *((counted_as_not_given(count=self.not_given),) if self.not_given else ()),
                *(() if zone else (_zone_assumed(),)),
                *left_out(self.unreadable + observed.unreadable + given.unreadable, passed_over),
            ),
        )


def _zone_assumed() -> Finding:
    return Finding(
        code=FindingCode.ZONE_ASSUMED,
        severity=Severity.WARNING,
        stream="",
        action=Action.KEPT,
        count=1,
        values={"zone": "UTC"},
    )


def _therapy(streams: Mapping[str, pl.DataFrame]) -> TherapyKind | None:
    """What the insulin shows: automated delivery, a pump, or only injections."""
    automated = (("basal", "kind", str(BasalKind.AUTOMATED)), ("bolus", "purpose", str(DosePurpose.AUTOMATED)))
    if any(name in streams and (streams[name][field] == word).any() for name, field, word in automated):
        return TherapyKind.CLOSED_LOOP
    if "basal" in streams:
        return TherapyKind.PUMP
    return TherapyKind.INJECTIONS if "pen" in streams and "bolus" not in streams else None
