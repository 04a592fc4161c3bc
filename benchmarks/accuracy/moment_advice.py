"""Advice on a moment where the truth is known: every option is lived for five hours, beside what was predicted of it.

Adults of ``padova-t1d``, a structurally different body from the twin's, live sixteen days open loop
(``lived_record.py``): they miscount meals, forget snacks, dose late, treat lows, and differ from day to day. A twin is
fitted to the first ten days. In the days after it, it is asked at meals, at highs without a recent dose, where a low is
coming, before exercise, and an hour after meals whose dose was left out (on purpose, here). From each moment the same
person lives every option that was looked at: the same body in the same state, the same sensitivity of the day, the
meal as it was truly eaten; what was to come by itself (other food, other doses) is left out, as it is in the forecast.

Each option is lived twice. *Untreated* nobody does anything about a low: this tells how right the course of glucose and
the chance of a low are. *Treated*, whoever falls below 70 mg/dL takes 15 g of glucose, again after 15 min, as shares of
the hours ahead have it: this tells how right they are, and what advice is worth beside doing nothing (and waiting for
the low), what the bolus calculator says, and the best option in hindsight.

    uv run python benchmarks/accuracy/moment_advice.py [--people 12] [--cohort-seed 89] [--json FILE] [--figure FILE]

People with ``--cohort-seed 13`` were looked at during development and are not for figures that are reported.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from lived_option import (
    DAYS,
    FITTED,
    GRID_MIN,
    LOW_MGDL,
    OPTION_STEP_U,
    RESCUE_G,
    VERY_LOW_MGDL,
    WANTED,
    Occasion,
    courses,
    lived_by,
    missing_doses,
    occasions,
    truth_of,
)
from lived_record import BODY, START, LivedLife, at, lives_of
from what_if_truth import with_settings

from glucotwin.advise.envelope import EnvelopeLimits, SafetyEnvelope
from glucotwin.advise.moment_advice import stepped
from glucotwin.advise.moment_option import LOW_WEIGHT, MomentAdvice, MomentKind
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.timeline import Window
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.registry import body_of
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.cohort import stack_inputs
from glucotwin.simulate.population import accepted_people
from glucotwin.twin.fit import fit_twin
from glucotwin.workflows.moment_advice import advise_person_now

REPORTED_SEED = 89
AT_ONCE = 4
TOP_MGDL = 180.0
POINTS_MIN = (60, 120, 180, 300)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An occasion with its advice, and what truly goes in with each option."""

    person: int
    occasion: Occasion
    advice: MomentAdvice
    truths: tuple[Inputs, ...]


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
    lives = lives_of(subjects, seed=seed, days=DAYS, change=missing_doses([one.name for one in subjects]))
    bodies = stack_bodies([body_of(BODY, one.subject) for one in lives])
    states = courses(bodies, stack_inputs([one.inputs for one in lives]))
    answered = [one for person, life in enumerate(lives) for one in answers(person, life)]
    lived = lived_by(lives, states, [(one.person, one.occasion.minute, one.truths) for one in answered])
    return [
        row(lives[one.person], one, index, *(world[index] for world in courses_lived))
        for one, courses_lived in zip(answered, lived, strict=True)
        for index in range(len(one.advice.options))
    ]


def answers(person: int, life: LivedLife) -> Iterator[Answered]:
    """Fits the twin, and asks for advice at every occasion that it takes for one."""
    timeline = with_settings(life)
    begun = time.process_time()
    twin = fit_twin(timeline.cut(Window(start=START, end=at(1440 * FITTED))))
    fitted = time.process_time()
    found: dict[MomentKind, int] = dict.fromkeys(WANTED, 0)
    for occasion in occasions(life, timeline):
        if found[occasion.kind] == WANTED[occasion.kind]:
            continue
        now = at(occasion.minute)
        known = replace(timeline.cut(Window(start=START, end=now + timedelta(seconds=1))), settings=timeline.settings)
        envelope = wide_envelope(timeline.person.person_id, now)
        advice = advise_person_now(twin, known, occasion.asked, at=now, envelope=envelope).payload.advice
        if advice.kind is not occasion.kind:
            continue
        found[occasion.kind] += 1
        truths = tuple(truth_of(life, occasion, one.step) for one in advice.options)
        yield Answered(person=person, occasion=occasion, advice=advice, truths=truths)
    asked = time.process_time() - fitted
    print(
        f"{life.subject.name}: fitted in {fitted - begun:.0f} s, {sum(found.values())} moments in {asked:.0f} s of "
        "processor time",
        file=sys.stderr,
        flush=True,
    )


def wide_envelope(person_id: str, now: datetime) -> SafetyEnvelope:
    """Limits that leave all but the rules for live advice open."""
    limits = EnvelopeLimits(
        basal_u_per_h=(0.0, 10.0),
        carb_ratio_g_per_u=(1.0, 100.0),
        correction_factor_mgdl_per_u=(5.0, 400.0),
        target_mgdl=(70.0, 200.0),
        max_bolus_u=40.0,
    )
    return SafetyEnvelope(
        person_id=person_id,
        limits=limits,
        signed_by="benchmark",
        signed_at=now - timedelta(days=1),
        valid_until=now + timedelta(days=1),
        why="to see what is advised",
    )


