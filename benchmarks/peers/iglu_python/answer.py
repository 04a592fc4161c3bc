"""Runs 15 metrics of iglu_python on people's readings (JSON from standard input: `time`, `glucose_mgdl`)."""

import contextlib
import io
import json
import sys
import time
import warnings

import iglu_python as iglu
import pandas as pd

warnings.simplefilter("ignore")


def compute(readings: pd.DataFrame) -> dict[str, float]:
    episodes = iglu.episode_calculation(readings).set_index(["type", "level"])["total_episodes"]
    return {
        "mean_mgdl": iglu.mean_glu(readings)["mean"].iloc[0],
        "sd_mgdl": iglu.sd_glu(readings)["SD"].iloc[0],
        "cv_pct": iglu.cv_glu(readings)["CV"].iloc[0],
        "gmi_pct": iglu.gmi(readings)["GMI"].iloc[0],
        "tir_pct": iglu.in_range_percent(readings, [[70, 180]])["in_range_70_180"].iloc[0],
        "tbr_pct": iglu.below_percent(readings, [70])["below_70"].iloc[0],
        "tar_pct": iglu.above_percent(readings, [180])["above_180"].iloc[0],
        "lbgi": iglu.lbgi(readings)["LBGI"].iloc[0],
        "hbgi": iglu.hbgi(readings)["HBGI"].iloc[0],
        "j_index": iglu.j_index(readings)["J_index"].iloc[0],
        "mage_mgdl": iglu.mage(readings)["MAGE"].iloc[0],
        "modd_mgdl": iglu.modd(readings)["MODD"].iloc[0],
        "conga24_mgdl": iglu.conga(readings)["CONGA"].iloc[0],
        "gvp_pct": iglu.gvp(readings)["GVP"].iloc[0],
        "hypo_level1_count": float(episodes["hypo", "lv1"]),
    }


def main() -> None:
    people = json.load(sys.stdin)["people"]
    frames = [
        pd.DataFrame({"id": "a", "time": pd.to_datetime(person["time"]), "gl": person["glucose_mgdl"]})
        for person in people
    ]
    talk = io.StringIO()
    answers, seconds = [], []
    with contextlib.redirect_stdout(talk):
        compute(frames[0].copy())
        for frame in frames:
            readings = frame.copy()
            start = time.perf_counter()
            answer = compute(readings)
            seconds.append(time.perf_counter() - start)
            answers.append({name: float(value) for name, value in answer.items()})
    json.dump({"answers": answers, "seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    main()
