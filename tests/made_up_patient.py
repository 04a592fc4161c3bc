"""A made-up person with type 2 diabetes as a clinic letter would describe them."""

import json

from glucotwin.prognosis.person import DescribedPerson, parse_person

LETTER: dict[str, object] = {
    "age": 60,
    "sex": "male",
    "age_at_diagnosis": 57,
    "diabetes_duration_y": 3,
    "hba1c_pct": 7.5,
    "sbp_mmhg": 135,
    "total_cholesterol_mmoll": 4.8,
    "hdl_mmoll": 1.2,
    "ldl_mmoll": 2.8,
    "smoker": False,
    "egfr": 80,
    "acr_mg_g": 12,
    "bmi": 30,
    "region": "moderate",
}


def letter(**changes: object) -> str:
    """The letter as JSON with some keys changed."""
    return json.dumps(LETTER | changes)


def described(**changes: object) -> DescribedPerson:
    """The person with some keys changed; a new age at diagnosis sets the duration."""
    return parse_person(letter(**({"diabetes_duration_y": None} | changes)), name="letter.json")
