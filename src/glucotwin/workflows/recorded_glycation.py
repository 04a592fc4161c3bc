"""A person's own glycation ratio from the HbA1c series and the sensor of their record."""

from collections.abc import Iterator

from glucotwin.core.unit import hba1c_pct_from_mmol_per_mol
from glucotwin.domain.observation import LabResult
from glucotwin.domain.person import Sex
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.diary.analyte import names_of_analytes
from glucotwin.prognosis.ckd_epi import egfr_from_creatinine
from glucotwin.prognosis.glycation import GlycationPair, GlycationRatio, glycation_ratio
from glucotwin.prognosis.person import Sex as DescribedSex
from glucotwin.prognosis.table import read_rows
from glucotwin.workflows.recorded_glucose import glucose_beside


def recorded_glycation(timeline: Timeline) -> GlycationRatio | None:
    """The ratio by every HbA1c that has sensor days beside it; None where none has.

    Anaemia and advanced kidney disease, by the latest haemoglobin and eGFR on record, and dialysis and pregnancy are
    told as doubts.

    Args:
        timeline: the person's data.
    """
    return glycation_ratio(list(_pairs(timeline)), doubts=tuple(_doubts(timeline)))


def _pairs(timeline: Timeline) -> Iterator[GlycationPair]:
    for one in timeline.records(LabResult):
        if names_of_analytes().get(one.analyte.lower(), one.analyte) != "HbA1c" or one.unit not in {"%", "mmol/mol"}:
            continue
        beside = glucose_beside(timeline, one.time.astimezone(timeline.person.zone_info).date())
        if beside is not None:
            mean_mgdl, days = beside
            value = one.value if one.unit == "%" else hba1c_pct_from_mmol_per_mol(one.value)
            yield GlycationPair(hba1c_pct=value, mean_mgdl=mean_mgdl, days=days)


def _doubts(timeline: Timeline) -> Iterator[str]:
    person = timeline.person
    flags = {"history_renal_failure": person.dialysis, "pregnant": person.pregnant}
    values = {"haemoglobin_g_dl": _latest(timeline, "Haemoglobin", {"g/dL": 1.0, "g/L": 0.1}), "egfr": _egfr(timeline)}
    column = "female_limit" if person.sex is Sex.FEMALE else "male_limit"
    for row in read_rows("hba1c_doubts.csv", delimiter=";"):
        value = values.get(row["key"])
        if flags.get(row["key"]) or (row["kind"] == "below" and value is not None and value < float(row[column])):
            yield row["name"]


def _egfr(timeline: Timeline) -> float | None:
    known = _latest(timeline, "eGFR", {"mL/min/{1.73_m2}": 1.0})
    creatinine = _latest(timeline, "Creatinine", {"mg/dL": 1.0, "umol/L": 0.0113122})
    age = timeline.person.age_years(timeline.window().end.date())
    if known is not None or creatinine is None or age is None or timeline.person.sex is Sex.UNKNOWN:
        return known
    return egfr_from_creatinine(creatinine, age=float(age), sex=DescribedSex(str(timeline.person.sex)))


def _latest(timeline: Timeline, name: str, units: dict[str, float]) -> float | None:
    found = None
    for one in timeline.records(LabResult):
        if names_of_analytes().get(one.analyte.lower(), one.analyte) == name and one.unit in units:
            found = units[one.unit] * one.value
    return found
