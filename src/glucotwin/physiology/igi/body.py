"""The integrated glucose-insulin model as named bodies: a fast one for large cohorts, and its form for mixed meals.

Silber et al. 2007 (healthy people), Jauslin et al. 2007 (oral glucose in type 2 diabetes) in the form and with the
twenty people of mGIPsim (equations and numbers only), Hong et al. 2013 (mixed meals in type 2 diabetes). Incretins are
counted per gram: per millimole, as the published code has it, insulin would peak at 200 mU/L.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

import jax
import numpy as np

from glucotwin.core.random import root_key, stream_key
from glucotwin.core.unit import MGDL_PER_MMOLL
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import Values, build_organ
from glucotwin.physiology.igi.gut import ChainGut, TransitGut
from glucotwin.physiology.igi.pool import Canagliflozin, IgiGlucose, IgiInsulin
from glucotwin.physiology.padova.glucose import PadovaInterstitium
from glucotwin.physiology.padova.insulin import PadovaSubcutis
from glucotwin.physiology.parameter import Parameter, read_parameters
from glucotwin.physiology.subject import Subject
from glucotwin.physiology.table import read_rows

IGI, IGI_MEAL = "igi", "igi-meal"
PEOPLE, SEED, LARGEST_SCORE = 20, 20, 2.0
"""People drawn about the published mean, by which seed, and how many SD away at most."""


@cache
def igi_parameters() -> Mapping[str, Parameter]:
    """The records of the parameters of both forms, by full name."""
    return read_parameters("igi_parameters.csv")


def igi_subjects() -> tuple[Subject, ...]:
    """The mean of the type 2 people, twenty drawn about it, and the mean without diabetes."""
    drawn = [_subject(f"t2d#{number:03d}", _drawn(number)) for number in range(1, PEOPLE + 1)]
    return (_subject("t2d#average", _column("t2d")), *drawn, _subject("normal#average", _column("normal")))


def igi_meal_subjects() -> tuple[Subject, ...]:
    """The mean of the people of Hong 2013."""
    return (_subject("t2d#average", _column("hong")),)


def compose_igi(values: Values) -> Body:
    """The fast body from independent values.

    Args:
        values: ``weight_kg``, ``basal_mmoll`` (GSS), ``basal_mul`` (ISS) and parameters by full name; others are
            ignored.
    """
    complete = _complete(values)
    kinds = (Canagliflozin, ChainGut, PadovaSubcutis, IgiGlucose, IgiInsulin, PadovaInterstitium)
    return Body(name=IGI, organs=tuple(build_organ(kind, complete) for kind in kinds))


def compose_igi_meal(values: Values) -> Body:
    """The form for mixed meals from independent values, likewise."""
    complete = _complete(values)
    kinds = (Canagliflozin, TransitGut, PadovaSubcutis, IgiGlucose, IgiInsulin, PadovaInterstitium)
    return Body(name=IGI_MEAL, organs=tuple(build_organ(kind, complete) for kind in kinds))


def _complete(values: Values) -> Values:
    return {
        **values,
        "basal_mgdl": MGDL_PER_MMOLL * values["basal_mmoll"],
        "subcutis.basal_pmol_per_kg_per_min": 0.0,
    }


def with_fasting_glucose(values: Values, fasting_glucose_mgdl: float) -> Values:
    """The subject resting at another glucose at the same insulin: production follows."""
    return {**values, "basal_mmoll": fasting_glucose_mgdl / MGDL_PER_MMOLL}


def with_insulin_action(values: Values, factor: float) -> Values:
    """The subject in whom insulin clears so many times as much glucose, at the same rest."""
    name = "glucose.insulin_clearance_l_per_min"
    return {**values, name: factor * values[name]}


def with_weight(values: Values, weight_kg: float) -> Values:
    """The subject at another weight, which here only tells how much is excreted per kg."""
    return {**values, "weight_kg": weight_kg}


IGI_CHANGES: Mapping[str, Callable[[Values, float], Values]] = MappingProxyType(
    {
        "fasting_glucose_mgdl": with_fasting_glucose,
        "weight_kg": with_weight,
        "sensitivity": with_insulin_action,
    }
)
"""Changes by the name that a user gives; other independent numbers are simply replaced."""


def _subject(name: str, values: Mapping[str, float]) -> Subject:
    return Subject(
        name=name,
        weight_kg=values["weight_kg"],
        basal_u_per_min=0.0,
        age_years=values["age_years"],
        total_daily_insulin_u=0.0,
        values=values,
    )


def _drawn(number: int) -> Mapping[str, float]:
    """A person about the mean: every number that differs, by itself, since no covariance is published."""
    mean, spread = _column("t2d"), _column("t2d_sd")
    key = stream_key(root_key(SEED), subject=f"t2d#{number:03d}", stream="igi")
    scores = np.clip(np.asarray(jax.random.normal(key, (len(spread),))), -LARGEST_SCORE, LARGEST_SCORE)
    return MappingProxyType(
        {**mean, **{name: mean[name] + sd * float(scores[at]) for at, (name, sd) in enumerate(spread.items())}}
    )


@cache
def _column(column: str) -> Mapping[str, float]:
    """The numbers of a column by name; those that it does not have are left out."""
    return MappingProxyType({row["name"]: float(row[column]) for row in read_rows("igi_subjects.csv") if row[column]})
