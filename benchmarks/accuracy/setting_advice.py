"""Advice on settings where the truth is known: what advised settings truly do to virtual people, beside the prediction.

Adults of ``padova-t1d``, a structurally different body from the twin's, live thirty days open loop
(``lived_record.py``) by settings that are off by ``WRONG`` (logarithms), so that there is something to mend. They
miscount meals, forget snacks, dose late, treat lows, and differ from day to day. A twin is fitted to the first fifteen
days; settings are advised from the last fourteen of these. Then the same person lives the same thirty days with other
settings: with those that were advised, and with four plain changes that nobody advised (``PROBES``), which tell how
right predictions are whatever is advised. What is judged is the change of true time in ranges over the days that were
replayed, and over the fortnight after them, which the twin has not seen.

    uv run python benchmarks/accuracy/setting_advice.py [--people 12] [--cohort-seed 73] [--json FILE] [--figure FILE]

People with ``--cohort-seed 11`` and ``12`` were looked at during development and are not for figures that are reported.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import equinox as eqx
import jax
import numpy as np
from lived_record import START, LivedLife, lives_of
from what_if_truth import with_settings

from glucotwin.advise.own_days import own_days
from glucotwin.advise.replay import outcomes_of
from glucotwin.advise.setting_advice import CHUNK, DRAWS, SettingAdvice, advise_settings
from glucotwin.advise.setting_limit import setting_limits
from glucotwin.advise.setting_replay import prepare, replay_settings, twin_draws, worlds_of
from glucotwin.advise.setting_space import PUMP_COORDINATES, SettingKind, candidates_of
from glucotwin.advise.setting_today import posterior_width, setting_today
from glucotwin.advise.what_if import Outcome
from glucotwin.control.setting import SLOT_MIN, TherapySetting
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.timeline import Window
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.population import accepted_people
from glucotwin.twin.fit import fit_twin

REPORTED_SEED = 73
DAYS, FITTED, REPLAYED = 30, 15, 14
AT_ONCE = 4
WRONG = {"basal": 0.15, "ratio": 0.2}
"""Spread by which basal rate and carb ratio are off: reasoned, half to two thirds of what people lie from the rules."""

SLOTS_PER_HOUR = 60 // SLOT_MIN
COORDINATES = tuple(one for one in PUMP_COORDINATES if one.kind not in (SettingKind.TARGET, SettingKind.DURATION))
"""Virtual people correct by their own habit, which knows neither target nor duration of a calculator."""

PROBES = {
    "basal x0.9": ("basal_u_per_h", 0.9),
    "basal x1.1": ("basal_u_per_h", 1.1),
    "ratio x0.9": ("carb_ratio_g_per_u", 0.9),
    "ratio x1.1": ("carb_ratio_g_per_u", 1.1),
}
SHARES = ("time_in_range_pct", "time_below_70_pct", "time_above_180_pct")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A person, the advice, and what was predicted of each change of settings.

    Attributes:
        subject: who.
        life: with their own settings.
        advice: given.
        settings: by name, ``advised`` among them where something was advised.
        predicted: by name.
    """

    subject: Subject
    life: LivedLife
    today: TherapySetting
    advice: SettingAdvice
    settings: dict[str, TherapySetting]
    predicted: dict[str, tuple[Outcome, ...]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=12)
    parser.add_argument("--cohort-seed", type=int, default=REPORTED_SEED)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--figure", type=Path)
    asked = parser.parse_args()
    subjects, _ = accepted_people("adult", asked.people, seed=asked.cohort_seed)
    rows: list[dict[str, object]] = []
    for first in range(0, asked.people, AT_ONCE):
        rows += some_people(subjects[first : first + AT_ONCE], asked.cohort_seed)
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1))
    if asked.figure:
        figure(rows, asked.figure)
    print(table(rows))


