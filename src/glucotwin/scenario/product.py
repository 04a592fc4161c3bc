"""The insulin products of a scenario: those that a body needs depots for."""

from glucotwin.scenario.definition import Plan
from glucotwin.scenario.part import AUTO, InjectionPart


def scenario_products(scenario: Plan) -> tuple[str, ...]:
    """Every insulin product that is given or that keeps the person at rest before the start, sorted."""
    given = {part.product for part in (*scenario.boluses, *scenario.injections)}
    return tuple(sorted(given | {basal_insulin(scenario)}))


def basal_insulin(scenario: Plan) -> str:
    """The product that keeps the person at rest before the start.

    With a pump's basal it is ``basal_product``. Without one it is the injected product: of several, the one that
    ``basal_product`` names, else the one with ``u: auto``, else the one with the largest dose.
    """
    injected = {part.product for part in scenario.injections}
    named = "basal_product" in scenario.model_fields_set and scenario.basal_product in injected
    if scenario.has_pump_basal or named or not injected:
        return scenario.basal_product
    return max(scenario.injections, key=_size).product


def _size(part: InjectionPart) -> tuple[bool, float]:
    return (True, part.share) if part.u == AUTO else (False, float(part.u))
