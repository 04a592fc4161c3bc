"""What-ifs where the truth is known: twins of virtual people asked about changes, beside the simulated truth.

The people are ``what_if_truth.asked_people``: adults of ``padova-t1d``, a structurally different body from the one that
is fitted, who live ten days open loop with miscounted meals, forgotten snacks, late boluses and day-to-day variation,
and wear a noisy sensor. A twin is fitted to their record and asked eleven questions about each of three meals; what is
judged is the *change* of true glucose over the six hours after it, beside "nothing changes".

    uv run python benchmarks/accuracy/what_if.py [--people 20] [--cohort-seed 23] [--food-added] [--json]

People with ``--cohort-seed 11`` were looked at during development and are not for figures that are reported.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from scipy import stats
from what_if_truth import BEFORE, FOOD_ADDED, KINDS, STEP_MIN, AskedPerson, Question, asked_people

from glucotwin.advise.replay import replay_what_ifs
from glucotwin.advise.what_if import WhatIf
from glucotwin.core.random import root_key, stream_key
from glucotwin.twin.fit import fit_twin
from glucotwin.twin.intervention import share_in_range
from glucotwin.twin.twin import Twin

REPORTED_SEED = 23
AT_ONCE = 3
"""People whose lives are simulated together: more need more memory."""

MOVED_MGDL = 3.0
"""Where the truth moved less than this, coverage is not counted: any band around zero would hold it."""

RANGES = {
    "time_in_range_pct": (70.0, 180.0),
    "time_above_180_pct": (180.0 + 1e-9, np.inf),
    "time_below_70_pct": (-np.inf, 70.0 - 1e-9),
}
MARGIN_PCT = {"time_in_range_pct": 2.0, "time_above_180_pct": 2.0, "time_below_70_pct": 0.5}
BOOTSTRAPS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answered question: true and answered change over time with its 90 % band, and of the time in ranges."""

    person: str
    kind: str
    truth_mgdl: np.ndarray
    answer_mgdl: np.ndarray
    low_mgdl: np.ndarray
    high_mgdl: np.ndarray
    true_shares_pct: dict[str, float]
    answered_shares_pct: dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--cohort-seed", type=int, default=REPORTED_SEED)
    parser.add_argument("--food-added", action="store_true", help="ask about fast carbohydrate instead")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows, seconds = [], []
    for person in asked_people(
        arguments.people,
        cohort_seed=arguments.cohort_seed,
        life_seed=arguments.cohort_seed,
        at_once=AT_ONCE,
        kinds=FOOD_ADDED if arguments.food_added else KINDS,
    ):
        begun = time.perf_counter()
        twin = fit_twin(person.timeline)
        fitted = time.perf_counter()
        rows += answers(twin, person)
        seconds.append((fitted - begun, time.perf_counter() - fitted))
        print(
            f"{person.name}: fitted in {seconds[-1][0]:.0f} s, asked in {seconds[-1][1]:.0f} s",
            file=sys.stderr,
            flush=True,
        )
    summary = summarise(rows)
    summary["median_seconds_per_person"] = dict(
        zip(("fit", "what_ifs"), np.round(np.median(seconds, axis=0), 1).tolist(), strict=True)
    )
    print(json.dumps(summary, indent=1) if arguments.json else table(summary))


def answers(twin: Twin, person: AskedPerson) -> list[Row]:
    """Every question put to a twin, those about the same hours together."""
    rows: list[Row] = []
    for hours in dict.fromkeys(one.hours for one in person.questions):
        asked = [one for one in person.questions if one.hours == hours]
        found = replay_what_ifs(twin, person.timeline, window=hours, alternatives=[(one.change,) for one in asked])
        rows += [_row(person.name, one, answer) for one, answer in zip(asked, found, strict=True)]
    return rows


def _row(name: str, question: Question, answer: WhatIf) -> Row:
    first = int(BEFORE.total_seconds() / 60.0 / STEP_MIN)
    points = slice(first, first + question.true_mgdl.size)
    truth = question.true_mgdl - question.factual_mgdl
    band = answer.difference.bands[1]
    return Row(
        person=name,
        kind=question.kind,
        truth_mgdl=truth,
        answer_mgdl=answer.difference.median_mgdl[points],
        low_mgdl=band.low_mgdl[points],
        high_mgdl=band.high_mgdl[points],
        true_shares_pct={
            name: _share(question.true_mgdl, ends) - _share(question.factual_mgdl, ends)
            for name, ends in RANGES.items()
        },
        answered_shares_pct=_answered_shares(answer, truth.size),
    )


def _share(glucose_mgdl: np.ndarray, ends: tuple[float, float]) -> float:
    return float(share_in_range(glucose_mgdl, *ends))


def _answered_shares(answer: WhatIf, points: int) -> dict[str, float]:
    """The answer's outcomes, over the hours after: the hour before, in which nothing changes, is not counted."""
    asked = answer.t_min.size / points
    return {one.name: asked * one.difference.expected for one in answer.outcomes if one.name in RANGES}