def some_people(subjects: Sequence[Subject], seed: int) -> list[dict[str, object]]:
    """Rows of some people, who live side by side."""
    wrong = [wrongly_set(one, seed) for one in subjects]
    people = [advised(life) for life in lives_of(wrong, seed=seed, days=DAYS)]
    rows: list[dict[str, object]] = []
    for name in [*PROBES, "advised"]:
        those = [one for one in people if name in one.settings]
        if not those:
            continue
        changed = [with_dosing(one.subject, one.today, one.settings[name]) for one in those]
        for one, life in zip(those, lives_of(changed, seed=seed, days=DAYS), strict=True):
            rows.append(row(name, one, life))
    withheld = [one for one in people if "advised" not in one.settings]
    rows += [
        {"name": "withheld", "person": one.subject.name, "why": [str(why) for why in one.advice.withheld]}
        for one in withheld
    ]
    return rows


def wrongly_set(subject: Subject, seed: int) -> Subject:
    """The person with a basal profile and carb ratios that are off."""
    key = stream_key(root_key(seed), subject=subject.name, stream="wrong-settings")
    basal, ratio = np.exp(np.asarray(jax.random.normal(key, (2,))) * np.array([WRONG["basal"], WRONG["ratio"]]))
    own_basal = np.array(subject.basal_profile_u_per_h or (60.0 * subject.basal_u_per_min,) * 24)
    own_ratio = np.array(subject.carb_ratio_profile_g_per_u or (subject.carb_ratio_g_per_u or 10.0,) * 24)
    return replace(
        subject,
        basal_profile_u_per_h=tuple((own_basal * basal).tolist()),
        carb_ratio_profile_g_per_u=tuple((own_ratio * ratio).tolist()),
    )


def advised(life: LivedLife) -> Asked:
    """Fits the twin, asks for advice, and predicts the probes."""
    whole = with_settings(life)
    end = START + timedelta(days=FITTED)
    timeline = whole.cut(Window(start=START, end=end))
    begun = time.process_time()
    twin = fit_twin(timeline)
    fitted = time.process_time()
    window = Window(start=end - timedelta(days=REPLAYED), end=end)
    days, today = own_days(twin, timeline, window), setting_today(twin, timeline, window)
    draws = twin_draws(twin, DRAWS)
    advice = advise_settings(draws, days, today, coordinates=COORDINATES, posterior_width=posterior_width(twin))
    told = time.process_time()
    settings = {name: scaled(today, *probe) for name, probe in PROBES.items()}
    predicted = predictions(twin, days, today, settings)
    if advice.plan is not None:
        settings["advised"], predicted["advised"] = advice.plan.setting, advice.plan.outcomes
    print(
        f"{life.subject.name}: fitted in {fitted - begun:.0f} s, advised in {told - fitted:.1f} s of processor time, "
        f"{'withheld ' + ', '.join(advice.withheld) if advice.plan is None else len(advice.changes)}",
        file=sys.stderr,
        flush=True,
    )
    return Asked(subject=life.subject, life=life, today=today, advice=advice, settings=settings, predicted=predicted)


def predictions(twin, days, today, settings) -> dict[str, tuple[Outcome, ...]]:  # noqa: ANN001
    """What the twin says of some settings, as of those that are advised."""
    rules, draws = setting_limits(), twin_draws(twin, DRAWS)
    worlds = worlds_of(draws, days, count_log_sd=rules.count_log_sd, strength_log_sd=rules.strength_log_sd)
    prepared = prepare(draws.model, draws.points, draws.effects, days)
    batch = [today, *settings.values()]
    batch += [today] * (CHUNK - len(batch))
    runs = np.asarray(replay_settings(prepared, days, worlds, today, candidates_of(batch, [0] * CHUNK)))
    return {name: outcomes_of(runs[0], runs[index]) for index, name in enumerate(settings, start=1)}


def scaled(today: TherapySetting, field: str, factor: float) -> TherapySetting:
    """One setting scaled all day."""
    return eqx.tree_at(lambda one: getattr(one, field), today, factor * np.asarray(getattr(today, field)))


def with_dosing(subject: Subject, today: TherapySetting, setting: TherapySetting) -> Subject:
    """The person with what they dose by moved as the settings are; the body stays."""
    basal, ratio, factor = (
        (np.asarray(getattr(setting, name)) / np.asarray(getattr(today, name))).reshape(24, SLOTS_PER_HOUR).mean(axis=1)
        for name in ("basal_u_per_h", "carb_ratio_g_per_u", "correction_factor_mgdl_per_u")
    )
    basal_now = np.array(subject.basal_profile_u_per_h or (60.0 * subject.basal_u_per_min,) * 24)
    ratio_now = np.array(subject.carb_ratio_profile_g_per_u or (subject.carb_ratio_g_per_u,) * 24)
    return replace(
        subject,
        basal_profile_u_per_h=tuple((basal_now * basal).tolist()),
        carb_ratio_profile_g_per_u=tuple((ratio_now * ratio).tolist()),
        correction_factor_mgdl_per_u=float(subject.correction_factor_mgdl_per_u or 50.0) * float(factor[6:].mean()),
    )


