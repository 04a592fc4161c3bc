"""Reads SBML by libsbml (Hucka 2003 for the format, Bornstein 2008 for the library) into our own record.

Levels 2 and 3. Function definitions, local parameters, initial assignments, assignment and rate rules, and events
without delay and priority are understood; whatever else would bear on the course is refused by name.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from glucotwin.core.error import DataError, ErrorCode, ModelError
from glucotwin.physiology.sbml.expression import TIME_NAME, Call, Expression, Name, Number, evaluate, names_in
from glucotwin.physiology.sbml.mathml import expression_of, refused
from glucotwin.physiology.sbml.model import Event, Quantity, QuantityKind, Role, SbmlModel, Source
from glucotwin.physiology.sbml.order import in_order

if TYPE_CHECKING:
    import libsbml

INSTALL_HINT = "Install it with: pip install 'glucotwin[sbml]'."
LARGEST_BYTES = 50_000_000
EASY_PACKAGES = frozenset({"layout", "render", "groups"})
"""Packages of Level 3 that do not bear on a model's course."""

_Formulas = dict[str, Expression]


def read_sbml(path: Path) -> SbmlModel:
    """The model of an SBML file.

    Args:
        path: SBML Level 2 or 3.

    Raises:
        ModelError: libsbml is not installed.
        DataError: the file is no SBML that it could be, or holds a part that is not supported; names the element.
    """
    document = _document(path)
    model = document.getModel()
    if model is None:
        raise DataError(ErrorCode.EMPTY_FILE, f"{path.name} holds no model.")
    _refuse_unsupported(document, model)
    return _Reader(model).read()


def _document(path: Path) -> "libsbml.SBMLDocument":
    try:
        import libsbml
    except ImportError as error:
        raise ModelError(
            ErrorCode.UNSUPPORTED_PART, "Reading SBML needs the library python-libsbml.", hint=INSTALL_HINT
        ) from error
    if not path.is_file():
        raise DataError(ErrorCode.UNREADABLE_FILE, f"There is no file {path}.", hint="Check the path.")
    if path.stat().st_size > LARGEST_BYTES:
        raise DataError(ErrorCode.FILE_TOO_LARGE, f"{path.name} is larger than {LARGEST_BYTES // 1_000_000} MB.")
    document = libsbml.readSBMLFromString(path.read_text(encoding="utf-8-sig", errors="replace"))
    _refuse_errors(document, path.name)
    if document.getLevel() < 2:
        raise refused(path.name, "SBML Level 1")
    for option in ("promoteLocalParameters", "expandFunctionDefinitions"):
        wanted = libsbml.ConversionProperties()
        wanted.addOption(option, True)
        if document.convert(wanted) != libsbml.LIBSBML_OPERATION_SUCCESS:
            _refuse_errors(document, path.name)
            raise DataError(ErrorCode.UNREADABLE_FILE, f"{path.name}: libsbml could not {option}.")
    return document


def _refuse_errors(document: "libsbml.SBMLDocument", file: str) -> None:
    """Passes when libsbml found nothing wrong but what it only warns of."""
    import libsbml

    for place in range(document.getNumErrors()):
        problem = document.getError(place)
        if problem.getSeverity() >= libsbml.LIBSBML_SEV_ERROR:
            text = " ".join(problem.getMessage().split())
            raise DataError(ErrorCode.UNREADABLE_FILE, f"{file}, line {problem.getLine()}: {text}")


def _refuse_unsupported(document: "libsbml.SBMLDocument", model: "libsbml.Model") -> None:
    """Passes when nothing bears on the course that we would leave out."""
    for place in range(document.getNumPlugins()):
        package = document.getPlugin(place).getPackageName()
        if package not in EASY_PACKAGES and document.getPackageRequired(package):
            raise refused("The file", f"the package {package!r}")
    for reaction in model.getListOfReactions():
        where = f"Reaction {reaction.getId()!r}"
        if reaction.isSetFast() and reaction.getFast():
            raise refused(where, "being fast (in equilibrium at once)")
        if reaction.getKineticLaw() is None or reaction.getKineticLaw().getMath() is None:
            raise refused(where, "having no kinetic law")


