"""Virtual people beyond the published thirty: a joint distribution of their parameters, and what else makes a person.

The log-normal joint distribution of the UVA/Padova simulator (Dalla Man 2014; Visentin 2018) is not public. Here it is
estimated from the thirty published subjects: means by group, one covariance within groups (ten people a group cannot
give one each), shrunk towards its diagonal (Schaefer and Strimmer, Stat Appl Genet Mol Biol 2005;4:32).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
from scipy.stats import chi2, norm

from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.core.random import root_key, stream_key
from glucotwin.physiology.module.registry import module_parameters
from glucotwin.physiology.padova.t1d_2008 import padova_t1d_2008_subjects
from glucotwin.physiology.parameter import PriorKind
from glucotwin.physiology.table import read_rows

GROUPS = ("adult", "adolescent", "child")

FRACTIONS = frozenset({"gut.falling_fraction", "gut.rising_fraction"})
"""Parameters between 0 and 1: joint normal on the logit; all others on the logarithm."""

NOT_JOINT = frozenset(
    {"age_years", "carb_ratio_g_per_u", "correction_factor_mgdl_per_u", "total_daily_insulin_u", "basal_glucose_mgdl"}
)
"""Columns of the published table that are drawn or found otherwise."""

WEIGHT_LOG_PER_YEAR = {"adult": 0.0, "adolescent": 0.05, "child": 0.08}
"""Growth of weight with age within a group (WHO references), about the published mean age."""

MALE_WEIGHT_LOG = {"adult": 0.07, "adolescent": 0.04, "child": 0.0}
"""Half the difference of log weight between the sexes."""

WEIGHT_LOG_SPREAD = 0.2
"""SD of log weight within a group, about that of the published subjects."""

HEIGHT_CM = {
    "adult": {True: (164.0, 6.5), False: (178.0, 7.0)},
    "adolescent": {True: (161.0, 6.5), False: (170.0, 8.0)},
    "child": {True: (135.0, 7.0), False: (135.0, 7.0)},
}
"""Mean and SD of height by group and being female."""

CHILD_GROWTH_CM_PER_YEAR = {"adult": 0.0, "adolescent": 2.0, "child": 6.0}

EGFR_LOSS_PER_YEAR = 0.8
"""mL/min per year of age beyond 40 in adults."""

BREAKFAST_HOURS, LUNCH_HOURS, DINNER_HOURS = 7.0, 6.0, 11.0
"""Length of the periods in which the three sensitivities hold."""


@dataclass(frozen=True, slots=True)
class JointDistribution:
    """Normal distribution of transformed parameters within a group.

    Attributes:
        names: parameters in order.
        means: of each group, ``(parameters,)``.
        factor: lower Cholesky factor of the covariance shared by the groups.
        shrinkage: share of the diagonal in the covariance, 0 to 1.
    """

    names: tuple[str, ...]
    means: Mapping[str, np.ndarray]
    factor: np.ndarray
    shrinkage: float

    @property
    def largest_distance(self) -> float:
        """Squared Mahalanobis distance that 95 % of draws do not exceed."""
        return float(chi2.ppf(0.95, len(self.names)))


@cache
def joint_distribution() -> JointDistribution:
    """The distribution estimated from the thirty published subjects."""
    subjects = padova_t1d_2008_subjects()
    columns = [name for name in subjects[0].values if name not in NOT_JOINT]
    table = np.array([[one.values[name] for name in columns] for one in subjects])
    varying = table.std(axis=0) > 1e-9 * np.abs(table.mean(axis=0))
    names = tuple(name for name, varies in zip(columns, varying, strict=True) if varies)
    transformed = np.stack([_transformed(name, table[:, columns.index(name)]) for name in names], axis=1)
    groups = np.array([one.group for one in subjects])
    means = {group: transformed[groups == group].mean(axis=0) for group in GROUPS}
    residuals = transformed - np.stack([means[group] for group in groups])
    covariance, shrinkage = shrunk_covariance(residuals, freedom=len(subjects) - len(GROUPS))
    return JointDistribution(names, means, np.linalg.cholesky(covariance), shrinkage)


def shrunk_covariance(residuals: np.ndarray, *, freedom: int) -> tuple[np.ndarray, float]:
    """The covariance with its correlations shrunk towards none, and how much.

    Args:
        residuals: deviations from group means, ``(samples, parameters)``.
        freedom: degrees of freedom of the covariance.
    """
    spread = np.sqrt((residuals**2).sum(axis=0) / freedom)
    scaled = residuals / spread
    products = scaled[:, :, None] * scaled[:, None, :]
    correlation = products.sum(axis=0) / freedom
    variance = ((products - products.mean(axis=0)) ** 2).sum(axis=0) * len(residuals) / freedom**3
    off = ~np.eye(len(spread), dtype=bool)
    shrinkage = float(np.clip(variance[off].sum() / (correlation[off] ** 2).sum(), 0.0, 1.0))
    shrunk = np.where(off, (1.0 - shrinkage) * correlation, 1.0)
    return shrunk * np.outer(spread, spread), shrinkage


def _transformed(name: str, values: np.ndarray) -> np.ndarray:
    return np.log(values / (1.0 - values)) if name in FRACTIONS else np.log(values)


def _from_transformed(name: str, values: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-values)) if name in FRACTIONS else np.exp(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """People drawn but not yet accepted; every array has one entry per candidate.

    Attributes:
        group: adult, adolescent or child.
        index: number of the draw, which with the seed determines everything about it.
        values: independent numbers of the body by name.
        age_years, height_cm: demographics; ``female`` and ``ethnicity`` too.
        distance: squared Mahalanobis distance of the joint parameters.
    """

    group: str
    index: np.ndarray
    values: Mapping[str, np.ndarray]
    age_years: np.ndarray
    female: np.ndarray
    height_cm: np.ndarray
    ethnicity: np.ndarray
    distance: np.ndarray


def draw_candidates(
    group: str, index: np.ndarray, *, seed: int, ethnicity_mix: Mapping[str, float] | None = None
) -> Candidates:
    """Draws candidates of a group; a candidate depends on its group, number and seed alone.

    Args:
        group: ``adult``, ``adolescent`` or ``child``.
        index: numbers of the draws, ``(candidates,)``.
        seed: of the population.
        ethnicity_mix: shares by label; labels move only parameters with a cited effect.

    Raises:
        ModelError: there is no such group.
    """
    if group not in GROUPS:
        raise ModelError(ErrorCode.UNKNOWN_NAME, f"There is no group {group!r}.", hint=f"Groups: {', '.join(GROUPS)}.")
    joint = joint_distribution()
    normal, uniform = candidate_draws(group, index, seed=seed, normals=len(joint.names) + len(_module_spreads()) + 20)
    scores, rest = normal[:, : len(joint.names)], normal[:, len(joint.names) :]
    parameters = joint.means[group] + scores @ joint.factor.T
    values = {
        name: _from_transformed(name, parameters[:, column]) for column, name in enumerate(joint.names)
    } | _constants(index.size)
    extra = _extras(group, rest[:, -20:])
    female = uniform[:, 0] < 0.5
    ethnicity = drawn_labels(uniform[:, 1], ethnicity_mix or {})
    age = extra["age_years"]
    values["weight_kg"] = _grown(group, values["weight_kg"], age, female)
    values |= _module_values(rest[:, : len(_module_spreads())]) | _personal_values(group, extra, uniform, age)
    apply_ethnicity(values, ethnicity)
    return Candidates(
        group=group,
        index=index,
        values=values,
        age_years=age,
        female=female,
        height_cm=_height(group, values["weight_kg"], age, female, rest[:, -20]),
        ethnicity=ethnicity,
        distance=(scores**2).sum(axis=1),
    )


def candidate_draws(group: str, index: np.ndarray, *, seed: int, normals: int) -> tuple[np.ndarray, np.ndarray]:
    """Standard normal and uniform numbers of each candidate, which its group, number and the seed alone decide.

    Args:
        group: of the population.
        index: numbers of the draws.
        seed: of the population.
        normals: how many standard normal numbers each gets; uniform ones are eight.
    """
    root = stream_key(root_key(seed), subject=group, stream="population")

    def one(number: jax.Array) -> tuple[jax.Array, jax.Array]:
        first, second = jax.random.split(jax.random.fold_in(root, number))
        return jax.random.normal(first, (normals,)), jax.random.uniform(second, (8,))

    normal, uniform = jax.vmap(one)(jnp.asarray(index))
    return np.asarray(normal), np.asarray(uniform)


def _constants(count: int) -> dict[str, np.ndarray]:
    """Numbers that all published subjects share."""
    joint, first = joint_distribution(), padova_t1d_2008_subjects()[0]
    shared = [name for name in first.values if name not in joint.names and name not in NOT_JOINT]
    return {name: np.full(count, first.values[name]) for name in shared}


@cache
def _extra_rows() -> Mapping[str, list[dict[str, str]]]:
    """Rows of the table of distributions by group."""
    rows = read_rows("population.csv")
    return {group: [row for row in rows if row["group"] == group] for group in GROUPS}


def _extras(group: str, scores: np.ndarray) -> dict[str, np.ndarray]:
    """What the table of distributions describes, from standard normal scores."""
    drawn: dict[str, np.ndarray] = {}
    for column, row in enumerate(_extra_rows()[group]):
        first, second, score = float(row["first"]), float(row["second"]), scores[:, column]
        spread = {
            "normal": lambda a=first, b=second, z=score: a + b * z,
            "lognormal": lambda a=first, b=second, z=score: a * np.exp(b * z),
            "uniform": lambda a=first, b=second, z=score: a + (b - a) * norm.cdf(z),
        }[row["kind"]]()
        drawn[row["name"]] = np.clip(spread, float(row["low"]), float(row["high"]))
    return drawn


@cache
def _module_spreads() -> tuple[str, ...]:
    """Module parameters in which people differ."""
    return tuple(name for name, record in module_parameters().items() if record.prior is PriorKind.LOG_NORMAL)


def _module_values(scores: np.ndarray) -> dict[str, np.ndarray]:
    records = module_parameters()
    return {
        name: np.clip(
            records[name].typical * np.exp(records[name].spread * scores[:, column]),
            records[name].low,
            records[name].high,
        )
        for column, name in enumerate(_module_spreads())
    }


def _personal_values(
    group: str, extra: Mapping[str, np.ndarray], uniform: np.ndarray, age_years: np.ndarray
) -> dict[str, np.ndarray]:
    """Values of the body that the table of distributions determines."""
    adult = group == "adult"
    lost = EGFR_LOSS_PER_YEAR * np.maximum(age_years - 40.0, 0.0) if adult else 0.0
    return {
        "basal_glucose_mgdl": extra["basal_glucose_mgdl"],
        "duration_years": np.minimum(extra["duration_years"], age_years - 1.0),
        "egfr_ml_per_min": np.maximum(extra["egfr_ml_per_min"] - lost, 20.0),
        "liver_fat_pct": extra["liver_fat_pct"],
        "subcutis.delay_min": extra["insulin_delay_min"],
        "circadian.dawn_production_mg_per_kg_per_min": extra["dawn_mg_per_kg_per_min"],
        "circadian.dawn_uptake_loss_fraction": extra["dawn_uptake_loss_fraction"],
        "exercise.resting_heart_rate_bpm": extra["resting_heart_rate_bpm"],
        # Tanaka et al., J Am Coll Cardiol 2001;37:153-6.
        "exercise.maximal_heart_rate_bpm": 208.0 - 0.7 * age_years,
        **_intraday(uniform[:, 2], extra["low_per_high"]),
    }


def _intraday(uniform: np.ndarray, low_per_high: np.ndarray) -> dict[str, np.ndarray]:
    """Sensitivities of the three periods by a drawn class, with a mean of one over the day."""
    rows = read_rows("intraday_classes.csv")
    edges = np.cumsum([float(row["probability"]) for row in rows])
    chosen = np.minimum(np.searchsorted(edges, uniform, side="right"), len(rows) - 1)
    high = np.array([[letter == "h" for letter in row["class"]] for row in rows])[chosen]
    level = np.where(high, 1.0, low_per_high[:, None])
    hours = np.array([BREAKFAST_HOURS, LUNCH_HOURS, DINNER_HOURS])
    level = level / (level @ hours / hours.sum())[:, None]
    names = ("breakfast", "lunch", "dinner")
    return {f"circadian.sensitivity_{name}": level[:, column] for column, name in enumerate(names)}


def _grown(group: str, weight_kg: np.ndarray, age_years: np.ndarray, female: np.ndarray) -> np.ndarray:
    """Weight by age and sex about the drawn one."""
    by_age = WEIGHT_LOG_PER_YEAR[group] * (age_years - _mean_age(group))
    return weight_kg * np.exp(by_age + np.where(female, -1.0, 1.0) * MALE_WEIGHT_LOG[group])


def _height(
    group: str, weight_kg: np.ndarray, age_years: np.ndarray, female: np.ndarray, scores: np.ndarray
) -> np.ndarray:
    """Height by sex and age, correlated with weight."""
    means = np.where(female, HEIGHT_CM[group][True][0], HEIGHT_CM[group][False][0])
    spread = np.where(female, HEIGHT_CM[group][True][1], HEIGHT_CM[group][False][1])
    usual = _grown(group, np.full_like(weight_kg, _mean_weight_kg(group)), age_years, female)
    heavier = np.clip(np.log(weight_kg / usual) / WEIGHT_LOG_SPREAD, -2.0, 2.0)
    growth = CHILD_GROWTH_CM_PER_YEAR[group] * (age_years - _mean_age(group))
    return means + growth + spread * (0.4 * heavier + 0.9 * scores)


def _mean_age(group: str) -> float:
    return float(next(row["first"] for row in _extra_rows()[group] if row["name"] == "age_years"))


def _mean_weight_kg(group: str) -> float:
    joint = joint_distribution()
    return float(np.exp(joint.means[group][joint.names.index("weight_kg")]))


def drawn_labels(uniform: np.ndarray, mix: Mapping[str, float]) -> np.ndarray:
    """A label for each candidate by the shares of the mix; none for what the shares leave."""
    labels = np.array([*mix, ""])
    edges = np.cumsum(list(mix.values()))
    return labels[np.searchsorted(edges, uniform, side="right")]


def apply_ethnicity(values: dict[str, np.ndarray], ethnicity: np.ndarray) -> None:
    """Moves the parameters on which a label has a cited effect, in place."""
    for row in read_rows("ethnicity_effects.csv"):
        factor = np.where(ethnicity == row["ethnicity"], float(row["factor"]), 1.0)
        values[row["parameter"]] = values[row["parameter"]] * factor