def row(name: str, asked: Asked, life: LivedLife) -> dict[str, object]:
    """True and predicted change of time in ranges."""
    found: dict[str, object] = {"name": name, "person": asked.subject.name}
    predicted = {one.name: one for one in asked.predicted[name]}
    for place, (start, end) in {"replayed": (FITTED - REPLAYED, FITTED), "next": (FITTED + 1, DAYS)}.items():
        before, after = (
            {one.name: one.baseline.median for one in outcomes_of(*[lived(which, start, end)[None]] * 2)}
            for which in (asked.life, life)
        )
        for share in SHARES:
            found[f"{place} {share}"] = after[share] - before[share]
            found[f"{place} {share} before"] = before[share]
    for share in SHARES:
        one = predicted[share].difference
        found[f"predicted {share}"] = one.expected
        found[f"predicted {share} low"], found[f"predicted {share} high"] = one.low, one.high
        found[f"predicted {share} before"] = predicted[share].baseline.expected
    return found


def lived(life: LivedLife, first_day: int, last_day: int) -> np.ndarray:
    """True glucose of some days, every 5 min."""
    return life.interstitial_mgdl[1440 * first_day : 1440 * last_day : 5]


def table(rows: list[dict[str, object]]) -> str:
    """By change and time in ranges: true and predicted, how many went the predicted way, and coverage."""
    lines: list[str] = []
    for name in [*PROBES, "advised"]:
        own = [one for one in rows if one["name"] == name]
        if not own:
            continue
        lines.append(f"{name}: {len(own)} people")
        for share in SHARES:
            predicted = np.array([one[f"predicted {share}"] for one in own], dtype=float)
            low, high = (
                np.array([one[f"predicted {share} {end}"] for one in own], dtype=float) for end in ("low", "high")
            )
            said = f"  {share:20s} predicted {predicted.mean():+6.2f}"
            for place in ("replayed", "next"):
                true = np.array([one[f"{place} {share}"] for one in own], dtype=float)
                before = np.mean([float(str(one[f"{place} {share} before"])) for one in own])
                error = np.sqrt(np.mean((true - predicted) ** 2))
                within = np.mean((true >= low - 1e-9) & (true <= high + 1e-9))
                said += (
                    f" | {place}: before {before:5.1f}, true {true.mean():+6.2f}, RMSE {error:5.2f} "
                    f"(no change {np.sqrt(np.mean(true**2)):5.2f}), within 90 % {within:.0%}"
                )
            lines.append(said)
    withheld = [one for one in rows if one["name"] == "withheld"]
    lines.append(f"withheld: {len(withheld)} " + "; ".join(", ".join(map(str, one["why"])) for one in withheld))  # type: ignore[arg-type]
    return "\n".join(lines)


def figure(rows: list[dict[str, object]], path: Path) -> None:
    """Predicted against true change of time in range and below 70 mg/dL, over the days that were replayed."""
    import matplotlib.pyplot as plt

    drawing, axes = plt.subplots(1, 2, figsize=(9, 4.4))
    for axis, share in zip(axes, SHARES[:2], strict=True):
        for name in [*PROBES, "advised"]:
            own = [one for one in rows if one["name"] == name]
            axis.scatter(
                [one[f"predicted {share}"] for one in own],
                [one[f"next {share}"] for one in own],
                label=name,
                s=40 if name == "advised" else 16,
            )
        low, high = axis.get_xlim()
        axis.plot([low, high], [low, high], color="grey", linewidth=1)
        axis.set_xlabel(f"predicted change of {share}")
        axis.set_ylabel("true change in the fortnight after")
    axes[0].legend(fontsize=8)
    drawing.tight_layout()
    drawing.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