class _Reader:
    """One model on its way into our record."""

    def __init__(self, model: "libsbml.Model") -> None:
        self.model = model
        self.fluxes = self._fluxes()
        self.rules, self.rate_rules = self._rules()
        self.moved = {name for event in self._events() for name, _ in event.assignments}
        self.volumes = {one.getId(): self._volume(one) for one in model.getListOfCompartments()}
        self.species = {one.getId(): one for one in model.getListOfSpecies()}
        self.changes = self._species_rates()

    def read(self) -> SbmlModel:
        """The whole record."""
        values = self._initial_values()
        quantities = {one.identifier: one for one in self._quantities(values)}
        rates = {name: self._rate(name) for name, one in quantities.items() if one.role is Role.STATE}
        model = SbmlModel(
            source=self._source(),
            quantities=quantities,
            rules=in_order({**self.rules, **self.fluxes}),
            rates=rates,
            events=tuple(self._events()),
            ignored=tuple(self._ignored()),
        )
        _check_names(model)
        return model

    def _source(self) -> Source:
        model = self.model
        unit = model.getTimeUnits() if model.getLevel() > 2 else ""
        defined = model.getUnitDefinition(unit or "time")
        return Source(
            identifier=model.getId() or "model",
            name=model.getName() or model.getId(),
            level=model.getLevel(),
            version=model.getVersion(),
            time_unit=_unit_words(defined) if defined is not None else unit,
        )

    def _fluxes(self) -> _Formulas:
        return {
            one.getId(): expression_of(one.getKineticLaw().getMath(), f"Reaction {one.getId()!r}")
            for one in self.model.getListOfReactions()
        }

    def _rules(self) -> tuple[_Formulas, _Formulas]:
        """Assignment rules and rate rules by what they are about."""
        assigned: _Formulas = {}
        rated: _Formulas = {}
        for rule in self.model.getListOfRules():
            if rule.isAlgebraic():
                raise refused("An algebraic rule", "solving equations that are no differential equations")
            where = f"The rule of {rule.getVariable()!r}"
            (rated if rule.isRate() else assigned)[rule.getVariable()] = expression_of(rule.getMath(), where)
        return assigned, rated

    def _volume(self, compartment: "libsbml.Compartment") -> float:
        """Size of a compartment, which must not change; 1 where the file says none or it has no extent."""
        name = compartment.getId()
        if name in self.rate_rules or name in self.moved or name in self.rules:
            raise refused(f"Compartment {name!r}", "changing its size")
        pointlike = compartment.isSetSpatialDimensions() and compartment.getSpatialDimensions() == 0
        if pointlike or not compartment.isSetSize():
            return 1.0
        size = float(compartment.getSize())
        if not size > 0.0:
            raise refused(f"Compartment {name!r}", "having no size")
        return size

    def _per_volume(self, species: "libsbml.Species") -> float:
        """What an amount is divided by to become what formulas see."""
        return 1.0 if species.getHasOnlySubstanceUnits() else self.volumes[species.getCompartment()]

    def _species_rates(self) -> _Formulas:
        """What reactions do to species, as formulas see them, per unit of time."""
        terms: dict[str, list[Expression]] = {}
        for reaction in self.model.getListOfReactions():
            for sign, part in ((-1.0, reaction.getListOfReactants()), (1.0, reaction.getListOfProducts())):
                for reference in part:
                    species = self.species[reference.getSpecies()]
                    if species.getBoundaryCondition() or species.getConstant():
                        continue
                    factor = sign * self._stoichiometry(reference, reaction.getId()) / self._per_volume(species)
                    flux: Expression = Name(reaction.getId())
                    term = Call("times", (Number(factor), *self._conversion(species), flux))
                    terms.setdefault(species.getId(), []).append(term)
        return {name: Call("plus", tuple(found)) for name, found in terms.items()}

    def _conversion(self, species: "libsbml.Species") -> tuple[Expression, ...]:
        """The factor from a reaction's extent to the species' amount, where Level 3 names one."""
        if self.model.getLevel() < 3:
            return ()
        name = species.getConversionFactor() or self.model.getConversionFactor()
        return (Name(name),) if name else ()

    def _stoichiometry(self, reference: "libsbml.SpeciesReference", reaction: str) -> float:
        where = f"Reaction {reaction!r}, species {reference.getSpecies()!r}"
        if reference.isSetStoichiometryMath():
            formula = expression_of(reference.getStoichiometryMath().getMath(), where)
            if any(names_in(formula)):
                raise refused(where, "a stoichiometry that is worked out")
            return float(np.asarray(evaluate(formula, {}, np)))
        name = reference.getId()
        assigned = self.model.getInitialAssignment(name) is not None if name else False
        if name and (assigned or name in self.rules or name in self.rate_rules or name in self.moved):
            raise refused(where, "a stoichiometry that is worked out")
        return float(reference.getStoichiometry()) if reference.isSetStoichiometry() else 1.0

    def _events(self) -> Iterator[Event]:
        for place, event in enumerate(self.model.getListOfEvents()):
            name = event.getId() or f"event_{place + 1}"
            where = f"Event {name!r}"
            if event.isSetDelay():
                raise refused(where, "a delay")
            if event.isSetPriority():
                raise refused(where, "a priority")
            trigger = event.getTrigger()
            yield Event(
                identifier=name,
                trigger=expression_of(trigger.getMath(), where),
                starts_true=trigger.getInitialValue() if trigger.isSetInitialValue() else True,
                assignments=tuple(
                    (one.getVariable(), expression_of(one.getMath(), where))
                    for one in event.getListOfEventAssignments()
                ),
            )

    def _initial_values(self) -> dict[str, float]:
        """Values at the start, as formulas see them: as written, then by initial assignments and rules."""
        written: dict[str, float] = {TIME_NAME: 0.0, **self.volumes}
        for one in self.model.getListOfParameters():
            written[one.getId()] = float(one.getValue()) if one.isSetValue() else np.nan
        for one in self.species.values():
            written[one.getId()] = self._written(one)
        assigned = {
            one.getSymbol(): expression_of(one.getMath(), f"The initial assignment of {one.getSymbol()!r}")
            for one in self.model.getListOfInitialAssignments()
        }
        for name, formula in in_order({**self.fluxes, **assigned, **self.rules}):
            missing = sorted(set(names_in(formula)) - set(written))
            if missing:
                raise DataError(
                    ErrorCode.UNKNOWN_NAME, f"The formula of {name!r} needs {missing[0]!r}, which is missing."
                )
            with np.errstate(all="ignore"):
                written[name] = float(np.asarray(evaluate(formula, written, np)))
        return written

    def _written(self, species: "libsbml.Species") -> float:
        """A species' start as formulas see it, from the amount or the concentration in the file."""
        volume = self.volumes[species.getCompartment()]
        if species.isSetInitialConcentration():
            concentration = float(species.getInitialConcentration())
            return concentration * volume if species.getHasOnlySubstanceUnits() else concentration
        amount = float(species.getInitialAmount()) if species.isSetInitialAmount() else np.nan
        return amount / self._per_volume(species)

    def _quantities(self, values: dict[str, float]) -> Iterator[Quantity]:
        for kind, elements in (
            (QuantityKind.COMPARTMENT, self.model.getListOfCompartments()),
            (QuantityKind.SPECIES, self.model.getListOfSpecies()),
            (QuantityKind.PARAMETER, self.model.getListOfParameters()),
        ):
            for one in elements:
                name = one.getId()
                role = self._role(name)
                value = values[name]
                if role is not Role.RULE and not np.isfinite(value):
                    raise DataError(ErrorCode.INVALID_VALUE, f"{kind.capitalize()} {name!r} has no value at the start.")
                yield Quantity(
                    identifier=name,
                    name=one.getName() or name,
                    kind=kind,
                    role=role,
                    value=value,
                    unit=_unit_words(one.getDerivedUnitDefinition()),
                    held=role is Role.CONSTANT and kind is not QuantityKind.COMPARTMENT,
                )

    def _role(self, name: str) -> Role:
        if name in self.rules:
            return Role.RULE
        moves = name in self.rate_rules or name in self.changes or name in self.moved
        return Role.STATE if moves else Role.CONSTANT

    def _rate(self, name: str) -> Expression:
        return self.rate_rules.get(name) or self.changes.get(name) or Number(0.0)

    def _ignored(self) -> Iterator[str]:
        if self.model.getNumConstraints():
            yield "constraints"


