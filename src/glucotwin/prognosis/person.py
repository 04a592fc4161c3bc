"""A person as a clinic letter describes them: what the published equations ask for, each with unit and choices."""

import difflib
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.yaml_file import load_yaml, parse_yaml

HINT = "`glucotwin complications --schema` lists every key with its unit, choices and default."
LARGEST_AGE_GAP_Y = 1.5
"""Age less age at diagnosis may differ from the duration by that much: all three are told in whole years."""


class Sex(StrEnum):
    """Sex as the equations know it."""

    FEMALE = "female"
    MALE = "male"


class DiabetesKind(StrEnum):
    """Type of diabetes; most equations were made for type 2."""

    TYPE1 = "type1"
    TYPE2 = "type2"


class Region(StrEnum):
    """Cardiovascular risk region: the four of SCORE2 in Europe and its neighbours, or elsewhere."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    VERY_HIGH = "very_high"
    NORTH_AMERICA = "north_america"
    OTHER = "other"


class Ethnicity(StrEnum):
    """Ethnicity as far as an equation has a term for it."""

    WHITE = "white"
    BLACK = "black"
    SOUTH_ASIAN = "south_asian"
    HISPANIC = "hispanic"
    OTHER = "other"


class CardiorenalDrug(StrEnum):
    """A class of drugs with a documented effect on heart and kidney beyond glucose."""

    SGLT2_INHIBITOR = "sglt2_inhibitor"
    GLP1_AGONIST = "glp1_agonist"
    FINERENONE = "finerenone"


def _quantity(meaning: str, unit: str, low: float, high: float) -> FieldInfo:
    """A number with its unit and the range that a living person can have."""
    return Field(description=meaning, ge=low, le=high, json_schema_extra={"unit": unit})


def _fact(meaning: str) -> FieldInfo:
    return Field(description=meaning)


class DescribedPerson(BaseModel):
    """A person with diabetes, today.

    Fields without a default have to be given; ``null`` says that a measurement was not taken, and the scores that need
    it then refuse by name. Every field's unit and meaning stand in its description, which is also the published schema.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    age: Annotated[float, _quantity("age today", "years", 18, 110)]
    sex: Annotated[Sex, _fact("sex")]
    age_at_diagnosis: Annotated[
        float | None, _quantity("age when diabetes was diagnosed; this or the duration is needed", "years", 0, 110)
    ] = None
    diabetes_duration_y: Annotated[float | None, _quantity("years since the diagnosis", "years", 0, 90)] = None
    hba1c_pct: Annotated[float | None, _quantity("HbA1c", "% (NGSP)", 3, 20)]
    sbp_mmhg: Annotated[float | None, _quantity("systolic blood pressure", "mmHg", 60, 260)]
    total_cholesterol_mmoll: Annotated[float | None, _quantity("total cholesterol", "mmol/L", 1, 20)]
    hdl_mmoll: Annotated[float | None, _quantity("HDL cholesterol", "mmol/L", 0.2, 5)]
    ldl_mmoll: Annotated[float | None, _quantity("LDL cholesterol", "mmol/L", 0.2, 15)]
    smoker: Annotated[bool, _fact("smokes now")]
    egfr: Annotated[float | None, _quantity("estimated glomerular filtration rate (CKD-EPI)", "mL/min/1.73 m²", 2, 200)]
    acr_mg_g: Annotated[float | None, _quantity("albumin-to-creatinine ratio in urine", "mg/g", 0.1, 30000)]
    bmi: Annotated[float | None, _quantity("body mass index", "kg/m²", 10, 90)]
    region: Annotated[
        Region,
        _fact(
            "cardiovascular risk region: low, moderate, high, very_high as SCORE2 (ESC 2021) draws them for "
            "Europe and its neighbours; north_america or other elsewhere"
        ),
    ]

    diabetes_type: Annotated[DiabetesKind, _fact("type of diabetes")] = DiabetesKind.TYPE2
    ethnicity: Annotated[Ethnicity, _fact("ethnicity, as far as an equation has a term")] = Ethnicity.WHITE
    blood_pressure_treated: Annotated[bool, _fact("takes drugs against high blood pressure")] = False
    statin: Annotated[bool, _fact("takes a statin")] = False
    anticoagulant: Annotated[bool, _fact("takes an anticoagulant other than aspirin")] = False
    oral_diabetes_drug: Annotated[bool, _fact("takes tablets against diabetes")] = False
    drugs: Annotated[
        tuple[CardiorenalDrug, ...],
        _fact("cardiorenal drugs taken from now on; their trial effects are told beside each risk"),
    ] = ()
    history_mi: Annotated[bool, _fact("has had a heart attack")] = False
    history_ischaemic_heart_disease: Annotated[bool, _fact("has angina or other ischaemic heart disease")] = False
    history_heart_failure: Annotated[bool, _fact("has heart failure")] = False
    history_stroke: Annotated[bool, _fact("has had a stroke")] = False
    history_blindness: Annotated[bool, _fact("is blind in one eye or both")] = False
    history_ulcer: Annotated[bool, _fact("has had a diabetic foot ulcer")] = False
    history_amputation: Annotated[bool, _fact("has lost a toe, foot or leg to diabetes")] = False
    history_renal_failure: Annotated[bool, _fact("is on dialysis or has a transplanted kidney")] = False
    peripheral_vascular_disease: Annotated[bool, _fact("has claudication or an ankle-brachial index below 0.9")] = False
    atrial_fibrillation: Annotated[bool, _fact("has atrial fibrillation")] = False
    retinopathy: Annotated[bool, _fact("has diabetic retinopathy")] = False
    neuropathy: Annotated[bool, _fact("has diabetic neuropathy")] = False
    haemoglobin_variant: Annotated[bool, _fact("has a haemoglobin variant, such as sickle cell trait")] = False
    short_red_cell_life: Annotated[
        bool, _fact("red cells live shortly: haemolysis, blood loss or transfusion in three months, erythropoietin")
    ] = False
    iron_deficiency: Annotated[bool, _fact("lacks iron, vitamin B12 or folate")] = False
    pregnant: Annotated[bool, _fact("is pregnant")] = False
    mean_glucose_mgdl: Annotated[
        float | None, _quantity("mean sensor glucose of at least two weeks, for the glycation gap", "mg/dL", 40, 500)
    ] = None
    fasting_glucose_mmoll: Annotated[
        float | None, _quantity("fasting plasma glucose; default by HbA1c, for regimens", "mmol/L", 2, 40)
    ] = None
    basal_insulin_u_per_d: Annotated[
        float, _quantity("long-acting insulin taken now, for regimens", "U/day", 0, 300)
    ] = 0.0
    history_pancreatitis: Annotated[bool, _fact("has had pancreatitis, for regimens")] = False
    history_ketoacidosis: Annotated[bool, _fact("has had ketoacidosis, for regimens")] = False
    deprivation_decile: Annotated[
        int | None,
        _quantity("decile of the American social deprivation index", "1 (least) to 10", 1, 10),
    ] = None
    creatinine_mgdl: Annotated[float | None, _quantity("serum creatinine; default by the eGFR", "mg/dL", 0.1, 20)] = (
        None
    )
    heart_rate_bpm: Annotated[float | None, _quantity("resting heart rate; default 72", "1/min", 30, 200)] = None
    white_cells_1e9_l: Annotated[float | None, _quantity("white blood cells; default 6.8", "10⁹/L", 0.5, 50)] = None
    haemoglobin_g_dl: Annotated[float | None, _quantity("haemoglobin; default 14", "g/dL", 4, 22)] = None
    albumin_g_dl: Annotated[float | None, _quantity("serum albumin, for longer KFRE", "g/dL", 1, 7)] = None
    phosphate_mg_dl: Annotated[float | None, _quantity("serum phosphate, for longer KFRE", "mg/dL", 0.5, 15)] = None
    bicarbonate_mmoll: Annotated[float | None, _quantity("serum bicarbonate, for longer KFRE", "mmol/L", 5, 45)] = None
    calcium_mg_dl: Annotated[float | None, _quantity("serum calcium, for longer KFRE", "mg/dL", 4, 16)] = None
    ast_u_l: Annotated[float | None, _quantity("aspartate aminotransferase, for FIB-4", "U/L", 3, 5000)] = None
    alt_u_l: Annotated[float | None, _quantity("alanine aminotransferase, for FIB-4", "U/L", 3, 5000)] = None
    platelets_1e9_l: Annotated[float | None, _quantity("platelets, for FIB-4", "10⁹/L", 5, 2000)] = None

    @model_validator(mode="after")
    def _ages_agree(self) -> "DescribedPerson":
        if self.age_at_diagnosis is None and self.diabetes_duration_y is None:
            raise ValueError("age_at_diagnosis or diabetes_duration_y is needed")
        if self.diagnosed_at_y > self.age or self.duration_y > self.age:
            raise ValueError("the diagnosis would be in the future or before birth")
        if abs(self.age - self.diagnosed_at_y - self.duration_y) > LARGEST_AGE_GAP_Y:
            raise ValueError("age, age_at_diagnosis and diabetes_duration_y contradict each other")
        if self.total_cholesterol_mmoll is not None and (self.hdl_mmoll or 0.0) >= self.total_cholesterol_mmoll:
            raise ValueError("hdl_mmoll is not below total_cholesterol_mmoll")
        return self

    @property
    def is_female(self) -> bool:
        """Whether the person is a woman."""
        return self.sex is Sex.FEMALE

    @property
    def diagnosed_at_y(self) -> float:
        """Age at diagnosis in years."""
        if self.age_at_diagnosis is not None:
            return self.age_at_diagnosis
        return self.age - (self.diabetes_duration_y or 0.0)

    @property
    def duration_y(self) -> float:
        """Years since the diagnosis."""
        return self.age - self.diagnosed_at_y if self.diabetes_duration_y is None else self.diabetes_duration_y


