"""Gathers Tidepool documents, whatever file they come from, into streams, settings and findings."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from glucotwin.core.error import DataError
from glucotwin.domain.frame import frame_from_records, stream_of
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.domain.record import Record
from glucotwin.domain.therapy import TherapySettings
from glucotwin.ingest.format import Imported, ImportOptions, PersonHints
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity
from glucotwin.ingest.tidepool.document import Document
from glucotwin.ingest.tidepool.record import carbs_of_wizard, records_of
from glucotwin.ingest.tidepool.setting import SETTINGS_TYPE, grouped, settings_of

SAME_MEAL = timedelta(minutes=15)
"""Food and a bolus calculation with the same carbohydrate within this time are one meal."""
SAME_CARBS_G = 1.0
WRONG_CLOCK_MS = 24 * 3600 * 1000
"""A larger correction of the device's clock is no travel."""


@dataclass(kw_only=True)
class Heap:
    """What has been read of a person's documents so far; ``imported`` turns it into streams."""

    records: dict[type[Record], list[Record]] = field(default_factory=dict)
    foods: list[Meal] = field(default_factory=list)
    wizard_meals: list[Meal] = field(default_factory=list)
    wizard_carbs: dict[str, float] = field(default_factory=dict)
    bolus_ids: list[str] = field(default_factory=list)
    settings: list[Document] = field(default_factory=list)
    zones: Counter[str] = field(default_factory=Counter)
    sensors: Counter[str] = field(default_factory=Counter)
    ids: set[str] = field(default_factory=set)
    passed_over: Counter[str] = field(default_factory=Counter)
    counts: Counter[FindingCode] = field(default_factory=Counter)

    def add(self, document: Document) -> None:
        """Takes in one document."""
        if document.type.startswith(SETTINGS_TYPE):
            self.settings.append(document)
            return
        if self._is_repeated(document):
            self.counts[FindingCode.DUPLICATE_ROWS] += 1
            return
        if document.type == "upload":
            self._add_upload(document)
            return
        self._note_times(document)
        try:
            records = records_of(document)
            found = None if records is None else list(records)
        except DataError:
            self.counts[FindingCode.IMPOSSIBLE_VALUES] += 1
            return
        if found is None or not found:
            self._pass_over(document, unused=found is None)
            return
        self._keep(document, found)

    def _keep(self, document: Document, found: Iterable[Record]) -> None:
        for record in found:
            if isinstance(record, Meal):
                (self.foods if document.type == "food" else self.wizard_meals).append(record)
                continue
            if isinstance(record, Bolus):
                self.bolus_ids.append(document.text("id"))
            self.records.setdefault(type(record), []).append(record)
        if document.type == "wizard":
            self.wizard_carbs[document.text("bolus")] = carbs_of_wizard(document)

    def _pass_over(self, document: Document, *, unused: bool) -> None:
        if document.type == "wizard":
            self.wizard_carbs[document.text("bolus")] = 0.0
        elif unused or document.type in {"insulin", "food"}:
            self.passed_over[document.type or "no type"] += 1

    def _is_repeated(self, document: Document) -> bool:
        identifier = document.text("id")
        if identifier in self.ids:
            return True
        if identifier:
            self.ids.add(identifier)
        return False

    def _add_upload(self, document: Document) -> None:
        zone = document.text("timezone")
        if zone:
            self.zones[zone] += 1
        tags = document.get("deviceTags")
        if isinstance(tags, list) and "cgm" in tags and "insulin-pump" not in tags:
            self.sensors[document.text("deviceModel")] += 1

    def _note_times(self, document: Document) -> None:
        if document.annotation("uncertain-timestamp") is not None:
            self.counts[FindingCode.UNCERTAIN_TIMES] += 1
        if abs(document.number_at("conversionOffset") or 0.0) > WRONG_CLOCK_MS:
            self.counts[FindingCode.WRONG_CLOCK] += 1

    def imported(self, options: ImportOptions) -> Imported:
        """Everything as streams, settings, hints and findings."""
        if Bolus in self.records:
            self.records[Bolus] = list(self._boluses_with_purpose())
        meals = self._meals()
        if meals:
            self.records[Meal] = list(meals)
        zone = options.zone or next((zone for zone, _ in self.zones.most_common(1)), None)
        if zone is None:
            self.counts[FindingCode.ZONE_ASSUMED] += 1
        return Imported(
            streams={stream_of(kind): frame_from_records(kind, group) for kind, group in self.records.items()},
            settings=self._settings(),
            person=PersonHints(
                zone=zone,
                therapy=self._therapy(),
                diabetes_type=DiabetesType.UNKNOWN,
                cgm_device=next((name for name, _ in self.sensors.most_common(1)), ""),
            ),
            findings=self._findings(),
        )

    def _boluses_with_purpose(self) -> Iterable[Record]:
        for identifier, bolus in zip(self.bolus_ids, self.records[Bolus], strict=True):
            carbs = self.wizard_carbs.get(identifier)
            if carbs is None or not isinstance(bolus, Bolus) or bolus.purpose is not DosePurpose.UNKNOWN:
                yield bolus
            else:
                yield replace(bolus, purpose=DosePurpose.MEAL if carbs > 0 else DosePurpose.CORRECTION)

    def _meals(self) -> tuple[Meal, ...]:
        """Food, and the bolus calculator's carbohydrate that is not logged as food as well."""
        free = sorted(self.foods, key=lambda meal: meal.time)
        single: list[Meal] = []
        for meal in self.wizard_meals:
            twin = next((food for food in free if _is_same_meal(food, meal)), None)
            if twin is None:
                single.append(meal)
            else:
                free.remove(twin)
                self.counts[FindingCode.MEALS_LOGGED_TWICE] += 1
        return (*self.foods, *single)

    def _settings(self) -> tuple[TherapySettings, ...]:
        read: list[TherapySettings] = []
        for group in grouped(self.settings):
            try:
                settings = settings_of(group)
            except DataError:
                self.counts[FindingCode.IMPOSSIBLE_VALUES] += 1
                continue
            if settings is not None:
                read.append(settings)
        return tuple(read)

    def _therapy(self) -> TherapyKind | None:
        basals = [record for record in self.records.get(BasalSegment, []) if isinstance(record, BasalSegment)]
        boluses = [record for record in self.records.get(Bolus, []) if isinstance(record, Bolus)]
        if any(one.kind is BasalKind.AUTOMATED for one in basals) or any(
            one.purpose is DosePurpose.AUTOMATED for one in boluses
        ):
            return TherapyKind.CLOSED_LOOP
        if basals or boluses:
            return TherapyKind.PUMP
        return None

    def _findings(self) -> tuple[Finding, ...]:
        names = ", ".join(sorted(self.passed_over))
        if self.passed_over:
            self.counts[FindingCode.IGNORED_DOCUMENTS] = self.passed_over.total()
        values = {FindingCode.IGNORED_DOCUMENTS: {"names": names}, FindingCode.ZONE_ASSUMED: {"zone": "UTC"}}
        return tuple(
            Finding(
                code=code,
                severity=_SEVERITIES.get(code, Severity.INFO),
                stream="",
                action=_ACTIONS.get(code, Action.DROPPED),
                count=count,
                values=values.get(code, {}),
            )
            for code, count in self.counts.items()
        )


_SEVERITIES = {
    FindingCode.IMPOSSIBLE_VALUES: Severity.WARNING,
    FindingCode.ZONE_ASSUMED: Severity.WARNING,
    FindingCode.WRONG_CLOCK: Severity.WARNING,
}
_ACTIONS = {
    FindingCode.ZONE_ASSUMED: Action.KEPT,
    FindingCode.UNCERTAIN_TIMES: Action.KEPT,
    FindingCode.WRONG_CLOCK: Action.CORRECTED,
}


def _is_same_meal(food: Meal, meal: Meal) -> bool:
    return abs(food.time - meal.time) <= SAME_MEAL and abs(food.carbs_g - meal.carbs_g) <= SAME_CARBS_G
