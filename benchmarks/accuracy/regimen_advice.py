"""Advice on medicines beside courses that it has not seen: HbA1c foreseen for three and six months, and what comes.

The true people are those of the trial guided-t2d (``workflows/trial/guided/truth.py``), which share no equation with
the twin: shares of HbA1c that trials measured, doses taken, stops, season and drift. HbA1c is 7.5 to 10 % at screening
on metformin. Three months later each person begins one medicine drawn by lot, or none. A twin is fitted to both visits
and foresees three and six months; fitted again at the visit after three months, it foresees the rest. Nobody attends to
them as in a study.

Beside the twin stand "no change" (HbA1c as measured last) and the class's average: the last measurement plus the mean
change of the other people who began the same medicine, which nobody could know before.

    uv run python benchmarks/accuracy/regimen_advice.py [--people 120] [--seed 20261201] [--json FILE]

The seed 20261111 was looked at during development, and 20261127 is the trial's own; neither is for reported figures.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glucotwin.advise.regimen.spell import Spell, Visit
from glucotwin.advise.regimen.twin import RegimenTwin, fit_regimen_twin
from glucotwin.trial.chance import person_uniforms
from glucotwin.workflows.trial.guided.cohort import SCREENED_PCT, SCREENING_D, People, true_people
from glucotwin.workflows.trial.guided.option import Truth
from glucotwin.workflows.trial.guided.table import numbers
from glucotwin.workflows.trial.guided.truth import TrueLives

REPORTED_SEED = 20261201
BEGUN = {
    "": 0.0,
    "sitagliptin": 100.0,
    "empagliflozin": 10.0,
    "glimepiride": 2.0,
    "pioglitazone": 30.0,
    "semaglutide": 1.0,
    "glargine": 0.0,
}
"""What may be begun, and its dose; the first is nothing, and insulin is titrated."""

MONTHS = {"3 months": 91, "6 months": 182}
SCREENING, START, THREE, SIX = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A person with what was measured, what they began, and what came.

    Attributes:
        number: of the person.
        begun: medicine, empty for none.
        spells: what was taken.
        visits: at screening, at the start and after three months.
        true_pct: HbA1c after three and six months, by name.
        stopped: whether they stopped it by themselves within six months.
    """

    number: int
    begun: str
    spells: tuple[Spell, ...]
    visits: tuple[Visit, ...]
    true_pct: dict[str, float]
    stopped: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=120)
    parser.add_argument("--seed", type=int, default=REPORTED_SEED)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    people, followed = lived(asked.seed, asked.people)
    rows = [row for one in followed for row in rows_of(people, one)]
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1))
    print(table(rows))


def lived(seed: int, count: int) -> tuple[People, list[Followed]]:
    """The first people by number who are let in, with their courses."""
    people = true_people(seed, range(4 * count))
    lives = TrueLives(people=people, seed=seed, truth=Truth(), attended=False)
    screened = lives.measured(SCREENING)
    low, high = SCREENED_PCT
    let_in = [int(one) for one in np.flatnonzero((screened["hba1c_pct"] >= low) & (screened["hba1c_pct"] <= high))]
    let_in = let_in[:count]
    lives.live(SCREENING_D)
    start = lives.measured(START)
    drawn = person_uniforms(seed, people.numbers, stream="regimen-advice", count=1)[:, 0]
    names = [list(BEGUN)[min(int(one * len(BEGUN)), len(BEGUN) - 1)] for one in drawn]
    spells = {place: spells_of(names[place]) for place in let_in}
    for place in let_in:
        lives.prescribe(place, spells[place])
    lives.begin()
    lives.live(MONTHS["3 months"])
    after, middle = lives.measured(THREE), lives.hba1c_pct.copy()
    lives.live(MONTHS["6 months"] - MONTHS["3 months"])
    days = (0, SCREENING_D, SCREENING_D + MONTHS["3 months"])
    return people, [
        Followed(
            number=place,
            begun=names[place],
            spells=spells[place],
            visits=tuple(
                Visit(day=day, **{name: float(one[place]) for name, one in measured.items()})
                for day, measured in zip(days, (screened, start, after), strict=True)
            ),
            true_pct={"3 months": float(middle[place]), "6 months": float(lives.hba1c_pct[place])},
            stopped=bool(lives.taking.stopped[place]),
        )
        for place in let_in
    ]


