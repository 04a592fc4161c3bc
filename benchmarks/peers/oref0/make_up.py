"""Makes up situations for oref0 over nearly every setting and kind of record; the same seed gives the same ones."""

import argparse
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

Record = dict[str, Any]
Choice = TypeVar("Choice")

MINUTE_MS = 60_000
DAY_MIN = 1440
SETTINGS: dict[str, Sequence[Any]] = {
    "max_iob": (0, 1.5, 3.5, 6, 10),
    "max_basal": (4, 1.2, 2.5),
    "rewind_resets_autosens": (True, True, False),
    "high_temptarget_raises_sensitivity": (True, False, False),
    "low_temptarget_lowers_sensitivity": (True, False),
    "sensitivity_raises_target": (True, False),
    "resistance_lowers_target": (True, False),
    "exercise_mode": (True, False, False, False),
    "half_basal_exercise_target": (160, 140, 180),
    "maxCOB": (120, 60),
    "skip_neutral_temps": (True, False, False, False),
    "min_5m_carbimpact": (8, 3),
    "remainingCarbsFraction": (1, 0.7),
    "remainingCarbsCap": (90, 50),
    "enableUAM": (True, True, True, False),
    "A52_risk_enable": (True, False),
    "enableSMB_with_COB": (True, False),
    "enableSMB_with_temptarget": (True, False),
    "enableSMB_always": (True, False),
    "enableSMB_after_carbs": (True, False),
    "enableSMB_high_bg": (True, False, False),
    "enableSMB_high_bg_target": (110, 140, 180),
    "allowSMB_with_high_temptarget": (True, False, False),
    "maxSMBBasalMinutes": (30, 60, 90),
    "maxUAMSMBBasalMinutes": (30, 60),
    "SMBInterval": (1, 3, 5, 20),
    "bolus_increment": (0.1, 0.05, 0.1),
    "maxDelta_bg_threshold": (0.2, 0.3, 0.4, 0.1),
    "curve": ("rapid-acting", "rapid-acting", "ultra-rapid", "bilinear"),
    "useCustomPeakTime": (True, False, False),
    "insulinPeakTime": (75, 45, 60, 110),
    "noisyCGMTargetMultiplier": (1.3, 1.0),
    "suspend_zeros_iob": (True, True, True, True, False),
    "out_units": ("mg/dL", "mg/dL", "mg/dL", "mmol/L"),
    "dia": (3, 4, 5, 6, 7),
    "carb_ratio": range(5, 17),
    "carbsReqThreshold": (1,),
    "autosens_max": (1.2,),
    "autosens_min": (0.7,),
    "max_daily_safety_multiplier": (3,),
    "current_basal_safety_multiplier": (4,),
}


class Draw:
    """Draws that depend on a seed and on nothing else."""

    def __init__(self, seed: int) -> None:
        self._seed, self._count = seed, 0

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A number between two others."""
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}:{self._count}".encode()).digest()
        return low + (high - low) * int.from_bytes(digest[:8], "big") / 2**64

    def whole(self, low: int, high: int) -> int:
        """A whole number between two others, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def one_of(self, choices: Sequence[Choice]) -> Choice:
        """One of several things."""
        return choices[int(self.uniform() * len(choices))]

    def chance(self, probability: float) -> bool:
        """Whether something happens."""
        return self.uniform() < probability


