"""Zone-MPC on people's fitted twins, beside zone-MPC from settings and other algorithms, around their true bodies.

Adults whom nothing was tuned on (``accepted_people``, a seed of its own) live fourteen days as ``lived_record.py`` has
it: noisy sensor, miscounted and unlogged food, late boluses. A twin is fitted to each record. Then every algorithm
has a week of another life around the true body, with a Dexcom G6 and an Omnipod; all share people, days and chance.

    uv run python benchmarks/accuracy/zone_mpc_twin.py FOLDER [--people 10] [--days 7] [--setting-log-sd 0.3]

Prints means over people, and differences paired by person with 95 % intervals (Student's t). Twins are kept in FOLDER.
"""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
from lived_record import BODY, lives_of
from scipy import stats

from glucotwin.control.controller import AnyController
from glucotwin.control.registry import find_controller
from glucotwin.control.zone_mpc.controller import ZoneMpc
from glucotwin.core.random import root_key, stream_key
from glucotwin.core.runtime import configure_jax
from glucotwin.devices.registry import find_pump, find_sensor
from glucotwin.metrics.tally import GlucoseTally
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.population import accepted_people
from glucotwin.twin.archive import load_twin, save_twin
from glucotwin.twin.dose_response import dose_response
from glucotwin.twin.fit import fit_twin
from glucotwin.twin.twin import Twin
from glucotwin.workflows.day_plan import LivedDays
from glucotwin.workflows.loop.arm import Arm, ArmResult, live_arm, prepare
from glucotwin.workflows.loop.person import stacked

COHORT_SEED, RECORD_SEED, LOOP_SEED = 311, 312, 313
RECORD_DAYS = 14
AT_ONCE = 5
OTHERS = ("basal-bolus", "pid", "loop")
SHOWN = ("time_in_range_pct", "time_below_70_pct", "time_below_54_pct", "time_above_180_pct", "mean_mgdl", "cv_pct")
ON_TWIN, FROM_SETTINGS = "zone-mpc on twins", "zone-mpc from settings"


def twins_of(subjects: tuple[Subject, ...], folder: Path) -> list[Twin]:
    """Everybody's twin, fitted to their own record and kept."""
    twins: list[Twin] = []
    for first in range(0, len(subjects), AT_ONCE):
        some = subjects[first : first + AT_ONCE]
        paths = [folder / f"{one.name.replace('#', '-')}.twin.json" for one in some]
        if not all(one.exists() for one in paths):
            for life, path in zip(lives_of(some, seed=RECORD_SEED, days=RECORD_DAYS), paths, strict=True):
                save_twin(fit_twin(life.record.timeline), path)
                print(f"fitted {path.name}", flush=True)
        twins.extend(load_twin(one) for one in paths)
    return twins


def told(subjects: tuple[Subject, ...], log_sd: float) -> tuple[Subject, ...]:
    """The people with carb ratios and correction factors that are off, as real ones are."""
    off: list[Subject] = []
    for one in subjects:
        hours = one.carb_ratio_profile_g_per_u
        key = stream_key(root_key(LOOP_SEED), subject=one.name, stream="settings")
        ratio, factor = np.exp(log_sd * np.asarray(jax.random.normal(key, (2,))))
        assert one.carb_ratio_g_per_u is not None
        assert one.correction_factor_mgdl_per_u is not None
        off.append(
            replace(
                one,
                carb_ratio_g_per_u=one.carb_ratio_g_per_u * float(ratio),
                carb_ratio_profile_g_per_u=None if hours is None else tuple(float(ratio) * hour for hour in hours),
                correction_factor_mgdl_per_u=one.correction_factor_mgdl_per_u * float(factor),
            )
        )
    return tuple(off)


def lived(
    name: str, controller: AnyController, subjects: tuple[Subject, ...], days: int, own: list[AnyController] | None
) -> ArmResult:
    """A week of everybody with an algorithm, each with a controller of their own where there is one."""
    arm = Arm(name=name, controller=controller, sensor=find_sensor("dexcom-g6"), pump=find_pump("omnipod"))
    life = LivedDays(profile="typical", days=days, seed=LOOP_SEED)
    ready = prepare(arm, life.who(BODY, subjects), life, body=BODY, seed=LOOP_SEED)
    if own is not None:
        ready = replace(ready, loop=replace(ready.loop, controller=stacked(own)))
    return live_arm(arm, subjects, ready)


def summary(result: ArmResult) -> Mapping[str, np.ndarray]:
    """What is shown of each person."""
    tally = GlucoseTally(len(result.subjects))
    tally.add(result.glucose_mgdl[:, :-1])
    known = tally.summary()
    insulin = result.per_day("basal_u_total") + result.per_day("bolus_u_total")
    return {**{name: known[name] for name in SHOWN}, "insulin_u_per_day": insulin}


def difference(some: np.ndarray, others: np.ndarray) -> str:
    """Mean difference with its 95 % interval."""
    each = some - others
    half = stats.t.ppf(0.975, each.size - 1) * each.std(ddof=1) / np.sqrt(each.size)
    return f"{each.mean():+.1f} ({each.mean() - half:+.1f} to {each.mean() + half:+.1f})"


def main() -> None:
    """Fits, runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--setting-log-sd", type=float, default=0.0)
    asked = parser.parse_args()
    configure_jax()
    asked.folder.mkdir(parents=True, exist_ok=True)
    subjects, _ = accepted_people("adult", asked.people, seed=COHORT_SEED)
    twins = twins_of(tuple(subjects), asked.folder)
    people = told(tuple(subjects), asked.setting_log_sd)
    zone = find_controller("zone-mpc")
    assert isinstance(zone, ZoneMpc)
    own: list[AnyController] = [zone.with_model(dose_response(one)) for one in twins]
    arms: dict[str, tuple[AnyController, list[AnyController] | None]] = {
        **{name: (find_controller(name), None) for name in OTHERS},
        FROM_SETTINGS: (zone, None),
        ON_TWIN: (own[0], own),
    }
    found: dict[str, Mapping[str, np.ndarray]] = {}
    for name, (controller, each) in arms.items():
        found[name] = summary(lived(name, controller, people, asked.days, each))
        means = {key: round(float(values.mean()), 1) for key, values in found[name].items()}
        print(name, means, "in range of each", np.round(found[name]["time_in_range_pct"], 1), flush=True)
    for other in ("basal-bolus", FROM_SETTINGS, "loop"):
        for key in ("time_in_range_pct", "time_below_70_pct"):
            print(f"{ON_TWIN} less {other}, {key}: {difference(found[ON_TWIN][key], found[other][key])}")
            print(f"{FROM_SETTINGS} less {other}, {key}: {difference(found[FROM_SETTINGS][key], found[other][key])}")


if __name__ == "__main__":
    main()
