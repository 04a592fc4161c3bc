"""Use case: a dosing algorithm around a person's own twin, on their own days."""

from dataclasses import asdict, dataclass
from datetime import timedelta

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.advise.algorithm_plan import FollowAlgorithm
from glucotwin.control.controller import AnyController
from glucotwin.control.python_controller import AnyPythonController
from glucotwin.control.registry import find_any_controller
from glucotwin.control.setting import TherapySetting
from glucotwin.control.zone_mpc.controller import ZoneMpc
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.provenance import sha256_of_bytes
from glucotwin.core.random import root_key, stream_key
from glucotwin.devices.registry import find_pump, find_sensor
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.meal import Meal
from glucotwin.domain.rasterise import inputs_from_timeline
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.body import Body
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.physiology.subject import Subject
from glucotwin.scenario.announcement import with_announcements
from glucotwin.twin.dose_response import dose_response
from glucotwin.twin.fit import model_of
from glucotwin.twin.intervention import body_of_draw, effect_draws
from glucotwin.twin.state_space import STEP_MIN, Noise
from glucotwin.twin.twin import Twin
from glucotwin.workflows.loop.arm import TYPICAL, Arm, ArmResult, PreparedRun, ReadyArm, closed_loop_with, live_arm

LONGEST_DAYS = 60
STREAM = "unexplained-flux"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTwinRequest:
    """What to run around a twin.

    Attributes:
        algorithm: name of the dosing algorithm.
        days: how many of the person's own days, up to the end of the record.
        draws: how many versions of the person, from the posterior.
        carb_ratio_g_per_u, correction_factor_mgdl_per_u: settings where the record has none; else they go first.
        sensor, pump: names of the devices.
        automatic: whether doses are given by themselves.
        seed: of draws, devices and what the twin does not explain.
    """

    algorithm: str
    days: int = 7
    draws: int = 8
    carb_ratio_g_per_u: float | None = None
    correction_factor_mgdl_per_u: float | None = None
    sensor: str = "ideal"
    pump: str = "ideal"
    automatic: bool = False
    seed: int = 1


def run_own_twin(
    request: OwnTwinRequest, twin: Twin, timeline: Timeline, *, authority: Authority = RESEARCHER
) -> ArmResult:
    """Runs an algorithm on several draws of a person's twin through the person's own last days.

    Their meals, as recorded, are eaten and announced; all insulin is the algorithm's. What the twin does not explain is
    drawn anew by the size and memory that the fit found, a course for each draw, so these are days like the person's,
    not the days themselves: ``glucotwin whatif ask --algorithm`` replays those with what happened then. The body is the
    one that answers what-ifs.

    Args:
        request: what.
        twin: of the person.
        timeline: of the same person.
        authority: on whose behalf.

    Raises:
        NotFoundError: there is no such algorithm or device.
        NotAllowedError: the authority may not ask what if.
        DataError: there are too few days, or neither record nor request has a carb ratio and a correction factor.
        SolverError: a result is not finite.
    """
    run = prepare_own_twin(request, twin, timeline, authority=authority)
    return live_arm(run.arm, run.subjects, run.ready)


def prepare_own_twin(
    request: OwnTwinRequest, twin: Twin, timeline: Timeline, *, authority: Authority = RESEARCHER
) -> PreparedRun:
    """All that a run around a twin needs to be lived; arguments and errors as for ``run_own_twin``."""
    authority.require(Capability.SIMULATE_VIRTUAL)
    window = _last_days(timeline, request.days)
    plan = FollowAlgorithm(
        algorithm=request.algorithm,
        carb_ratio_g_per_u=request.carb_ratio_g_per_u,
        correction_factor_mgdl_per_u=request.correction_factor_mgdl_per_u,
    )
    setting = jax.tree.map(np.asarray, plan.setting(twin, timeline, window.start))
    arm = Arm(
        name=request.algorithm,
        controller=_on_twin(find_any_controller(request.algorithm), twin),
        sensor=find_sensor(request.sensor),
        pump=find_pump(request.pump),
        automatic=request.automatic,
    )
    people = tuple(_person(twin, setting, number) for number in range(1, request.draws + 1))
    bodies, noise = _bodies(twin, request)
    settings = (setting,) * request.draws
    ready = ReadyArm(
        bodies=bodies,
        loop=closed_loop_with(arm, people, settings, seed=request.seed, care_profile=TYPICAL),
        inputs=_with_flux(_inputs(timeline, window), noise, people, request.seed),
        settings=settings,
    )
    return PreparedRun(arm=arm, subjects=people, ready=ready)


