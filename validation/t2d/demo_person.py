"""Makes the demonstration's person with type 2 diabetes: nobody real, one virtual body's days and made-up visits.

    uv run python validation/t2d/demo_person.py src/glucotwin/workflows/demo_data/virtual_type_2

The body is the average person of ``padova-t2d`` (Dalla Man 2007) on 2 g of metformin, who eats three meals and a snack
of changing size and hour; a simulated Libre 3 reads their last two weeks. HbA1c of the last visit is what mean glucose
of these weeks stands for; the other laboratory values were made up to fit a usual letter from a clinic. The twin is
fitted to the first twelve days and lies beside the folder: a demonstration has no time for it.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import jax
import numpy as np
import polars as pl
import yaml

from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.archive import load_timeline, save_timeline
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import LabResult, MedicationDose
from glucotwin.domain.person import DiabetesType, Person, Sex, TherapyKind, WeightEntry
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline
from glucotwin.metrics.summary import ea1c_pct_from_mean
from glucotwin.workflows.fit import FitPeriod, fit_person
from glucotwin.workflows.simulate import SimulationRequest, simulate_variants
from glucotwin.workflows.simulate_device import SENSOR, DeviceChoice

START = datetime(2026, 2, 23, tzinfo=UTC)
SETTLING_DAYS, DAYS, HELD_OUT_DAYS = 7, 14, 2
"""Days before the record, in which metformin comes to its full effect; recorded ones; and those after the fit."""
MEALS = ((7.25, 45.0), (12.5, 65.0), (16.0, 20.0), (18.75, 70.0))
"""Usual hour and carbohydrate in g."""
HOUR_SD, CARBS_LOG_SD = 0.4, 0.25
METFORMIN_MG, METFORMIN_HOURS = 1000.0, (7.5, 19.0)
EVERY_MIN = 5
VISIT = (
    ("Total cholesterol", 5.1, "mmol/L"),
    ("HDL cholesterol", 1.05, "mmol/L"),
    ("LDL cholesterol", 3.1, "mmol/L"),
    ("eGFR", 67.0, "mL/min/{1.73_m2}"),
    ("Albumin/creatinine ratio", 48.0, "mg/g"),
    ("Systolic blood pressure", 146.0, "mm[Hg]"),
    ("Haemoglobin", 14.6, "g/dL"),
    ("ALT", 48.0, "U/L"),
    ("AST", 38.0, "U/L"),
    ("Platelets", 215.0, "10*9/L"),
)
"""Of the last visit, besides HbA1c."""
EARLIER_HBA1C = ((730, 7.0), (365, 7.4), (180, 7.8))
"""Days before the last visit, and what was measured then."""
PERSON = Person(
    person_id="virtual-type-2",
    zone="Europe/Berlin",
    birth_year=1965,
    adult=True,
    sex=Sex.MALE,
    height_cm=170.0,
    weights=(WeightEntry(day=date(2026, 2, 20), weight_kg=91.0),),
    diabetes_type=DiabetesType.TYPE_2,
    diagnosis_year=2019,
    therapy=TherapyKind.NO_INSULIN,
    cgm_device="Libre 3 (simulated)",
    pregnant=False,
    dialysis=False,
)


def meals() -> Iterator[Meal]:
    """Every meal, from the first settling day on."""
    days = SETTLING_DAYS + DAYS
    key = stream_key(root_key(2), subject=PERSON.person_id, stream="meals")
    drawn = np.asarray(jax.random.normal(key, (days, len(MEALS), 2)))
    midnight = datetime(2026, 2, 16, tzinfo=PERSON.zone_info)
    for day in range(days):
        for (hour, carbs), (late, large) in zip(MEALS, drawn[day], strict=True):
            minutes = 5 * round(60.0 * (hour + HOUR_SD * float(np.clip(late, -2.0, 2.0))) / 5)
            grams = 5.0 * round(carbs * float(np.exp(CARBS_LOG_SD * large)) / 5.0)
            local = midnight + timedelta(days=day, minutes=minutes)
            yield Meal(time=local.astimezone(UTC), carbs_g=max(grams, 5.0))


def doses() -> Iterator[MedicationDose]:
    """Metformin of the recorded days."""
    midnight = datetime(2026, 2, 23, tzinfo=PERSON.zone_info)
    for day in range(DAYS):
        for hour in METFORMIN_HOURS:
            at = midnight + timedelta(days=day, hours=hour)
            yield MedicationDose(time=at.astimezone(UTC), medication="metformin", dose_mg=METFORMIN_MG)


def readings(eaten: list[Meal]) -> pl.DataFrame:
    """What the sensor shows from the first recorded day on."""
    zone = PERSON.zone_info
    parts = [
        {
            "time": one.time.astimezone(zone).strftime("%H:%M"),
            "day": (one.time.astimezone(zone).date() - date(2026, 2, 16)).days + 1,
            "carbs_g": one.carbs_g,
        }
        for one in eaten
    ]
    plan = {
        "name": "demo person",
        "days": SETTLING_DAYS + DAYS,
        "start": "2026-02-16",
        "zone": PERSON.zone,
        "meals": parts,
        "medications": [
            {"name": "metformin", "dose_mg": METFORMIN_MG, "time": f"{int(hour):02d}:{round(hour % 1 * 60):02d}"}
            for hour in METFORMIN_HOURS
        ],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.yaml"
        path.write_text(yaml.safe_dump(plan), encoding="utf-8")
        request = SimulationRequest(
            body="padova-t2d", subject="t2d#average", scenario=path, devices=DeviceChoice(sensor="libre-3", seed=2)
        )
        (lived,) = simulate_variants(request)
    first = datetime(2026, 2, 16, tzinfo=zone).astimezone(UTC)
    shown = lived.outputs[SENSOR][0]
    kept = [minute for minute in range(SETTLING_DAYS * 1440, shown.size) if np.isfinite(shown[minute])]
    kept = [minute for minute in kept if minute % EVERY_MIN == 0]
    return pl.DataFrame(
        {
            "time": [first + timedelta(minutes=minute) for minute in kept],
            "glucose_mgdl": [round(float(shown[minute])) * 1.0 for minute in kept],
        }
    ).with_columns(source=pl.lit(""), kind=pl.lit(str(GlucoseKind.CGM)), censoring=pl.lit(str(Censoring.NONE)))


def visits(mean_mgdl: float) -> Iterator[LabResult]:
    """Laboratory values of the last visit, at the record's end, and HbA1c of earlier ones."""
    last = START + timedelta(days=DAYS - 1, hours=7)
    hba1c = round(float(ea1c_pct_from_mean(mean_mgdl)), 1)
    for analyte, value, unit in (("HbA1c", hba1c, "%"), *VISIT):
        yield LabResult(time=last, analyte=analyte, value=value, unit=unit)
    for before, value in EARLIER_HBA1C:
        yield LabResult(time=last - timedelta(days=before), analyte="HbA1c", value=value, unit="%")


def made_up() -> Timeline:
    """The whole record."""
    eaten = list(meals())
    glucose = readings(eaten)
    begin = glucose["time"][0]
    mean = float(np.mean(glucose["glucose_mgdl"].to_numpy()))
    records: list[Record] = [*(one for one in eaten if one.time >= begin), *doses(), *visits(mean)]
    line = Timeline.from_records(PERSON, records)
    return replace(line, streams={**line.streams, "glucose": glucose})


def main() -> None:
    """Writes the timeline's folder, or only the twin of the one that is there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only-twin", action="store_true", help="leave the timeline as it is")
    asked = parser.parse_args()
    if not asked.only_twin:
        save_timeline(made_up(), asked.folder, overwrite=True)
    period = FitPeriod(days=DAYS - HELD_OUT_DAYS, holdout_days=HELD_OUT_DAYS)
    fit_person(load_timeline(asked.folder), period=period, out=asked.folder.with_suffix(".twin"), overwrite=True)


if __name__ == "__main__":
    main()