REQUIRED = tuple(name for name, field in DescribedPerson.model_fields.items() if field.is_required())
"""Keys that every description has to have."""


def parse_person(text: str, *, name: str) -> DescribedPerson:
    """A person from JSON or YAML text.

    Args:
        text: one block of keys.
        name: of the file, for messages.

    Raises:
        DataError: a key is unknown or missing (every such key is named), or a value is impossible.
    """
    content = parse_facts(text, name=name)
    missing = [key for key in REQUIRED if key not in content]
    if missing:
        hint = f"Say null for what was not measured. {HINT}"
        raise DataError(ErrorCode.INVALID_VALUE, f"{name}: missing key {', '.join(missing)}.", hint=hint)
    return parse_yaml(text, DescribedPerson, name=name, hint=HINT)


def parse_facts(text: str, *, name: str) -> dict[str, object]:
    """Some keys of a person from JSON or YAML text, as they are written there.

    Args:
        text: one block of keys.
        name: of the file, for messages.

    Raises:
        DataError: there is no such block, or a key is unknown (every such key is named).
    """
    content, _ = load_yaml(text, name=name, hint=HINT)
    if not isinstance(content, dict):
        raise DataError(ErrorCode.INVALID_VALUE, f"{name}: a block of keys is needed.", hint=HINT)
    unknown = [str(key) for key in content if key not in DescribedPerson.model_fields]
    if unknown:
        raise DataError(ErrorCode.INVALID_VALUE, f"{name}: unknown key {', '.join(map(_guess, unknown))}.", hint=HINT)
    return {str(key): value for key, value in content.items()}


def _guess(key: str) -> str:
    near = difflib.get_close_matches(key, DescribedPerson.model_fields, n=1)
    return f"{key} (did you mean {near[0]}?)" if near else key
