"""The design of a trial: one versioned YAML file, checked as a whole and hashed before anything runs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field, model_validator

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.provenance import sha256_of_json
from glucotwin.core.yaml_file import parse_yaml, read_yaml_text
from glucotwin.trial.part import (
    MAIN,
    Adherence,
    Analysis,
    Arm,
    Claim,
    Comparison,
    Dropout,
    Endpoint,
    EndpointRole,
    Looks,
    Missingness,
    Name,
    Options,
    Part,
    Period,
    Quick,
    Randomisation,
    Role,
    Variant,
)

Named = TypeVar("Named", Arm, Endpoint, Variant)
FORMAT = "glucotwin-trial/1"
HINT = "See docs/reference/trial-format.md for the format."


class Design(Part):
    """A trial, as it was fixed before its first outcome was known.

    Attributes:
        format: name and version of the file's format.
        name: identifier.
        title: for the report.
        question: what the trial asks, in a sentence or two.
        experiment: name of the experiment that recruits its people and lets them live.
        seed: of all chance.
        people: how many are randomised (or, in a paired trial, live through all arms).
        screened_at_most: how many are looked at to find them; ten times as many when None.
        batch_people: people of one unit of work; part of the design, so that results do not depend on the executor.
        population: options of the experiment.
        arms: at least two, exactly one control.
        period: parallel, crossover or paired, and how long.
        endpoints: at least one primary; their order is that of a hierarchical test.
        randomisation: blocks and strata.
        adherence, dropout, missingness: what people do not do.
        analysis: how outcomes are compared.
        looks: interim looks.
        claims: what it should show.
        variants: the same under other truths.
        replicates: of the checks of type-1 error and power, which resample the outcomes.
        quick: what a quick run changes.
        limits: sentences for the report: what this trial cannot tell.
        sources: what its numbers rest on, for the report.
        is_quick: whether it is the quick version of another design.
        exploratory: why it must not be read as evidence, where that is so (arms of twins alone); empty otherwise.
    """

    format: Literal["glucotwin-trial/1"]
    name: Name
    title: str
    question: str
    experiment: Name
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)]
    people: Annotated[int, Field(ge=2, le=10_000_000)]
    screened_at_most: Annotated[int, Field(ge=2, le=100_000_000)] | None = None
    batch_people: Annotated[int, Field(ge=1, le=100_000)] = 64
    population: Options = Field(default_factory=dict)
    arms: Annotated[tuple[Arm, ...], Field(min_length=2, max_length=20)]
    period: Period
    endpoints: Annotated[tuple[Endpoint, ...], Field(min_length=1, max_length=60)]
    randomisation: Randomisation = Randomisation()
    adherence: Adherence = Adherence()
    dropout: Dropout = Dropout()
    missingness: Missingness = Missingness()
    analysis: Analysis = Analysis()
    looks: Looks = Looks()
    claims: tuple[Claim, ...] = ()
    variants: tuple[Variant, ...] = ()
    replicates: Annotated[int, Field(ge=10, le=1_000_000)] = 2000
    quick: Quick = Quick()
    limits: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    is_quick: bool = False
    exploratory: str = ""

    @model_validator(mode="after")
    def _names_fit(self) -> "Design":
        """Every name that a part uses is one that the design has, and none is there twice."""
        arms, endpoints = [one.name for one in self.arms], [one.name for one in self.endpoints]
        variants = [one.name for one in self.variants]
        for kind, names in (("arm", arms), ("endpoint", endpoints), ("variant", variants)):
            if len(set(names)) < len(names):
                raise ValueError(f"two of kind {kind} have the same name")
        if sum(one.role is Role.CONTROL for one in self.arms) != 1:
            raise ValueError("exactly one arm must be the control")
        if not any(one.role is EndpointRole.PRIMARY for one in self.endpoints):
            raise ValueError("at least one endpoint must be primary")
        pairs = (*self.analysis.comparisons, *self.claims)
        _known("arm", (name for one in pairs for name in (one.arm, one.versus)), arms)
        _known("arm", (name for one in self.variants for name in one.arms), arms)
        _known("arm", self.dropout.factor_by_arm, arms)
        _known("endpoint", (one.endpoint for one in self.claims), endpoints)
        _known("variant", self.quick.variants, variants)
        compared = [(one.arm, one.versus) for one in self.comparisons]
        lost = next((one for one in self.claims if (one.arm, one.versus) not in compared), None)
        if lost is not None:
            raise ValueError(f"the analysis does not compare {lost.arm} with {lost.versus}, as {lost.name!r} asks")
        return self

    @property
    def sha256(self) -> str:
        """SHA-256 of the design in canonical JSON; comments and the order of fields do not change it."""
        return sha256_of_json(self.model_dump(mode="json"))

    @property
    def control(self) -> Arm:
        """The control arm."""
        return next(one for one in self.arms if one.role is Role.CONTROL)

    @property
    def primary(self) -> tuple[Endpoint, ...]:
        """The primary endpoints, in their order."""
        return tuple(one for one in self.endpoints if one.role is EndpointRole.PRIMARY)

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The pairs of arms that are compared."""
        others = (one.name for one in self.arms if one is not self.control)
        every = tuple(Comparison(arm=name, versus=self.control.name) for name in others)
        return self.analysis.comparisons or every

    @property
    def screening_limit(self) -> int:
        """How many people are looked at, at most."""
        return self.screened_at_most or 10 * self.people

    def arm(self, name: str) -> Arm:
        """An arm by name.

        Raises:
            NotFoundError: there is none.
        """
        return _named("arm", name, self.arms)

    def endpoint(self, name: str) -> Endpoint:
        """An endpoint by name.

        Raises:
            NotFoundError: there is none.
        """
        return _named("endpoint", name, self.endpoints)

    def of_variant(self, name: str) -> "Design":
        """The trial with the options of a variant; itself for ``main``.

        Raises:
            NotFoundError: there is no such variant.
        """
        if name == MAIN:
            return self
        variant = _named("variant", name, self.variants)
        arms = [{**one.model_dump(), "options": {**one.options, **variant.arms.get(one.name, {})}} for one in self.arms]
        return self._with(
            people=variant.people or self.people,
            population={**self.population, **variant.population},
            arms=arms,
        )

    def made_quick(self) -> "Design":
        """The small version that shows that everything works; it has a hash of its own."""
        quick, changes = self.quick, dict[str, object]()
        if quick.weeks is not None:
            changes["period"] = {**self.period.model_dump(), "weeks": quick.weeks, "visit_weeks": ()}
        people = quick.people or self.people
        kept = [one.model_dump() for one in self.variants if one.name in quick.variants]
        return self._with(
            people=people,
            screened_at_most=None,
            population={**self.population, **quick.population},
            variants=[{**one, "people": min(one["people"] or people, people)} for one in kept],
            replicates=quick.replicates,
            is_quick=True,
            **changes,
        )

    def _with(self, **changes: object) -> "Design":
        return Design.model_validate({**self.model_dump(), **changes})


def _known(kind: str, asked: Iterable[str], names: list[str]) -> None:
    unknown = next((name for name in asked if name not in names), None)
    if unknown is not None:
        raise ValueError(f"there is no {kind} {unknown!r}; there are {', '.join(names) or 'none'}")


def _named(kind: str, name: str, all_of_them: tuple[Named, ...]) -> Named:
    found = next((one for one in all_of_them if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in all_of_them)
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"The trial has no {kind} {name!r}.", hint=f"It has: {known}.")
    return found


def parse_design(text: str, *, name: str) -> Design:
    """A design from its YAML.

    Args:
        text: YAML.
        name: of the file, for messages.

    Raises:
        DataError: it is no design; says which line and field.
    """
    return parse_yaml(text, Design, name=name, hint=HINT)


def read_design(path: Path) -> Design:
    """A design from its file.

    Raises:
        DataError: there is no such file, or it is no design.
    """
    return parse_design(read_yaml_text(path, hint=HINT), name=path.name)