def summarise(rows: list[Row]) -> dict[str, Any]:
    """Scores of all rows and by kind of change, and equivalence of the change in time in ranges."""
    kinds = sorted({row.kind for row in rows})
    scores = {name: score_rows([row for row in rows if name in ("all", row.kind)]) for name in ("all", *kinds)}
    scores["all"] |= {"ratio_interval": _ratio_interval(rows)}
    return {
        "people": len({row.person for row in rows}),
        "scores": scores,
        "equivalence": {name: _equivalence(rows, name) for name in RANGES},
    }


def score_rows(rows: list[Row]) -> dict[str, Any]:
    truth, answer, low, high = _stacked(rows)
    within, moved = (low <= truth) & (truth <= high), np.abs(truth) > MOVED_MGDL
    rmse, nothing = float(np.sqrt(np.mean((answer - truth) ** 2))), float(np.sqrt(np.mean(truth**2)))
    return {
        "what_ifs": len(rows),
        "rmse_of_change_mgdl": round(rmse, 2),
        "rmse_of_no_change_mgdl": round(nothing, 2),
        "ratio": round(rmse / nothing, 3),
        "slope": round(float(answer @ truth / (truth @ truth)), 3),
        "coverage_90": round(float(np.mean(within[moved])), 3),
        "mean_width_mgdl": round(float(np.mean((high - low)[moved])), 1),
    }


def _stacked(rows: Iterable[Row]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    parts = [(row.truth_mgdl, row.answer_mgdl, row.low_mgdl, row.high_mgdl) for row in rows]
    truth, answer, low, high = (np.concatenate(part) for part in zip(*parts, strict=True))
    return truth, answer, low, high


def _ratio_interval(rows: list[Row]) -> list[float]:
    """90 % interval of the ratio of the errors, people drawn again with replacement."""
    people = sorted({row.person for row in rows})
    sums = np.array([_squares([row for row in rows if row.person == person]) for person in people])
    key = stream_key(root_key(0), subject="everyone", stream="what-if-bootstrap")
    drawn = np.asarray(jax.random.randint(key, (BOOTSTRAPS, len(people)), 0, len(people)))
    ratio = np.sqrt(sums[drawn, 0].sum(axis=1) / sums[drawn, 1].sum(axis=1))
    return [round(float(one), 3) for one in np.quantile(ratio, [0.05, 0.95])]


def _squares(rows: list[Row]) -> tuple[float, float]:
    truth, answer, _, _ = _stacked(rows)
    return float(np.sum((answer - truth) ** 2)), float(np.sum(truth**2))


def _equivalence(rows: list[Row], name: str) -> dict[str, Any]:
    """Two one-sided tests at 5 % on each person's mean error of the change in a share, where the true share moved."""
    moved = [row for row in rows if abs(row.true_shares_pct[name]) > 0.0]
    errors = [
        np.mean([row.answered_shares_pct[name] - row.true_shares_pct[name] for row in moved if row.person == person])
        for person in sorted({row.person for row in moved})
    ]
    result: dict[str, Any] = {"what_ifs_that_moved": len(moved), "margin_pct": MARGIN_PCT[name]}
    if len(errors) < 3:
        return result | {"equivalent": False}
    middle, half = float(np.mean(errors)), float(stats.sem(errors) * stats.t.ppf(0.95, len(errors) - 1))
    truth, answer = (
        np.array([part[name] for part in parts])
        for parts in zip(*[(row.true_shares_pct, row.answered_shares_pct) for row in moved], strict=True)
    )
    return result | {
        "mean_error_pct": round(middle, 2),
        "interval_90_pct": [round(middle - half, 2), round(middle + half, 2)],
        "equivalent": bool(abs(middle) + half < MARGIN_PCT[name]),
        "mean_absolute_error_pct": round(float(np.mean(np.abs(answer - truth))), 2),
        "mean_absolute_true_change_pct": round(float(np.mean(np.abs(truth))), 2),
    }


def table(summary: dict[str, Any]) -> str:
    head = f"{'change':16s} what-ifs  RMSE of change  'no change'  ratio  slope  cover 90 %  width"
    body = [
        f"{name:16s} {row['what_ifs']:8d}  {row['rmse_of_change_mgdl']:14.2f}  {row['rmse_of_no_change_mgdl']:11.2f}"
        f"  {row['ratio']:5.2f}  {row['slope']:5.2f}  {100 * row['coverage_90']:9.1f}%  {row['mean_width_mgdl']:5.1f}"
        for name, row in summary["scores"].items()
    ]
    rest = {key: value for key, value in summary.items() if key != "scores"}
    return "\n".join(
        [head, *body, json.dumps(rest | {"ratio_interval": summary["scores"]["all"]["ratio_interval"]}, indent=1)]
    )


if __name__ == "__main__":
    main()
