"""What-ifs where the truth is known, beside py-replay-bg: the same people, records and questions in one run.

The people and questions are those of ``what_if.py`` but for exercise, which py-replay-bg cannot be asked. It makes a
twin of one day at a time: of the 24 h from 04:00 in which the meal lies (or of the 24 h that end six hours after it,
where those six hours reach beyond), with meals called breakfast, lunch, dinner or snack by its own hours. GlucoTwin is
fitted to the whole record, as in ``what_if.py``. Also compared is the fit: both simulate the same 24 h from their start
without further readings, GlucoTwin's twin having been fitted to the record up to their end; and the 24 h after those,
which neither has seen, told what was recorded of food and insulin.

    uv run python benchmarks/accuracy/what_if_peer.py [--people 5] [--cohort-seed 53] [--starts 16] [--folder DIR]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from what_if import Row, answers, score_rows
from what_if_truth import BEFORE, STEP_MIN, AskedPerson, Question, asked_people

from glucotwin.advise.replay_input import replay_data
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.filter import VALUE, initial_belief, observe, run_filter
from glucotwin.twin.fit import fit_twin, model_of
from glucotwin.twin.grid import GriddedData
from glucotwin.twin.twin import Twin

PEER = Path(__file__).parents[1] / "peers" / "py_replay_bg"
DAY = timedelta(days=1)
STEPS = int(DAY / timedelta(minutes=STEP_MIN))
DAY_BEGINS = timedelta(hours=4)
SLOTS = ((4, 11, "B"), (11, 17, "L"), (17, 28, "D"))
"""Hours of breakfast, lunch and dinner, as py-replay-bg's insulin sensitivity changes; the largest meal of each bears
its name, the others are snacks."""
DRAWS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day that the peer makes a twin of, and the questions that lie in it."""

    span: Window
    questions: tuple[Question, ...]