def _check_names(model: SbmlModel) -> None:
    """Passes when every formula finds what it needs."""
    known = {*model.quantities, *(name for name, _ in model.rules), TIME_NAME}
    formulas = [*model.rules, *model.rates.items()]
    formulas += [
        (one.identifier, part) for one in model.events for part in (one.trigger, *dict(one.assignments).values())
    ]
    for where, formula in formulas:
        unknown = sorted(set(names_in(formula)) - known)
        if unknown:
            raise DataError(ErrorCode.UNKNOWN_NAME, f"The formula of {where!r} needs {unknown[0]!r}, which is missing.")


def _unit_words(definition: "libsbml.UnitDefinition | None") -> str:
    """A unit as people write it, such as ``mmol L^-1``; empty where the file says nothing."""
    if definition is None or not definition.getNumUnits():
        return ""
    import libsbml

    words = [
        f"{_multiple(unit)}{libsbml.UnitKind_toString(unit.getKind())}{_power(unit)}"
        for unit in definition.getListOfUnits()
    ]
    return " ".join(word for word in words if not word.startswith("dimensionless"))


def _multiple(unit: "libsbml.Unit") -> str:
    factor = unit.getMultiplier() * 10.0 ** unit.getScale()
    return "" if factor == 1.0 else f"{factor:g} "


def _power(unit: "libsbml.Unit") -> str:
    exponent = unit.getExponentAsDouble()
    return "" if exponent == 1.0 else f"^{exponent:g}"
