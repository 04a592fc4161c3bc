"""Asks py-replay-bg what if, about one person.

They have windows of 24 h (5 min grid, as ``benchmarks/accuracy/what_if_peer.py`` writes them). A twin is made of
each window by maximum a posteriori with the ``multi-meal`` blueprint, replayed as it was and with each change, and
replayed on over the 24 h that follow. Glucose is that under the skin, without sensor noise.

    python answer.py asked.json answered.json [--starts 16]
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from py_replay_bg.py_replay_bg import ReplayBG
from py_replay_bg.sensors.CGM import CGM
from py_replay_bg.twinning.map import MAP

STEP_MIN = 5
OWN_STARTS = 128
"""Random starts of the optimiser that py-replay-bg itself takes."""


class ExactSensor(CGM):
    """Shows glucose under the skin as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.max_lifetime = 10**9

    def measure(self, ig: float, past_ig: list[float], t: float) -> float:
        return ig


def with_starts(starts: int) -> None:
    """Fewer starts of the optimiser; py-replay-bg has no option for it."""
    build = MAP.__init__

    def fewer(self: MAP, *args: object, **options: object) -> None:
        build(self, *args, **options)
        self.n_rerun = starts

    MAP.__init__ = fewer


def frame_of(columns: dict) -> pd.DataFrame:
    frame = pd.DataFrame({name: values for name, values in columns.items() if name != "start"})
    frame["t"] = pd.date_range(columns["start"], periods=len(frame), freq=f"{STEP_MIN}min")
    frame["glucose"] = frame["glucose"].astype(float)
    frame["bolus_label"] = np.where(frame["bolus"] > 0.0, "B", "")
    return frame


class Window:
    """One window with its twin."""

    def __init__(self, peer: ReplayBG, name: str, weight_kg: float, columns: dict) -> None:
        self.peer, self.name, self.weight_kg = peer, name, weight_kg
        self.data = frame_of(columns)

    def fit(self) -> float:
        """Seconds it took."""
        begun = time.perf_counter()
        self.peer.twin(data=self.data, bw=self.weight_kg, save_name=self.name, twinning_method="map")
        return time.perf_counter() - begun

    def replay(self, data: pd.DataFrame, **options: object) -> dict:
        return self.peer.replay(
            data=data,
            bw=self.weight_kg,
            save_name=self.name,
            twinning_method="map",
            sensor_cgm=ExactSensor,
            **options,
        )

    def answers(self, questions: list[dict]) -> dict:
        replayed = self.replay(self.data)
        factual = replayed["cgm"]["realizations"][0]
        changed = []
        for question in questions:
            changes = {name: question[name] for name in ("bolus", "basal", "cho", "cho_label")}
            told = frame_of({**self.columns(), **changes})
            changed.append((self.replay(told)["cgm"]["realizations"][0] - factual).tolist())
        return {"factual": factual.tolist(), "changes": changed, "end": replayed["x_end"]["realizations"][0].tolist()}

    def columns(self) -> dict:
        names = ("glucose", "cho", "cho_label", "bolus", "basal")
        return {"start": self.data["t"][0], **{name: self.data[name].tolist() for name in names}}

    def follow(self, columns: dict, end: list[float], glucose_mgdl: float) -> list[float]:
        """The next hours from where the replay ended, but at the last reading."""
        end[0] = end[-1] = glucose_mgdl
        replayed = self.replay(frame_of(columns), x0=end, previous_data_name=self.name)
        return replayed["cgm"]["realizations"][0].tolist()


def answer(peer: ReplayBG, person: dict) -> dict:
    windows = []
    for number, one in enumerate(person["windows"]):
        window = Window(peer, f"{person['name']}-{number}", person["weight_kg"], one["columns"])
        fit_s = window.fit()
        begun = time.perf_counter()
        found = window.answers(one["questions"])
        ask_s = time.perf_counter() - begun
        end = found.pop("end")
        last = [value for value in one["columns"]["glucose"] if value is not None and np.isfinite(value)][-1]
        ahead = window.follow(one["ahead"], end, last) if one["ahead"] else None
        windows.append({**found, "ahead": ahead, "fit_s": fit_s, "ask_s": ask_s})
        print(f"{person['name']}: window fitted in {fit_s:.0f} s, asked in {ask_s:.0f} s", file=sys.stderr, flush=True)
    return {"name": person["name"], "windows": windows}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("asked", type=Path)
    parser.add_argument("answered", type=Path)
    parser.add_argument("--starts", type=int, default=OWN_STARTS)
    arguments = parser.parse_args()
    with_starts(arguments.starts)
    with tempfile.TemporaryDirectory() as folder:
        peer = ReplayBG(blueprint="multi-meal", save_folder=folder, yts=STEP_MIN, verbose=False, plot_mode=False)
        found = answer(peer, json.loads(arguments.asked.read_text()))
    arguments.answered.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
