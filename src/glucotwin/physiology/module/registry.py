"""The modules of the full bodies: one entry each. A new module is one file, its records and one line here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import equinox as eqx

from glucotwin.domain.condition import ConditionKind
from glucotwin.physiology.build import Values, build_organ
from glucotwin.physiology.module.acarbose import Acarbose
from glucotwin.physiology.module.alcohol import Alcohol
from glucotwin.physiology.module.circadian import Circadian
from glucotwin.physiology.module.comorbidity import LiverFat, RenalFunction
from glucotwin.physiology.module.condition import ConditionResponse
from glucotwin.physiology.module.counter_regulation import CounterRegulation
from glucotwin.physiology.module.depot import InhaledDepot, SubcutaneousDepot
from glucotwin.physiology.module.dpp4_inhibitor import Dpp4Inhibitor
from glucotwin.physiology.module.exercise import Exercise
from glucotwin.physiology.module.glp1_agonist import Glp1Agonist
from glucotwin.physiology.module.incretin import Incretin
from glucotwin.physiology.module.insulin_signalling import InsulinSignalling
from glucotwin.physiology.module.ketone import Ketone
from glucotwin.physiology.module.kidney import Kidney
from glucotwin.physiology.module.low_glucose import LowGlucose
from glucotwin.physiology.module.meal_time import MealTime
from glucotwin.physiology.module.metformin import Metformin
from glucotwin.physiology.module.mixed_meal import MixedMeal
from glucotwin.physiology.module.pioglitazone import Pioglitazone
from glucotwin.physiology.module.sglt2_inhibitor import Sglt2Inhibitor
from glucotwin.physiology.module.site import InjectionSite
from glucotwin.physiology.module.steroid import Steroid
from glucotwin.physiology.module.sulfonylurea import Sulfonylurea
from glucotwin.physiology.organ import AnyOrgan
from glucotwin.physiology.parameter import Parameter, read_parameters

CONDITIONS = (ConditionKind.ILLNESS, ConditionKind.STRESS, ConditionKind.SLEEP_LOSS, ConditionKind.LUTEAL_PHASE)
"""Conditions that ``ConditionResponse`` answers; each has its block of records in ``data/module/condition.csv``."""

GLP1_AGONISTS = ("liraglutide", "semaglutide", "exenatide", "tirzepatide")
"""Medicines that ``Glp1Agonist`` stands for; each has its block of records in ``data/module/glp1_agonist.csv``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A part of the full body that can be left out.

    Attributes:
        title: for people.
        organs: classes of which a body gets one organ each.
        special: classes with equations that a body composes in its own way.
        records: its parameter file in ``data/module``; empty when its numbers stand elsewhere.
    """

    title: str
    organs: tuple[type[AnyOrgan], ...] = ()
    special: tuple[type[eqx.Module], ...] = ()
    records: str = ""

    def parameters(self) -> Mapping[str, Parameter]:
        """Its records by full name."""
        return read_parameters(f"module/{self.records}.csv") if self.records else {}


MODULES: Mapping[str, Module] = MappingProxyType(
    {
        "circadian": Module(title="The day in the body", organs=(Circadian,), records="circadian"),
        "condition": Module(
            title="Illness, stress, sleep and cycle", special=(ConditionResponse,), records="condition"
        ),
        "mixed-meal": Module(title="Mixed meals", organs=(MixedMeal,), records="mixed_meal"),
        "alcohol": Module(title="Alcohol", organs=(Alcohol,), records="alcohol"),
        "exercise": Module(title="Exercise", organs=(Exercise,), records="exercise"),
        "steroid": Module(title="Glucocorticoids", organs=(Steroid,), records="steroid"),
        "sglt2-inhibitor": Module(title="SGLT2 inhibitors", organs=(Sglt2Inhibitor,), records="sglt2_inhibitor"),
        "injection-site": Module(title="Injection sites", organs=(InjectionSite,), records="injection_site"),
        "ketone": Module(title="Ketones", organs=(Ketone,), records="ketone"),
        "insulin-product": Module(title="Insulin products", special=(SubcutaneousDepot, InhaledDepot)),
        "low-glucose": Module(title="Insulin at low glucose", organs=(LowGlucose,), records="low_glucose"),
        "counter-regulation": Module(
            title="Counter-regulation", organs=(CounterRegulation,), records="counter_regulation"
        ),
        "kidney": Module(title="Glucose in urine", organs=(Kidney,), records="kidney"),
        "comorbidity": Module(
            title="Kidney and liver disease", special=(RenalFunction, LiverFat), records="comorbidity"
        ),
    }
)
"""Modules of the type 1 body by name, in signal order within the modulators and within the other organs."""

TYPE2_MODULES: Mapping[str, Module] = MappingProxyType(
    {
        **{
            name: MODULES[name]
            for name in (
                "circadian",
                "condition",
                "mixed-meal",
                "alcohol",
                "exercise",
                "steroid",
                "sglt2-inhibitor",
                "injection-site",
                "insulin-product",
                "counter-regulation",
                "kidney",
            )
        },
        "meal-time": Module(title="Time of day with secretion", organs=(MealTime,), records="meal_time"),
        "insulin-signalling": Module(
            title="Insulin signalling in the cell", organs=(InsulinSignalling,), records="insulin_signalling"
        ),
        "metformin": Module(title="Metformin", organs=(Metformin,), records="metformin"),
        "sulfonylurea": Module(title="Sulfonylureas", organs=(Sulfonylurea,), records="sulfonylurea"),
        "glp1-agonist": Module(title="GLP-1 agonists", special=(Glp1Agonist,), records="glp1_agonist"),
        "acarbose": Module(title="Acarbose", organs=(Acarbose,), records="acarbose"),
        "pioglitazone": Module(title="Pioglitazone", organs=(Pioglitazone,), records="pioglitazone"),
        "dpp4-inhibitor": Module(title="DPP-4 inhibitors", organs=(Dpp4Inhibitor,), records="dpp4_inhibitor"),
        "incretin": Module(title="The incretin effect", organs=(Incretin,), records="incretin"),
    }
)
"""Modules of the type 2 body, likewise; what amplifies incretins stands before them."""


@cache
def module_parameters() -> Mapping[str, Parameter]:
    """The records of all modules, and what a body needs to know of the person, by full name."""
    records = dict(read_parameters("module/person.csv"))
    for module in MODULES.values():
        records |= module.parameters()
    return MappingProxyType(records)


@cache
def type2_module_parameters() -> Mapping[str, Parameter]:
    """The same of the type 2 body, in which some records differ."""
    records = dict(read_parameters("module/person.csv"))
    for module in TYPE2_MODULES.values():
        records |= module.parameters()
    return MappingProxyType(records | dict(read_parameters("module/type2.csv")))


def module_organs(
    values: Values, *, without: frozenset[str], modules: Mapping[str, Module] = MODULES
) -> tuple[AnyOrgan, ...]:
    """One organ of every module that is not left out, modulators and others in the order of the registry.

    Args:
        values: of the person, by full name.
        without: names of modules to leave out.
        modules: of the body.
    """
    organs: list[AnyOrgan] = []
    for name, module in modules.items():
        if name in without:
            continue
        organs += [build_organ(kind, values) for kind in module.organs]
        if ConditionResponse in module.special:
            organs += [_condition(kind, values) for kind in CONDITIONS]
        if Glp1Agonist in module.special:
            organs += [build_organ(Glp1Agonist, values, name=one, medicine=one) for one in GLP1_AGONISTS]
    return tuple(organs)


def _condition(kind: ConditionKind, values: Values) -> ConditionResponse:
    return build_organ(ConditionResponse, values, name=kind.replace("-", "_"), condition=str(kind))
