"""Which sensors take acetaminophen for glucose."""

from datetime import timedelta

import pytest

from glucotwin.domain.observation import MedicationDose, Note
from glucotwin.domain.person import Person
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.acetaminophen import Interference, find_acetaminophen, interference_of
from made_up_sensor import at, level, readings, timeline


def wearing(sensor: str, *records: Record) -> Timeline:
    return timeline(*records, *readings(level(1)), person=Person(person_id="p", cgm_device=sensor))


def dose(minutes: float, mg: float = 1000.0, name: str = "Acetaminophen") -> Record:
    return MedicationDose(time=at(minutes), medication=name, dose_mg=mg)


@pytest.mark.parametrize(
    ("sensor", "answer"),
    [
        ("Dexcom G4", Interference.STRONG),
        ("Dexcom G5", Interference.STRONG),
        ("Medtronic Guardian Sensor 3", Interference.STRONG),
        ("Enlite", Interference.STRONG),
        ("Dexcom G6", Interference.ABOVE_TOLERATED),
        ("Dexcom G7", Interference.ABOVE_TOLERATED),
        ("FreeStyle Libre 3", Interference.HARDLY),
        ("Dexcom", Interference.UNKNOWN_SENSOR),
        ("", Interference.UNKNOWN_SENSOR),
    ],
)
def test_interference_depends_on_the_sensor(sensor: str, answer: Interference) -> None:
    assert interference_of(sensor) is answer


def test_dose_opens_a_window_of_six_hours_on_an_old_sensor() -> None:
    (found,) = find_acetaminophen(wearing("Dexcom G5", dose(300)))
    assert (found.start, found.end - found.start) == (at(300), timedelta(hours=6))
    assert found.score == 0.9
    assert "Dexcom G5" in found.text


def test_newer_sensor_minds_only_more_than_a_gram() -> None:
    assert find_acetaminophen(wearing("Dexcom G6", dose(300))) == ()
    (found,) = find_acetaminophen(wearing("Dexcom G6", dose(300), dose(420)))
    assert found.start == at(420)
    assert find_acetaminophen(wearing("Dexcom G6", dose(0), dose(361))) == ()


@pytest.mark.parametrize("text", ["took 2 Tylenol", "Paracetamol 500", "panadol for the head"])
def test_notes_count_too(text: str) -> None:
    (found,) = find_acetaminophen(wearing("Guardian 3", Note(time=at(60), text=text)))
    assert found.start == at(60)


def test_other_medicines_and_libre_do_not_count() -> None:
    assert find_acetaminophen(wearing("Dexcom G4", dose(60, name="Ibuprofen"))) == ()
    assert find_acetaminophen(wearing("FreeStyle Libre 2", dose(60))) == ()


def test_unknown_sensor_is_less_sure_and_the_source_may_name_it() -> None:
    unknown = timeline(dose(60), *readings(level(1)))
    named = timeline(dose(60), *readings(level(1), source="Dexcom G4"))
    assert find_acetaminophen(unknown)[0].score == 0.3
    assert find_acetaminophen(named)[0].score == 0.9


def test_without_a_sensor_nothing_is_disturbed() -> None:
    assert find_acetaminophen(timeline(dose(60))) == ()