def row(
    life: LivedLife, one: Answered, index: int, untreated_mgdl: np.ndarray, treated_mgdl: np.ndarray
) -> dict[str, object]:
    """An option with what was predicted of it and what came."""
    option, advice = one.advice.options[index], one.advice
    points = [minutes // GRID_MIN - 1 for minutes in POINTS_MIN]
    whole = None if advice.calculator_u is None else stepped(advice.calculator_u, OPTION_STEP_U)
    step = option.step
    plain = step.lead_min == 0.0 and step.split is None
    return {
        "kind": str(advice.kind),
        "person": life.subject.name,
        "minute": one.occasion.minute,
        "step": step.to_json(),
        "chosen": option is advice.chosen,
        "nothing": step.is_nothing and plain,
        "calculator": whole is not None and plain and abs(step.dose_u - whole) < 1e-9,
        "calculator_u": advice.calculator_u,
        "refused": [str(why.reason) for why in option.refusals],
        "predicted": {
            "in_range": option.in_range_pct,
            "below_70": option.below_70_pct,
            "above_180": option.above_180_pct,
            "value": option.value,
            "low_probability": option.low_probability,
            "added_below_54": 100.0 * option.added_very_low,
        },
        "untreated": told(untreated_mgdl),
        "treated": told(treated_mgdl),
        "error": [float(untreated_mgdl[point] - option.median_mgdl[point]) for point in points],
        "within": [
            bool(option.low_mgdl[point] <= untreated_mgdl[point] <= option.high_mgdl[point]) for point in points
        ],
    }


def told(glucose_mgdl: np.ndarray) -> dict[str, float]:
    """Shares of five hours in percent, and what they are worth as options are ranked."""
    shares = {
        "in_range": (glucose_mgdl >= LOW_MGDL) & (glucose_mgdl <= TOP_MGDL),
        "below_70": glucose_mgdl < LOW_MGDL,
        "below_54": glucose_mgdl < VERY_LOW_MGDL,
        "above_180": glucose_mgdl > TOP_MGDL,
    }
    found = {name: 100.0 * float(np.mean(inside)) for name, inside in shares.items()}
    return {**found, "value": found["in_range"] - LOW_WEIGHT * found["below_70"]}


def moments(rows: list[dict], kind: str) -> list[list[dict]]:
    """Options by moment."""
    found: dict[tuple[str, int], list[dict]] = {}
    for one in rows:
        if one["kind"] == kind:
            found.setdefault((one["person"], one["minute"]), []).append(one)
    return list(found.values())


def table(rows: list[dict]) -> str:
    """By kind of moment: how right predictions are, and what the advice is worth beside plain rules."""
    lines: list[str] = []
    for kind in WANTED:
        asked = moments(rows, str(kind))
        if not asked:
            continue
        chosen = [next(one for one in each if one["chosen"]) for each in asked]
        lines.append(f"{kind}: {len(asked)} moments of {len({one['person'] for one in chosen})} people")
        lines += [f"  {line}" for line in (*rightness(asked, chosen), *worth(asked, chosen))]
    return "\n".join(lines)


def rightness(asked: list[list[dict]], chosen: list[dict]) -> Iterator[str]:
    """Predicted against true: shares of the chosen option and of all beside doing nothing (treated), and courses."""
    for name in ("in_range", "below_70"):
        predicted, true = (np.array([one[world][name] for one in chosen]) for world in ("predicted", "treated"))
        yield (
            f"chosen {name:9s} predicted {predicted.mean():5.1f}, true {true.mean():5.1f}, "
            f"RMSE {rms(true - predicted):5.1f} (of their mean {rms(true - true.mean()):5.1f})"
        )
    pairs = [(one, nothing(each)) for each in asked for one in each if not one["nothing"]]
    for name in ("in_range", "below_70"):
        predicted, true = (
            np.array([one[world][name] - rest[world][name] for one, rest in pairs])
            for world in ("predicted", "treated")
        )
        yield (
            f"options beside nothing {name:9s} predicted {predicted.mean():+5.1f}, true {true.mean():+5.1f}, "
            f"RMSE {rms(true - predicted):5.1f} (of no change {rms(true):5.1f})"
        )
    every = [one for each in asked for one in each]
    shares = np.mean([one["within"] for one in every], axis=0)
    errors = np.sqrt(np.mean(np.square([one["error"] for one in every]), axis=0))
    bias = np.mean([one["error"] for one in every], axis=0)
    yield "glucose " + ", ".join(
        f"{minutes} min: true less predicted {shift:+.0f}, RMSE {error:.0f}, within 90 % {share:.0%}"
        for minutes, shift, error, share in zip(POINTS_MIN, bias, errors, shares, strict=True)
    )
    lows = [one["untreated"]["below_70"] > 0.0 for one in every]
    said = [one["predicted"]["low_probability"] for one in every]
    yield f"a low at some time: predicted {np.mean(said):.0%}, true {np.mean(lows):.0%}; Brier {brier(said, lows):.3f}"
    added = [
        (one["predicted"]["added_below_54"], one["treated"]["below_54"] - rest["treated"]["below_54"])
        for one, rest in pairs
        if one["step"]["dose_u"] > 0.0
    ]
    if added:
        predicted, true = np.array(added).T
        yield (
            f"below 54 added by a dose: predicted {predicted.mean():.1f}, true {true.mean():.1f}; refused for it: "
            f"{np.mean(predicted > 1.0):.0%} of doses, which truly add {mean(true[predicted > 1.0]):.1f} "
            f"(the others {mean(true[predicted <= 1.0]):.1f})"
        )


def worth(asked: list[list[dict]], chosen: list[dict]) -> Iterator[str]:
    """Lived treated: advice beside plain rules and the best in hindsight."""
    rules: dict[str, list[dict]] = {"advised": chosen, "nothing": [nothing(each) for each in asked]}
    if all(any(one["calculator"] for one in each) for each in asked):
        rules["calculator"] = [next(one for one in each if one["calculator"]) for each in asked]
    else:
        fifteen = [[one for one in each if one["step"]["carbs_g"] == RESCUE_G] for each in asked]
        rules |= {"15 g at once": [one[0] for one in fifteen]} if all(fifteen) else {}
    best = np.array([max(one["treated"]["value"] for one in each) for each in asked])
    for name, taken in rules.items():
        mean = {key: np.mean([one["treated"][key] for one in taken]) for key in taken[0]["treated"]}
        value = np.array([one["treated"]["value"] for one in taken])
        gain = np.array([one["treated"]["value"] for one in chosen]) - value
        very_low = np.mean([one["untreated"]["below_54"] for one in taken])
        yield (
            f"{name:12s} in range {mean['in_range']:5.1f}, below 70 {mean['below_70']:4.1f}, below 54 "
            f"{mean['below_54']:4.2f} (untreated {very_low:4.1f}), value {mean['value']:6.1f}, regret "
            f"{np.mean(best - value):5.1f}, advice gains {gain.mean():+5.1f} (SE {gain.std() / np.sqrt(gain.size):.1f})"
        )
    acts = np.mean([not one["nothing"] for one in chosen])
    yield f"something is advised in {acts:.0%}"
    shares = [one["step"]["dose_u"] / one["calculator_u"] for one in chosen if one["calculator_u"]]
    if shares:
        none = np.mean(np.array(shares) == 0.0)
        yield f"share of the calculator's dose: median {np.median(shares):.2f}, none in {none:.0%}"
    against = [why for each in asked for one in each if one["calculator"] for why in one["refused"]]
    if against:
        yield "the calculator's dose is refused: " + ", ".join(
            f"{why} {against.count(why)}" for why in sorted(set(against))
        )


def nothing(options: list[dict]) -> dict:
    return next(one for one in options if one["nothing"])


def mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if values.size else 0.0


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def brier(said: list[float], came: list[bool]) -> float:
    return float(np.mean(np.square(np.array(said) - np.array(came, dtype=float))))


def figure(rows: list[dict], path: Path) -> None:
    """Predicted against true time in range of the chosen options, and what each rule is worth by kind of moment."""
    import matplotlib.pyplot as plt

    drawing, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4))
    for place, kind in enumerate(WANTED):
        asked = moments(rows, str(kind))
        chosen = [next(one for one in each if one["chosen"]) for each in asked]
        left.scatter(
            [one["predicted"]["in_range"] for one in chosen],
            [one["treated"]["in_range"] for one in chosen],
            s=14,
            label=str(kind),
        )
        best = np.array([max(one["treated"]["value"] for one in each) for each in asked])
        rules = {"advised": chosen, "nothing": [nothing(each) for each in asked]}
        if any(one["calculator"] for one in asked[0]):
            rules["calculator"] = [next(one for one in each if one["calculator"]) for each in asked]
        for offset, (name, taken) in enumerate(rules.items()):
            regret = np.mean(best - np.array([one["treated"]["value"] for one in taken]))
            right.bar(place + 0.27 * (offset - 1), regret, 0.25, color=f"C{offset}", label=name if place == 0 else None)
    left.plot([0, 100], [0, 100], color="grey", linewidth=1)
    left.set_xlabel("predicted time in range, % of five hours")
    left.set_ylabel("true time in range")
    left.legend(fontsize=8)
    right.set_xticks(range(len(WANTED)), [str(kind) for kind in WANTED], fontsize=8)
    right.set_ylabel("regret beside the best in hindsight, treated")
    right.legend(fontsize=8)
    drawing.tight_layout()
    drawing.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
