"""The parts of a trial's design: arms, periods, endpoints, randomisation, analysis, looks, claims and variants."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, field_validator, model_validator

from glucotwin.core.error import DataError, ErrorCode

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
"""An identifier: small letters, digits, ``-`` and ``_``."""

Options: TypeAlias = Mapping[str, JsonValue]
"""What an experiment alone understands; it reads them into a model of its own with ``read_options``."""

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Model = TypeVar("Model", bound=BaseModel)


class Part(BaseModel):
    """A frozen block of the design file; a field that does not exist is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Role(StrEnum):
    """What an arm is there for."""

    CONTROL = "control"
    TREATMENT = "treatment"
    SHAM = "sham"
    ACTIVE = "active"


class PeriodKind(StrEnum):
    """How people meet the arms.

    ``parallel``: each person lives through one arm, by lot. ``crossover``: through all, one after the other, in an
    order by lot. ``paired``: through all from the same start and with the same chance, which only a simulation can do.
    """

    PARALLEL = "parallel"
    CROSSOVER = "crossover"
    PAIRED = "paired"


class EndpointRole(StrEnum):
    """How much rests on an endpoint."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    SAFETY = "safety"
    EXPLORATORY = "exploratory"


class Better(StrEnum):
    """Which change of an endpoint is good."""

    LOWER = "lower"
    HIGHER = "higher"


class Arm(Part):
    """What one group of people gets.

    Attributes:
        name: identifier, as in outcome rows.
        label: for tables and figures.
        role: what it is there for; exactly one arm is the control.
        share: how many people get it for each one of an arm with share 1.
        options: what the experiment has to know about it.
    """

    name: Name
    label: str
    role: Role
    share: Annotated[int, Field(ge=1, le=20)] = 1
    options: Options = Field(default_factory=dict)


class Period(Part):
    """How long what lasts, in weeks.

    Attributes:
        kind: parallel, crossover or paired.
        run_in_weeks: before the lot is drawn; baseline values come from it.
        weeks: of each arm.
        washout_weeks: between the arms of a crossover; the experiment lives through it before the next arm.
        visit_weeks: weeks after the arm began at which outcomes are taken, rising; the last one is ``weeks``.
    """

    kind: PeriodKind = PeriodKind.PARALLEL
    run_in_weeks: Annotated[float, Field(ge=0.0, le=104.0)] = 0.0
    weeks: Annotated[float, Field(gt=0.0, le=520.0)]
    washout_weeks: Annotated[float, Field(ge=0.0, le=104.0)] = 0.0
    visit_weeks: tuple[float, ...] = ()

    @property
    def visits(self) -> tuple[float, ...]:
        """When outcomes are taken: at the end when the file names no visit."""
        return self.visit_weeks or (self.weeks,)

    @model_validator(mode="after")
    def _visits_rise(self) -> "Period":
        rising = all(first < second for first, second in zip(self.visits, self.visits[1:], strict=False))
        if not rising or self.visits[0] <= 0.0 or self.visits[-1] != self.weeks:
            raise ValueError("visits must rise from above 0 to the last week")
        return self


class Transform(StrEnum):
    """The scale on which an endpoint is analysed; ``log-half`` is the logarithm of the value plus a half."""

    NONE = "none"
    SQRT = "sqrt"
    LOG = "log"
    LOG_HALF = "log-half"
    LOGIT_PCT = "logit-pct"


class Endpoint(Part):
    """An outcome that is compared between arms.

    Attributes:
        name: identifier, as in outcome rows.
        label: for tables and figures.
        unit: of the values; empty where there is none.
        role: how much rests on it.
        kind: ``continuous``; ``count`` of events; ``binary``, 0 or 1.
        better: which change is good.
        summary: how a person's visits become one value: the last one, their mean or their sum.
        transform: the scale on which it is analysed.
        baseline: column of the recruited people with its value before the lot was drawn; empty when there is none.
        margin: the largest loss that still counts as not inferior (and the largest difference that counts as
            equivalent), above 0; None when neither is asked.
        decimals: to show.
    """

    name: Name
    label: str
    unit: str = ""
    role: EndpointRole = EndpointRole.SECONDARY
    kind: Literal["continuous", "count", "binary"] = "continuous"
    better: Better
    summary: Literal["last", "mean", "sum"] = "last"
    transform: Transform = Transform.NONE
    baseline: str = ""
    margin: Annotated[float, Field(gt=0.0)] | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] = 1


class Randomisation(Part):
    """Stratified permuted blocks.

    Attributes:
        block_factors: each block holds a multiple of the arms' shares, drawn from these.
        strata: columns of the recruited people within whose combinations blocks are drawn.
    """

    block_factors: tuple[Annotated[int, Field(ge=1, le=20)], ...] = (1, 2)
    strata: tuple[str, ...] = ()


class Adherence(Part):
    """Which share of what an arm asks people do, drawn for each person from a beta distribution.

    Attributes:
        mean: 1 means that everybody does everything.
        sd: between people.
    """

    mean: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    sd: Annotated[float, Field(ge=0.0, le=0.5)] = 0.0

    @model_validator(mode="after")
    def _possible(self) -> "Adherence":
        if self.sd**2 >= self.mean * (1.0 - self.mean) and self.sd > 0.0:
            raise ValueError("no beta distribution spreads that far around this mean")
        return self


class Dropout(Part):
    """Who leaves early: a constant hazard, in the control arm and, times a factor, in others.

    Attributes:
        share: of people who leave before the end.
        factor_by_arm: hazard of an arm over that of the others; 1 where it is not named.
    """

    share: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    factor_by_arm: Mapping[str, Annotated[float, Field(ge=0.0, le=20.0)]] = Field(default_factory=dict)


class Missingness(Part):
    """Visits that yield nothing although the person stays.

    Attributes:
        share: of visits.
        worse_odds: odds of a missing visit of somebody whose baseline of the first primary endpoint is worse than the
            median, over those of others; 1 means completely at random.
    """

    share: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    worse_odds: Annotated[float, Field(gt=0.0, le=20.0)] = 1.0


class Subgroup(Part):
    """People by a column of theirs: by category, or by cuts of a number (``<cut``, then from cut to cut)."""

    column: str
    label: str
    cuts: tuple[float, ...] = ()


class Comparison(Part):
    """Two arms that are compared: what ``arm`` does beyond ``versus``."""

    arm: Name
    versus: Name


class Analysis(Part):
    """How outcomes are compared; fixed before the first one is known.

    Attributes:
        model: ``ancova`` (outcome on arm, baseline, covariates and strata; errors robust), ``mixed`` (repeated visits,
            a person's own level), ``difference`` (nothing adjusted). Crossover and paired periods compare people with
            themselves whatever it says.
        covariates: columns of the recruited people that are adjusted for, beside the endpoint's baseline.
        score: column with a prognostic score, frozen before the trial (PROCOVA); empty when there is none.
        errors: kind of robust standard errors.
        alpha: two-sided.
        comparisons: pairs of arms; every other arm against the control when empty.
        multiplicity: ``holm`` over the primary endpoints and comparisons, ``hierarchical`` in their order, or none.
        missing: ``imputation`` (multiple, from baseline and earlier visits), or ``complete`` cases.
        imputations: how many.
        subgroups: pre-specified.
    """

    model: Literal["ancova", "mixed", "difference"] = "ancova"
    covariates: tuple[str, ...] = ()
    score: str = ""
    errors: Literal["HC0", "HC1", "HC2", "HC3"] = "HC3"
    alpha: Annotated[float, Field(gt=0.0, lt=0.5)] = 0.05
    comparisons: tuple[Comparison, ...] = ()
    multiplicity: Literal["none", "holm", "hierarchical"] = "hierarchical"
    missing: Literal["imputation", "complete"] = "imputation"
    imputations: Annotated[int, Field(ge=2, le=200)] = 20
    subgroups: tuple[Subgroup, ...] = ()


class Looks(Part):
    """Interim looks at the first primary endpoint.

    Attributes:
        fractions: of the people who have finished, rising to 1; one look at the end when only 1 is given.
        spending: Lan-DeMets function like that of O'Brien and Fleming, or of Pocock.
    """

    fractions: tuple[Annotated[float, Field(gt=0.0, le=1.0)], ...] = (1.0,)
    spending: Literal["obrien-fleming", "pocock"] = "obrien-fleming"

    @model_validator(mode="after")
    def _rise(self) -> "Looks":
        rising = all(first < second for first, second in zip(self.fractions, self.fractions[1:], strict=False))
        if not self.fractions or not rising or self.fractions[-1] != 1.0:
            raise ValueError("looks must rise to 1")
        return self


class Claim(Part):
    """What the trial should show, decided before it runs.

    The *gain* is how much better ``arm`` is than ``versus``: the difference of means in the good direction, in the
    endpoint's unit, or with ``relative-pct`` in percent of the mean of ``versus``.

    Attributes:
        name: identifier.
        text: the claim in words.
        endpoint: which.
        arm, versus: which arms.
        measure: of the gain.
        at_least: the gain that the claim asks for; below 0 for "not worse by more than".
        by: ``estimate``: the estimated gain is at least that and its interval lies above 0; ``interval``: the whole
            interval of the gain lies at or above ``at_least`` (as non-inferiority asks).
        expect: ``reached``, or ``not-reached`` where reaching it would cast doubt on the trial (a sham arm).
    """

    name: Name
    text: str
    endpoint: Name
    arm: Name
    versus: Name
    measure: Literal["difference", "relative-pct"] = "difference"
    at_least: float
    by: Literal["estimate", "interval"] = "estimate"
    expect: Literal["reached", "not-reached"] = "reached"


class Variant(Part):
    """The same trial under another truth, for the sensitivity table.

    Attributes:
        name: identifier.
        label: for tables.
        people: how many; as in the trial when None.
        population: options of the population that differ.
        arms: options of arms that differ, by arm.
    """

    name: Name
    label: str
    people: Annotated[int, Field(ge=2, le=10_000_000)] | None = None
    population: Options = Field(default_factory=dict)
    arms: Mapping[str, Options] = Field(default_factory=dict)

    @field_validator("name")
    @classmethod
    def _not_the_trial_itself(cls, value: str) -> str:
        if value == MAIN:
            raise ValueError(f"{MAIN!r} is the trial itself")
        return value


MAIN = "main"
"""Name of the trial itself among its variants."""


class Quick(Part):
    """What a quick run changes: it shows that everything works, and proves nothing.

    Attributes:
        people: how many.
        weeks: of each arm; visits are dropped but for the last.
        population: options of the population that differ.
        variants: which variants still run.
        replicates: of the checks of error and power.
    """

    people: Annotated[int, Field(ge=2, le=10_000_000)] | None = None
    weeks: Annotated[float, Field(gt=0.0)] | None = None
    population: Options = Field(default_factory=dict)
    variants: tuple[str, ...] = ()
    replicates: Annotated[int, Field(ge=10, le=1_000_000)] = 200


def read_options(options: Mapping[str, JsonValue], model: type[Model], *, place: str) -> Model:
    """Options of a design as the model of the experiment that understands them.

    Args:
        options: of the population or of an arm.
        model: pydantic, ``extra="forbid"``.
        place: where they stand in the file, for the message, as ``arms.twin.options``.

    Raises:
        DataError: they do not fit.
    """
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join((place, *(str(step) for step in first["loc"])))
        words = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise DataError(
            ErrorCode.INVALID_VALUE, f"{where}: {words}.", hint="See docs/reference/trial-format.md."
        ) from error