def spells_of(begun: str) -> tuple[Spell, ...]:
    """Metformin for long, and what is begun at the start."""
    metformin = Spell(medicine="metformin", dose=numbers("cohort.csv")["metformin_mg"])
    if not begun:
        return (metformin,)
    titrated = begun == "glargine"
    return (metformin, Spell(medicine=begun, dose=BEGUN[begun], start_d=SCREENING_D, titrated=titrated))


def rows_of(people: People, one: Followed) -> Iterator[dict]:
    """What was foreseen of a person at the start and after three months."""
    first = one.visits[0]
    assert first.hba1c_pct is not None
    assert first.fasting_mmoll is not None
    person = people.known(one.number, hba1c_pct=first.hba1c_pct, fasting_mmoll=first.fasting_mmoll)
    known = {"at the start": (one.visits[:2], list(MONTHS)), "after 3 months": (one.visits, ["6 months"])}
    for when, (visits, horizons) in known.items():
        today = visits[-1].day
        twin = fit_regimen_twin(person, one.spells, visits, seed=one.number, today=today)
        for horizon in horizons:
            low, middle, high = foreseen_pct(twin, one.spells, SCREENING_D + MONTHS[horizon])
            yield {
                "person": one.number,
                "begun": one.begun,
                "when": when,
                "horizon": horizon,
                "low": low,
                "median": middle,
                "high": high,
                "last": visits[-1].hba1c_pct,
                "true": one.true_pct[horizon],
                "stopped": one.stopped,
            }


def foreseen_pct(twin: RegimenTwin, spells: Sequence[Spell], day: int) -> tuple[float, float, float]:
    """10th percentile, median and 90th percentile of true HbA1c on a day."""
    ends = twin.foresee(spells, days=day - twin.today).at("hba1c_pct", day)
    low, middle, high = np.quantile(ends, (0.1, 0.5, 0.9))
    return float(low), float(middle), float(high)


def table(rows: list[dict]) -> str:
    """By when and for when it was foreseen, of all, of those who went on, and by medicine."""
    lines: list[str] = []
    for when, horizon in dict.fromkeys((one["when"], one["horizon"]) for one in rows):
        own = [one for one in rows if (one["when"], one["horizon"]) == (when, horizon)]
        lines.append(f"foreseen {when} for {horizon}")
        lines.append(f"  all: {told(own)}")
        lines.append(f"  who went on: {told([one for one in own if not one['stopped']])}")
        lines += [f"  {name or 'nothing'}: {told([one for one in own if one['begun'] == name])}" for name in BEGUN]
    return "\n".join(lines)


def told(own: list[dict]) -> str:
    true, median, last = (np.array([one[name] for one in own]) for name in ("true", "median", "last"))
    inside = np.mean([one["low"] <= one["true"] <= one["high"] for one in own])
    change = true - last
    usual = np.array([usual_change(own, one) for one in own])
    width = np.mean([one["high"] - one["low"] for one in own])
    return (
        f"n {len(own)}, change foreseen {np.mean(median - last):+.2f}, true {change.mean():+.2f}, RMSE "
        f"{rms(true - median):.2f} (no change {rms(change):.2f}, class average {rms(change - usual):.2f}), "
        f"80 % intervals ({width:.2f} wide) hold {inside:.0%}"
    )


def usual_change(own: list[dict], one: dict) -> float:
    """Mean change of the others who began the same."""
    same = [two["true"] - two["last"] for two in own if two["begun"] == one["begun"] and two["person"] != one["person"]]
    return float(np.mean(same)) if same else 0.0


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


if __name__ == "__main__":
    main()