class Situation:
    """One made-up person at one moment."""

    def __init__(self, seed: int) -> None:
        self.draw = Draw(seed)
        start = datetime(2025, 1, 1, tzinfo=UTC)
        moment = start + timedelta(minutes=self.draw.whole(1500, 364 * DAY_MIN), seconds=self.draw.one_of((0, 0, 17)))
        self.minute_of_day = moment.hour * 60 + moment.minute
        self.now_ms = round(moment.timestamp() * 1000)
        self.basal = self.draw.one_of((0.3, 0.45, 0.6, 0.9, 1.3, 1.8))
        self.target = self.draw.one_of((None, None, None, None, 80, 120, 140, 150))

    def document(self) -> Record:
        """The input of a decision."""
        profile = self._profile()
        carbs, history = self._records(profile["carb_ratio"])
        target = self.target
        return {
            "clock": self._text(0),
            "profile": profile,
            "pumphistory": history,
            "glucose": {"columns": ["date_ms", "sgv", "noise"], "rows": self._readings()},
            "carbs": carbs,
            "temptargets": []
            if target is None
            else [{"created_at": self._text(60), "duration": 120, "targetTop": target, "targetBottom": target}],
            "currenttemp": self._running(history),
            "microBolusAllowed": self.draw.chance(0.6),
            "reservoir": "120.0",
        }

    def _text(self, minutes_ago: float) -> str:
        moment = datetime.fromtimestamp((self.now_ms - int(minutes_ago * 60) * 1000) / 1000, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def _profile(self) -> Record:
        draw = self.draw
        starts = [0, *sorted({draw.one_of((180, 360, 420, 480, 720, 735, 960, 1200)) for _ in range(draw.whole(0, 3))})]
        rates = [round(self.basal * draw.uniform(0.6, 1.5) * 20) / 20 for _ in starts]
        turns = [0, *([draw.one_of((480, 720, 1000))] if draw.chance(0.5) else [])]
        sensitivities = [draw.whole(25, 100) for _ in turns]
        low = self.target or draw.one_of((90, 100, 100, 105, 120))
        profile: Record = {name: draw.one_of(choices) for name, choices in SETTINGS.items()}
        profile |= {
            "min_bg": low,
            "max_bg": low if self.target else low + draw.one_of((0, 0, 10, 20)),
            "basalprofile": [
                {"i": place, "start": f"{start // 60:02d}:{start % 60:02d}:00", "minutes": start, "rate": rate}
                for place, (start, rate) in enumerate(zip(starts, rates, strict=True))
            ],
            "isfProfile": {
                "sensitivities": [
                    {"i": place, "offset": turn, "sensitivity": sensitivity}
                    for place, (turn, sensitivity) in enumerate(zip(turns, sensitivities, strict=True))
                ]
            },
            "max_daily_basal": max(rates),
            "current_basal": self._in_force(starts, rates),
            "sens": self._in_force(turns, sensitivities),
        }
        if draw.chance(0.2):
            profile["model"] = draw.one_of(("554", "523", "522"))
        return profile | ({"temptargetSet": True} if self.target else {})

    def _in_force(self, starts: Sequence[int], values: Sequence[float]) -> float:
        return [value for start, value in zip(starts, values, strict=True) if start <= self.minute_of_day][-1]

    def _records(self, carb_ratio: float) -> tuple[list[Record], list[Record]]:
        events = [*self._temps(), *self._standstills()]
        for _ in range(self.draw.one_of((0, 0, 1, 2, 4))):
            amount = self.draw.one_of((0.05, 0.1, 0.3, 1, 2.5, 5, 0.35))
            events.append(self._bolus(self.draw.uniform(0.5, 400), amount))
        carbs: list[Record] = []
        for _ in range(self.draw.one_of((0, 0, 1, 1, 2, 3))):
            self._eat(carb_ratio, carbs, events)
        if self.draw.chance(0.2):
            minutes = self.draw.uniform(30, 1200)
            events.append((minutes, [{"_type": "Rewind", "timestamp": self._text(minutes)}]))
        events.sort(key=lambda event: event[0])
        return carbs, [record for _, records in events for record in records]

    def _bolus(self, minutes_ago: float, amount: float) -> tuple[float, list[Record]]:
        return minutes_ago, [{"_type": "Bolus", "amount": amount, "timestamp": self._text(minutes_ago)}]

    def _eat(self, carb_ratio: float, carbs: list[Record], events: list[tuple[float, list[Record]]]) -> None:
        minutes, grams = self.draw.whole(3, 420), self.draw.one_of((5, 15, 30, 45, 60, 90, 0.5))
        text, bolus = self._text(minutes), self._bolus(minutes, round(grams / carb_ratio, 1) or 0.1)
        kind = self.draw.uniform()
        if kind < 0.75:
            carbs.append({"eventType": "Meal Bolus", "carbs": grams, "created_at": text, "enteredBy": "made up"})
            events += [bolus] if self.draw.chance(0.5) else []
        elif kind < 0.9:
            events.append((minutes, [{"_type": "BolusWizard", "carb_input": grams, "timestamp": text}, *bolus[1]]))
        else:
            events.append((minutes, [{"_type": "JournalEntryMealMarker", "carb_input": grams, "timestamp": text}]))

    def _temps(self) -> list[tuple[float, list[Record]]]:
        draw, events, minutes = self.draw, list[tuple[float, list[Record]]](), self.draw.uniform(1, 25)
        while minutes < DAY_MIN:
            rate = 0 if draw.chance(0.5) else round(draw.uniform(0, 3 * self.basal) * 20) / 20
            duration, text = draw.one_of((30, 30, 30, 60, 120)), self._text(minutes)
            temp = {"_type": "TempBasal", "temp": "absolute", "rate": rate, "timestamp": text}
            length = {"_type": "TempBasalDuration", "duration (min)": duration, "timestamp": text}
            events.append((minutes, [length, temp]))
            minutes += draw.uniform(20, 90) if draw.chance(0.8) else draw.uniform(100, 200)
        return [] if draw.chance(0.05) else events

    def _standstills(self) -> list[tuple[float, list[Record]]]:
        draw, kind = self.draw, self.draw.uniform()
        stop = draw.uniform(40, 600)
        start = stop - draw.uniform(5, min(stop - 1, 150))
        if kind < 0.35:
            moments = [(stop, "PumpSuspend"), (start, "PumpResume")]
        elif kind < 0.45:
            moments = [(draw.uniform(3, 120), "PumpSuspend")]
        elif kind < 0.55:
            moments = [(draw.uniform(10, 900), "PumpResume")]
        else:
            moments = []
        return [(minutes, [{"_type": name, "timestamp": self._text(minutes)}]) for minutes, name in moments]

    def _readings(self) -> list[list[float]]:
        draw = self.draw
        level, slope = (
            draw.one_of((42, 55, 70, 85, 100, 120, 150, 180, 230, 300)),
            draw.one_of((-8, -4, -2, 0, 1, 2, 4, 8)),
        )
        trend, wobble = draw.one_of((-3, 0, 0, 0, 3)), draw.one_of((0.0, 1.0, 2.5))
        moment_ms = self.now_ms - round(draw.one_of((1, 1, 2, 4, 4.5, 6, 13)) * MINUTE_MS)
        gap_at = draw.whole(2, 60) if draw.chance(0.15) else None
        drift, rows = 0.0, list[list[float]]()
        for place in range(draw.one_of((289,) * 8 + (20, 60, 150))):
            drift = 0.6 * drift + draw.uniform(-wobble, wobble)
            value = level - slope * min(place, 10) - trend * min(max(place - 10, 0), 60) / 12 + drift
            rows.append([moment_ms, max(39, min(400, round(value))), 1])
            moment_ms -= 5 * MINUTE_MS if draw.chance(0.97) else draw.one_of((1, 2, 7, 11)) * MINUTE_MS
            moment_ms -= draw.one_of((20, 60, 180)) * MINUTE_MS if place == gap_at else 0
        return self._with_faults(rows)

    def _with_faults(self, rows: list[list[float]]) -> list[list[float]]:
        kind = self.draw.uniform()
        if kind < 0.05:
            rows[0][1] = 38
        elif kind < 0.1:
            for row in rows[:3]:
                row[2] = self.draw.one_of((2, 3))
        elif kind < 0.14:
            rows[self.draw.whole(1, 19)][1] = 30
        return rows

    def _running(self, history: Sequence[Record]) -> Record:
        draw, kind = self.draw, self.draw.uniform()
        last = next((record for record in history if record["_type"] == "TempBasal"), None)
        if last is not None and kind < 0.5:
            return {"duration": draw.one_of((5, 12, 16, 25, 60)), "rate": last["rate"], "temp": "absolute"}
        if kind < 0.65:
            return {"duration": draw.one_of((3, 12, 20, 50, 110)), "rate": draw.one_of((0, 1.2, 3)), "temp": "absolute"}
        return {"duration": 0, "rate": 0, "temp": "absolute"}


def main() -> None:
    """Write cases to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.count)
    cases = [{"id": f"made-up-{seed}", "input": Situation(seed).document()} for seed in seeds]
    options.file.write_text(json.dumps(cases), encoding="utf-8")


if __name__ == "__main__":
    main()
