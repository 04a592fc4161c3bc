"""Shapes of advice on medicines as a proposal, its evidence, and what became of it."""

from typing_extensions import TypedDict

from glucotwin.advise.follow_up import Verdict
from glucotwin.advise.medicine_plan import MedicineStep
from glucotwin.workflows.medicine_follow_up import TakenUp
from glucotwin.workflows.regimen_advice_answer import MedicineAdviceAnswer, PlanForeseenJson
from glucotwin.workflows.regimen_answer import SpanJson


class VisitJson(TypedDict):
    """A visit of a record; attributes as in ``glucotwin.workflows.regimen_history.VisitRow``."""

    on: str
    medicines: str | None
    hba1c_pct: float | None
    fasting_glucose_mmoll: float | None
    mean_glucose_mgdl: float | None
    weight_kg: float | None


class ToldVisitJson(VisitJson):
    """A visit that an advice rests on, and whether its measurements are on record as they were told."""

    on_record: bool


class MedicineChangeJson(TypedDict):
    """What becomes of a medicine; doses are null where it is not taken or follows fasting glucose."""

    medicine: str
    step: MedicineStep
    before: float | None
    after: float | None
    unit: str
    text: str


class MedicineEvidenceJson(TypedDict):
    """What the twin of a person's months answered: the proposed plan, the others beside it, and what it rests on."""

    plan: PlanForeseenJson
    advice: MedicineAdviceAnswer
    visits: list[ToldVisitJson]


class MedicinePlanJson(TypedDict):
    """A plan of medicines from a local day on."""

    from_day: str
    plan: str
    changes: list[MedicineChangeJson]
    evidence: MedicineEvidenceJson


class TakenJson(TypedDict):
    """Whether a change is on record, in words too."""

    medicine: str
    step: MedicineStep
    taken_up: TakenUp
    since: str | None
    dose: float | None
    text: str


class MeasuredJson(TypedDict):
    """A value on record since, and what was foreseen of a value measured on that day."""

    name: str
    on: str
    value: float
    foreseen: SpanJson
    verdict: Verdict


class MedicineFollowUpJson(TypedDict):
    """What became of a plan of medicines until its horizon."""

    from_day: str
    until: str
    taken: list[TakenJson]
    measured: list[MeasuredJson]
