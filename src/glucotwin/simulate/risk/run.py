"""Runs risk scenarios: the body is told the truth, Loop what the pump and the sensor say.

As in the original, a decision is taken every 5 min and its rate holds until the next; the sensor is ideal from the
start on, and shows the scenario's own history before it. Arms of one set-up run together in one compiled program where
there are enough of them; few arms, and those that compiled Loop does not serve, run in plain Python.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.control.loop.compiled.rule import LoopRule
from glucotwin.core.error import DataError
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.physiology.tidepool_simple import BODY
from glucotwin.scenario.risk_set import RiskSimulation
from glucotwin.simulate.risk.arm import ArmRun
from glucotwin.simulate.risk.compiled import padded, run_compiled
from glucotwin.simulate.risk.course import RiskCourse, course_of
from glucotwin.simulate.risk.life import Life, Seen, begin, live_on, observe
from glucotwin.simulate.risk.person import RiskBody, Truth, find_risk_body
from glucotwin.simulate.risk.script import BLOCK_STEPS, is_on_grid, rule_of, script_of, stack_scripts, steps_of

GROUP_ARMS = 64
"""Arms that run together."""

PLAIN_ARMS = 16
"""Without compiled Loop people live in groups that are a multiple of this."""

WORTH_DECISIONS = 3000
"""Decisions from which on compiling costs less than it saves."""

Values = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RiskRun:
    """What became of arms.

    Attributes:
        courses: of those that were run, in the order in which they were asked for.
        left_out: those that ask for what this simulator has not, by name, with why.
    """

    courses: tuple[RiskCourse, ...]
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskGroup:
    """Arms that run together.

    Attributes:
        rows: their places among those asked for.
        simulations: the arms.
        values: of their people.
        rule: Loop's set-up in all of them; None without Loop.
        compiled: whether they run in one compiled program.
    """

    rows: tuple[int, ...]
    simulations: tuple[RiskSimulation, ...]
    values: tuple[Values, ...]
    rule: LoopRule | None
    compiled: bool


def plan_risk(
    simulations: Sequence[RiskSimulation], *, body: str = BODY, worth_decisions: int = WORTH_DECISIONS
) -> tuple[list[RiskGroup], dict[str, str]]:
    """Sort arms into groups that run together.

    Args:
        simulations: arms of one duration or several.
        body: the name of the body.
        worth_decisions: how many decisions a set-up has to have to be compiled.

    Returns:
        The groups, and the arms that cannot be run, by name, with why.

    Raises:
        NotFoundError: risk scenarios do not run on this body.
    """
    left_out: dict[str, str] = {}
    kinds: dict[tuple[LoopRule | None, int, bool], list[tuple[int, Values]]] = {}
    for row, values in enumerate(find_risk_body(body).people(simulations)):
        one = simulations[row]
        try:
            if isinstance(values, DataError):
                raise values
            kinds.setdefault((rule_of(one), steps_of(one), is_on_grid(one)), []).append((row, values))
        except DataError as error:
            left_out[one.name] = str(error)
    decisions: dict[LoopRule | None, int] = {}
    for (rule, steps, on_grid), members in kinds.items():
        decisions[rule] = decisions.get(rule, 0) + (steps * len(members) if on_grid else 0)
    groups: list[RiskGroup] = []
    for (rule, _, on_grid), members in kinds.items():
        compiled = on_grid and decisions[rule] >= worth_decisions
        for first in range(0, len(members), GROUP_ARMS):
            part = members[first : first + GROUP_ARMS]
            groups.append(
                RiskGroup(
                    rows=tuple(row for row, _ in part),
                    simulations=tuple(simulations[row] for row, _ in part),
                    values=tuple(values for _, values in part),
                    rule=rule,
                    compiled=compiled,
                )
            )
    return groups, left_out


def run_risk(
    simulations: Sequence[RiskSimulation],
    *,
    body: str = BODY,
    worth_decisions: int = WORTH_DECISIONS,
    progress: ProgressCallback = silent,
) -> RiskRun:
    """Run arms.

    Args:
        simulations: arms of one duration or several.
        body: the name of the body; scores of insulin on board are counted by the set's own curve on each.
        worth_decisions: how many decisions a set-up of Loop has to have to be compiled.
        progress: told how far the hours have come.

    Raises:
        NotFoundError: risk scenarios do not run on this body.
    """
    groups, left_out = plan_risk(simulations, body=body, worth_decisions=worth_decisions)
    found: dict[int, RiskCourse] = {}
    for place, group in enumerate(groups):
        part = part_of(progress, start=place / len(groups), end=(place + 1) / len(groups))
        found.update(zip(group.rows, run_group(group, body=body, progress=part), strict=True))
    return RiskRun(courses=tuple(found[row] for row in sorted(found)), left_out=left_out)


def run_group(group: RiskGroup, *, body: str = BODY, progress: ProgressCallback = silent) -> tuple[RiskCourse, ...]:
    """Run the arms of a group; arguments as for ``run_risk``."""
    lived = find_risk_body(body)
    return _run_compiled(lived, group, progress) if group.compiled else _run_plain(lived, group, progress)


def _run_compiled(body: RiskBody, group: RiskGroup, progress: ProgressCallback) -> tuple[RiskCourse, ...]:
    points = steps_of(group.simulations[0]) + 1
    longest = -(-points // BLOCK_STEPS) * BLOCK_STEPS
    scripts = [script_of(one, longest) for one in group.simulations]
    places = padded(range(len(scripts)), GROUP_ARMS)
    values = _stacked([group.values[place] for place in places])
    script = stack_scripts([scripts[place] for place in places])
    found = run_compiled(body, values, script, group.rule, steps=points, progress=progress)
    return tuple(course_of(one, *(column[row] for column in found)) for row, one in enumerate(group.simulations))


def _run_plain(body: RiskBody, group: RiskGroup, progress: ProgressCallback) -> tuple[RiskCourse, ...]:
    runs = [ArmRun(one) for one in group.simulations]
    # Bodies of many numbers of people would each be compiled anew.
    places = padded(range(len(runs)), -(-len(runs) // PLAIN_ARMS) * PLAIN_ARMS)
    values = _stacked([group.values[place] for place in places])
    starts = [group.simulations[place].patient.patient_model.glucose_history.values_mgdl[-1] for place in places]
    pump = [runs[place].told_at(0).basal_u_per_h for place in places]
    life = _begin(body, values, jnp.asarray(starts), jnp.asarray(pump))
    last = max(run.steps for run in runs)
    for step in range(last + 1):
        seen = [np.asarray(one) for one in _observe(body, values, life)]
        acts = [run.act(step, *(float(one[row]) for one in seen)) for row, run in enumerate(runs)]
        doses, carbs = (jnp.asarray(column) for column in zip(*(acts[place] for place in places), strict=True))
        now = [runs[place].truth_at(step) for place in places]
        truth = {name: jnp.asarray([getattr(one, name) for one in now]) for name in now[0].__dataclass_fields__}
        life = _live_on(body, values, life, truth, doses, carbs)
        progress("Running the scenarios", (step + 1) / (last + 1))
    return tuple(run.course() for run in runs)


def _stacked(values: Sequence[Values]) -> Truth:
    return {name: jnp.asarray([one[name] for one in values]) for name in values[0]}


@eqx.filter_jit
def _begin(body: RiskBody, values: Truth, start_mgdl: jax.Array, pump_u_per_h: jax.Array) -> Life:
    return begin(body, jax.vmap(body.compose)(values), start_mgdl, pump_u_per_h)


@eqx.filter_jit
def _observe(body: RiskBody, values: Truth, life: Life) -> Seen:
    return observe(jax.vmap(body.compose)(values), life)


@eqx.filter_jit
def _live_on(
    body: RiskBody, values: Truth, life: Life, truth: Truth, dose_u_per_min: jax.Array, carbs_g_per_min: jax.Array
) -> Life:
    return live_on(body, jax.vmap(body.compose)(values), life, truth, dose_u_per_min, carbs_g_per_min)