@dataclass(slots=True)
class Collected:
    """What one of the two answered: rows, errors of the fit by person, and seconds per person."""

    rows: list[Row] = field(default_factory=list[Row])
    seen_mgdl: list[float] = field(default_factory=list[float])
    ahead_mgdl: list[float] = field(default_factory=list[float])
    seconds: list[float] = field(default_factory=list[float])

    def summary(self) -> dict[str, Any]:
        """Scores of the change, and medians over days and people."""
        kinds = sorted({row.kind for row in self.rows})
        return {
            "scores": {
                name: score_rows([row for row in self.rows if name in ("all", row.kind)]) for name in ("all", *kinds)
            },
            "days": len(self.seen_mgdl),
            "rmse_same_day_mgdl": _mean_and_median(self.seen_mgdl),
            "days_ahead": len(self.ahead_mgdl),
            "rmse_next_day_mgdl": _mean_and_median(self.ahead_mgdl),
            "median_seconds_per_person": round(float(np.median(self.seconds)), 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--cohort-seed", type=int, default=53)
    parser.add_argument("--starts", type=int, default=16, help="of the peer's optimiser; its own number is 128")
    parser.add_argument("--folder", type=Path, help="keep questions and answers here; answers that are there are used")
    arguments = parser.parse_args()
    seed = arguments.cohort_seed
    people = [without_exercise(one) for one in asked_people(arguments.people, cohort_seed=seed, life_seed=seed)]
    with tempfile.TemporaryDirectory() as temporary:
        theirs = ask_peer(people, arguments.folder or Path(temporary), arguments.starts)
    ours, peer = Collected(), Collected()
    for person, found in zip(people, theirs, strict=True):
        ask_own(person, ours)
        take_peer(person, found, peer)
        print(f"{person.name}: done", file=sys.stderr, flush=True)
    print(json.dumps({"glucotwin": ours.summary(), "py-replay-bg": peer.summary()}, indent=1))


def without_exercise(person: AskedPerson) -> AskedPerson:
    return replace(person, questions=tuple(one for one in person.questions if one.kind != "exercise added"))


def ask_peer(people: Sequence[AskedPerson], folder: Path, starts: int) -> list[dict[str, Any]]:
    """The peer's answers, person by person; those that lie in the folder are not asked for again."""
    folder.mkdir(parents=True, exist_ok=True)
    found: list[dict[str, Any]] = []
    for person in people:
        answered, asked = folder / f"{person.name}.answer.json", folder / f"{person.name}.json"
        if not answered.exists():
            asked.write_text(json.dumps(told(person)))
            command = ["uv", "run", "--quiet", "--no-project", "--with-requirements", str(PEER / "requirements.txt")]
            subprocess.run(
                [*command, "python", str(PEER / "answer.py"), str(asked), str(answered), "--starts", str(starts)],
                check=True,
            )
        found.append(json.loads(answered.read_text()))
    return found


def told(person: AskedPerson) -> dict[str, Any]:
    """What the peer is told of a person: their days, as they were and with each change."""
    timeline = person.timeline
    return {
        "name": person.name,
        "weight_kg": timeline.person.weights[0].weight_kg,
        "windows": [
            {
                "columns": columns_of(timeline, day.span, timeline),
                "ahead": columns_of(timeline, _next(day.span), timeline)
                if _is_whole(person, _next(day.span))
                else None,
                "questions": [columns_of(one.change.apply(timeline), day.span, timeline) for one in day.questions],
            }
            for day in days_of(person)
        ],
    }


def days_of(person: AskedPerson) -> list[Day]:
    found: list[Day] = []
    for hours in dict.fromkeys(one.hours for one in person.questions):
        midnight = hours.start.replace(hour=0, minute=0, second=0, microsecond=0)
        begins = midnight + DAY_BEGINS if hours.start >= midnight + DAY_BEGINS else midnight + DAY_BEGINS - DAY
        begins = max(begins, hours.end - DAY)
        questions = tuple(one for one in person.questions if one.hours == hours)
        found.append(Day(span=Window(start=begins, end=begins + DAY), questions=questions))
    return found


def _next(span: Window) -> Window:
    return Window(start=span.end, end=span.end + DAY)


def _is_whole(person: AskedPerson, span: Window) -> bool:
    return span.end <= person.timeline.streams["glucose"]["time"][-1] + timedelta(minutes=STEP_MIN)


def columns_of(timeline: Timeline, span: Window, original: Timeline) -> dict[str, Any]:
    """A day on the peer's grid: readings, insulin in U/min, carbohydrate in g/min with the name of the meal."""
    readings, carbs = np.full(STEPS, np.nan), np.zeros(STEPS)
    own = timeline.cut(span)
    for at, glucose in own.frame(GlucoseReading).select("time", "glucose_mgdl").iter_rows():
        readings[_step(at, span)] = glucose
    bolus, labels = np.zeros(STEPS), [""] * STEPS
    for at, units in own.frame(Bolus).select("time", "insulin_u").iter_rows():
        bolus[_step(at, span)] += units / STEP_MIN
    names = meal_names(original, span)
    for at, grams in own.frame(Meal).select("time", "carbs_g").iter_rows():
        carbs[_step(at, span)] += grams / STEP_MIN
        # A meal that was moved keeps the name that it had where it was.
        labels[_step(at, span)] = names.get(at) or _moved_name(names, own)
    return {
        "start": span.start.replace(tzinfo=None).isoformat(),
        "glucose": [None if np.isnan(one) else one for one in readings],
        "cho": carbs.tolist(),
        "cho_label": labels,
        "bolus": bolus.tolist(),
        "basal": _basal(own, span).tolist(),
    }


def _step(time: datetime, span: Window) -> int:
    return int((time - span.start) / timedelta(minutes=STEP_MIN))


def meal_names(timeline: Timeline, span: Window) -> dict[datetime, str]:
    """Names of the logged meals of a day: the largest of each slot bears its name, the rest are snacks."""
    meals = list(timeline.cut(span).frame(Meal).select("time", "carbs_g").iter_rows())
    names = dict.fromkeys((time for time, _ in meals), "S")
    for first, last, name in SLOTS:
        within = [(grams, time) for time, grams in meals if first <= (time.hour - 4) % 24 + 4 < last]
        if within:
            names[max(within)[1]] = name
    return names


def _moved_name(names: dict[datetime, str], changed: Timeline) -> str:
    kept = set(changed.frame(Meal)["time"].to_list())
    return next((name for time, name in names.items() if time not in kept), "S")


def _basal(timeline: Timeline, span: Window) -> np.ndarray:
    rate = np.zeros(int(DAY / timedelta(minutes=1)))
    for begins, length, hourly in (
        timeline.frame(BasalSegment).select("time", "duration_min", "rate_u_per_h").iter_rows()
    ):
        minute = (begins - span.start) / timedelta(minutes=1)
        first = max(0, round(minute))
        rate[first : max(first, round(minute + length))] = hourly / 60.0
    return rate.reshape(-1, STEP_MIN).mean(axis=1)


def ask_own(person: AskedPerson, into: Collected) -> None:
    """The same of GlucoTwin."""
    begun = time.perf_counter()
    into.rows += answers(fit_twin(person.timeline), person)
    into.seconds.append(time.perf_counter() - begun)
    first = person.timeline.streams["glucose"]["time"][0]
    for day in days_of(person):
        twin = fit_twin(person.timeline, window=Window(start=first, end=day.span.end))
        into.seen_mgdl.append(
            open_loop_error(twin, person.timeline, day.span, day.span.start + timedelta(minutes=STEP_MIN))
        )
        ahead = _next(day.span)
        if _is_whole(person, ahead):
            into.ahead_mgdl.append(open_loop_error(twin, person.timeline, ahead, ahead.start))


def open_loop_error(twin: Twin, timeline: Timeline, span: Window, blind_from: datetime) -> float:
    """RMSE of what a twin expects over a span without readings from a time on, told of food and insulin."""
    data = replay_data(twin, timeline, Window(start=span.start - DAY, end=span.end))
    blind = data.without_readings([Window(start=blind_from, end=span.end)])
    model, guess = model_of(twin), jnp.asarray(_first_reading(data))

    def expected(point: jax.Array) -> jax.Array:
        body, noise = model.build(point)
        beliefs = run_filter(body, noise, initial_belief(body, noise, guess), blind.inputs, blind.readings).beliefs
        return jax.vmap(lambda belief, now: -observe(body, noise, belief, now)[0].residual_mgdl)(beliefs, blind.inputs)

    glucose = np.asarray(jax.jit(jax.vmap(expected))(twin.draws(DRAWS))).mean(axis=0)[STEPS:]
    return _rmse(glucose, _readings_of(timeline, span))


def _first_reading(data: GriddedData) -> float:
    kind = np.asarray(data.readings.kind)
    return float(np.asarray(data.readings.glucose_mgdl)[int(np.argmax(kind == VALUE))])


def _readings_of(timeline: Timeline, span: Window) -> np.ndarray:
    return np.array(columns_of(timeline, span, timeline)["glucose"], dtype=float)


def _rmse(glucose_mgdl: np.ndarray, readings_mgdl: np.ndarray) -> float:
    return float(np.sqrt(np.nanmean((glucose_mgdl - readings_mgdl) ** 2)))


def take_peer(person: AskedPerson, found: dict[str, Any], into: Collected) -> None:
    """The peer's answers as rows; it gives no bands where its fit is one point."""
    for day, answer in zip(days_of(person), found["windows"], strict=True):
        for question, change in zip(day.questions, answer["changes"], strict=True):
            into.rows.append(_peer_row(person.name, question, np.array(change), day.span))
        into.seen_mgdl.append(_rmse(np.array(answer["factual"]), _readings_of(person.timeline, day.span)))
        if answer["ahead"] is not None:
            ahead = _next(day.span)
            into.ahead_mgdl.append(_rmse(np.array(answer["ahead"]), _readings_of(person.timeline, ahead)))
    into.seconds.append(sum(one["fit_s"] + one["ask_s"] for one in found["windows"]))


def _peer_row(name: str, question: Question, change_mgdl: np.ndarray, span: Window) -> Row:
    first = _step(question.hours.start + BEFORE, span)
    answer = change_mgdl[first : first + question.true_mgdl.size]
    return Row(
        person=name,
        kind=question.kind,
        truth_mgdl=question.true_mgdl - question.factual_mgdl,
        answer_mgdl=answer,
        low_mgdl=answer,
        high_mgdl=answer,
        true_shares_pct={},
        answered_shares_pct={},
    )


def _mean_and_median(errors_mgdl: list[float]) -> list[float]:
    return [round(float(np.mean(errors_mgdl)), 1), round(float(np.median(errors_mgdl)), 1)]


if __name__ == "__main__":
    main()