def own_request_to_json(request: OwnTwinRequest, twin: Twin, prepared: PreparedRun) -> dict[str, object]:
    """All that decides what happens in a run around a twin, as JSON values: of the person's days a hash.

    Args:
        request: what was asked.
        twin: of the person.
        prepared: from both.
    """
    leaves = jax.tree.leaves((prepared.ready.inputs, prepared.ready.settings))
    days = sha256_of_bytes(np.asarray(one).tobytes() for one in leaves)
    return {**asdict(request), "twin": twin.content_hash(), "days_sha256": days}


def _last_days(timeline: Timeline, days: int) -> Window:
    """The last whole local days of the record."""
    if not 1 <= days <= LONGEST_DAYS:
        raise DataError(ErrorCode.INVALID_VALUE, f"{days} days cannot be run.", hint=f"Ask for 1 to {LONGEST_DAYS}.")
    whole = timeline.window()
    local = whole.end.astimezone(timeline.person.zone_info)
    end = local.replace(hour=0, minute=0, second=0, microsecond=0)
    start = end - timedelta(days=days)
    if start < whole.start:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            f"The record has no {days} whole days before {end:%Y-%m-%d}.",
            hint="Ask for fewer days.",
        )
    return Window(start=start, end=end)


def _on_twin(controller: AnyController | AnyPythonController, twin: Twin) -> AnyController | AnyPythonController:
    """An algorithm that is given a person's model gets the twin's."""
    return controller.with_model(dose_response(twin)) if isinstance(controller, ZoneMpc) else controller


def _person(twin: Twin, setting: TherapySetting, number: int) -> Subject:
    return Subject(
        name=f"draw#{number:03d}",
        weight_kg=float(setting.weight_kg),
        basal_u_per_min=twin.basal_u_per_min,
        correction_factor_mgdl_per_u=float(np.mean(setting.correction_factor_mgdl_per_u)),
        carb_ratio_g_per_u=float(np.mean(setting.carb_ratio_g_per_u)),
        total_daily_insulin_u=twin.daily_insulin_u,
    )


def _bodies(twin: Twin, request: OwnTwinRequest) -> tuple[Body, Noise]:
    model = model_of(twin)
    points = twin.draws(request.draws, seed=request.seed)
    effects = effect_draws(twin, request.draws, seed=request.seed, per_occasion=False)
    bodies = eqx.filter_jit(jax.vmap(lambda *one: body_of_draw(model, *one)))(points, effects)
    _, noise = jax.vmap(model.build)(points)
    return bodies, noise


def _inputs(timeline: Timeline, window: Window) -> Inputs:
    """The person's recorded meals, eaten and announced; insulin left to the algorithm."""
    raster = inputs_from_timeline(timeline, window).inputs
    announced = np.zeros(raster.minutes)
    for time, grams in timeline.frame(Meal).select("time", "carbs_g").iter_rows():
        minute = int((time - window.start) / timedelta(minutes=1))
        if 0 <= minute < raster.minutes and grams is not None:
            announced[minute] += grams
    dosed = eqx.tree_at(
        lambda one: one.insulin_u_per_min,
        raster,
        {REFERENCE: np.zeros(raster.minutes)},
        is_leaf=lambda node: isinstance(node, dict),
    )
    return with_announcements(dosed, announced, np.zeros(raster.minutes))


def _with_flux(inputs: Inputs, noise: Noise, people: tuple[Subject, ...], seed: int) -> Inputs:
    """The inputs with a course of what is not explained for each draw: first order, held over five minutes."""
    steps, root = -(-inputs.minutes // int(STEP_MIN)), root_key(seed)

    def course(key: jax.Array, sd: jax.Array, memory: jax.Array) -> jax.Array:
        scores = jax.random.normal(key, (steps,))

        def step(level: jax.Array, score: jax.Array) -> tuple[jax.Array, jax.Array]:
            after = memory * level + sd * jnp.sqrt(1.0 - memory**2) * score
            return after, after

        return jax.lax.scan(step, sd * scores[0], scores)[1]

    keys = jnp.stack([stream_key(root, subject=one.name, stream=STREAM) for one in people])
    memory = jax.vmap(lambda one: one.flux_memory())(noise)
    flux = np.asarray(jax.vmap(course)(keys, noise.flux_sd_mgdl_per_min, memory))
    held = np.repeat(flux, int(STEP_MIN), axis=1)[:, : inputs.minutes]
    return eqx.tree_at(lambda one: one.unexplained_flux_mgdl_per_min, inputs, held)
