"""Named bodies: one entry each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from glucotwin.core.error import ErrorCode, ModelError, NotFoundError
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import Values
from glucotwin.physiology.igi.body import (
    IGI_CHANGES,
    compose_igi,
    compose_igi_meal,
    igi_meal_subjects,
    igi_parameters,
    igi_subjects,
)
from glucotwin.physiology.minimal import MINIMAL_CHANGES, compose_minimal_of, minimal_parameters, minimal_subjects
from glucotwin.physiology.module.registry import MODULES, TYPE2_MODULES, Module
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.padova.change import PADOVA_CHANGES
from glucotwin.physiology.padova.reduced import (
    REDUCED_CHANGES,
    compose_reduced_of,
    reduced_parameters,
    reduced_subjects,
)
from glucotwin.physiology.padova.t1d import (
    compose_padova_t1d,
    padova_t1d_basal_u_per_min,
    padova_t1d_parameters,
    padova_t1d_subjects,
)
from glucotwin.physiology.padova.t1d_2008 import (
    compose_padova_t1d_2008,
    padova_t1d_2008_basal_u_per_min,
    padova_t1d_2008_parameters,
    padova_t1d_2008_subjects,
)
from glucotwin.physiology.padova.t2d import (
    PADOVA_T2D_CHANGES,
    compose_padova_t2d,
    padova_t2d_basal_u_per_min,
    padova_t2d_parameters,
    padova_t2d_subjects,
)
from glucotwin.physiology.parameter import Parameter
from glucotwin.physiology.subject import Subject
from glucotwin.physiology.tidepool_simple import (
    TIDEPOOL_SIMPLE_CHANGES,
    compose_tidepool_simple,
    tidepool_simple_parameters,
    tidepool_simple_subjects,
)

Change = Callable[[Values, float], Values]

MODULAR_HINT = "Use the body padova-t1d or padova-t2d."


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyEntry:
    """A named body.

    Attributes:
        summary: one line for people.
        subjects: its subjects, the first one being the default.
        compose: the body from a subject's values.
        basal_u_per_min: the rate at which a subject with these values rests.
        parameters: the records of its independent numbers.
        changes: changes that take more than replacing a number, by name.
        modules: by name, those that can be left out; a body that has any tells insulin products apart.
    """

    summary: str
    subjects: Callable[[], tuple[Subject, ...]]
    compose: Callable[[Values, BodyOptions], Body]
    basal_u_per_min: Callable[[Values], float]
    parameters: Callable[[], Mapping[str, Parameter]]
    changes: Mapping[str, Change] = field(default_factory=dict)
    modules: Mapping[str, Module] = field(default_factory=dict)

    @property
    def modular(self) -> bool:
        """Whether it has modules to leave out, and tells insulin products apart."""
        return bool(self.modules)


BODIES: Mapping[str, BodyEntry] = MappingProxyType(
    {
        "padova-t1d": BodyEntry(
            summary="full type 1 body: UVA/Padova 2013 and 2017, insulin products, exercise, meals, illness, ketones",
            subjects=padova_t1d_subjects,
            compose=compose_padova_t1d,
            basal_u_per_min=padova_t1d_basal_u_per_min,
            parameters=padova_t1d_parameters,
            changes=PADOVA_CHANGES,
            modules=MODULES,
        ),
        "padova-t1d-2008": BodyEntry(
            summary="UVA/Padova type 1 simulator of 2008 with its thirty published virtual subjects",
            subjects=padova_t1d_2008_subjects,
            compose=lambda values, options: compose_padova_t1d_2008(values),
            basal_u_per_min=padova_t1d_2008_basal_u_per_min,
            parameters=padova_t1d_2008_parameters,
            changes=PADOVA_CHANGES,
        ),
        "padova-t1d-reduced": BodyEntry(
            summary="the type 1 simulator of 2008 written for fitting one person's twin, with the same thirty subjects",
            subjects=reduced_subjects,
            compose=lambda values, options: compose_reduced_of(values),
            basal_u_per_min=lambda values: float(values["basal_u_per_min"]),
            parameters=reduced_parameters,
            changes=REDUCED_CHANGES,
        ),
        "padova-t2d": BodyEntry(
            summary="type 2, impaired and normal: meals with secretion, C-peptide, incretins and medicines",
            subjects=padova_t2d_subjects,
            compose=compose_padova_t2d,
            basal_u_per_min=padova_t2d_basal_u_per_min,
            parameters=padova_t2d_parameters,
            changes=PADOVA_T2D_CHANGES,
            modules=TYPE2_MODULES,
        ),
        "igi": BodyEntry(
            summary="integrated glucose-insulin model: few states, for large type 2 cohorts, with canagliflozin",
            subjects=igi_subjects,
            compose=lambda values, options: compose_igi(values),
            basal_u_per_min=lambda values: 0.0,
            parameters=igi_parameters,
            changes=IGI_CHANGES,
        ),
        "igi-meal": BodyEntry(
            summary="its form for mixed meals: gamma absorption and saturable incretins",
            subjects=igi_meal_subjects,
            compose=lambda values, options: compose_igi_meal(values),
            basal_u_per_min=lambda values: 0.0,
            parameters=igi_parameters,
            changes=IGI_CHANGES,
        ),
        "minimal": BodyEntry(
            summary="few identifiable parameters, made for fitting one person's twin",
            subjects=minimal_subjects,
            compose=lambda values, options: compose_minimal_of(values),
            basal_u_per_min=lambda values: float(values["basal_u_per_min"]),
            parameters=minimal_parameters,
            changes=MINIMAL_CHANGES,
        ),
        "tidepool-simple": BodyEntry(
            summary="Tidepool's risk scenarios: correction factor, carb ratio and basal rate are the physiology",
            subjects=tidepool_simple_subjects,
            compose=lambda values, options: compose_tidepool_simple(values),
            basal_u_per_min=lambda values: float(values["basal_u_per_min"]),
            parameters=tidepool_simple_parameters,
            changes=TIDEPOOL_SIMPLE_CHANGES,
        ),
    }
)
"""Every body by name; underscores may stand for hyphens."""


def body_entry(name: str) -> BodyEntry:
    """The entry of a named body.

    Raises:
        NotFoundError: there is no such body.
    """
    entry = BODIES.get(name.replace("_", "-"))
    if entry is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, f"There is no body {name!r}.", hint=f"Known bodies: {', '.join(BODIES)}."
        )
    return entry


def find_subject(body: str, name: str = "") -> Subject:
    """A named subject of a named body; the body's first one when no name is given.

    Raises:
        NotFoundError: there is no such body or subject.
    """
    subjects = body_entry(body).subjects()
    if not name:
        return subjects[0]
    for subject in subjects:
        if subject.name == name:
            return subject
    raise NotFoundError(
        ErrorCode.UNKNOWN_NAME,
        f"The body {body} has no subject {name!r}.",
        hint=f"Known subjects: {', '.join(one.name for one in subjects)}.",
    )


def make_body(name: str, *, subject: str = "", options: BodyOptions | None = None) -> Body:
    """The named body of a named subject; of the body's first one when no subject is named.

    Raises:
        NotFoundError: there is no such body or subject.
        ModelError: the options do not fit the body.
    """
    return body_of(name, find_subject(name, subject), options=options)


def body_of(name: str, subject: Subject, *, options: BodyOptions | None = None) -> Body:
    """The named body of a subject, whatever population it is from.

    Raises:
        NotFoundError: there is no such body.
        ModelError: the options do not fit the body.
    """
    options = options or BodyOptions()
    entry = body_entry(name)
    if options.without and not entry.modular:
        raise ModelError(ErrorCode.INVALID_VALUE, f"The body {name} has no modules to leave out.", hint=MODULAR_HINT)
    return entry.compose(subject.values, options)


def changed(body: str, subject: Subject, changes: Mapping[str, float]) -> Subject:
    """The subject with some numbers changed, at rest again, and its dosing scaled by its new insulin needs.

    Args:
        body: name of the body.
        subject: who.
        changes: values by name: those of the body's ``changes`` (``fasting_glucose_mgdl``, ``weight_kg``,
            ``sensitivity`` …), or full names of independent parameters.

    Raises:
        NotFoundError: there is no such body.
        ModelError: a name is not known or a value is outside of its bounds.
    """
    if not changes:
        return subject
    entry = body_entry(body)
    values: Values = subject.values
    for name, value in changes.items():
        values = _changed(entry, values, name, value)
    basal = entry.basal_u_per_min(values)
    # Who rests without injections has no dosing to scale.
    need = basal / subject.basal_u_per_min if subject.basal_u_per_min else 1.0
    profile, ratios = subject.basal_profile_u_per_h, subject.carb_ratio_profile_g_per_u
    return replace(
        subject,
        values={name: float(value) for name, value in values.items()},
        weight_kg=float(values["weight_kg"]),
        basal_u_per_min=basal,
        basal_profile_u_per_h=None if profile is None else tuple(rate * need for rate in profile),
        carb_ratio_profile_g_per_u=None if ratios is None else tuple(ratio / need for ratio in ratios),
        carb_ratio_g_per_u=_scaled(subject.carb_ratio_g_per_u, 1.0 / need),
        correction_factor_mgdl_per_u=_scaled(subject.correction_factor_mgdl_per_u, 1.0 / need),
        total_daily_insulin_u=_scaled(subject.total_daily_insulin_u, need),
    )


def _changed(entry: BodyEntry, values: Values, name: str, value: float) -> Values:
    if name in entry.changes:
        if not value > 0.0:
            raise ModelError(ErrorCode.INVALID_VALUE, f"{name} must be above zero, not {value:g}.")
        return entry.changes[name](values, value)
    record = entry.parameters().get(name)
    if record is None or (name not in values and not entry.modular):
        known = ", ".join(entry.changes)
        raise ModelError(
            ErrorCode.UNKNOWN_NAME,
            f"There is nothing called {name!r} to change in this body.",
            hint=f"Use {known}, or a parameter by its full name from docs/models.",
        )
    if not record.low <= value <= record.high:
        raise ModelError(
            ErrorCode.INVALID_VALUE,
            f"{name} is {value:g}, outside of its bounds {record.low:g} to {record.high:g} {record.unit}.",
        )
    return {**values, name: value}


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor
