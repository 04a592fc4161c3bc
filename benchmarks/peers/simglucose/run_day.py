"""One day of adult#001 with simglucose itself, in an environment of its own; prints CPU and wall seconds as JSON."""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

from simglucose.patient.t1dpatient import Action, T1DPatient  # noqa: E402

meals = {420: 45, 720: 70, 960: 15, 1080: 80, 1380: 10}
patient = T1DPatient.withName("adult#001")
basal = patient._params.u2ss * patient._params.BW / 6000.0
minutes = int(sys.argv[1]) if len(sys.argv) > 1 else 1440
started, cpu = time.perf_counter(), time.process_time()
for minute in range(minutes):
    carbs = meals.get(minute, 0)
    patient.step(Action(CHO=carbs, insulin=basal + carbs / 10.0))
print(
    json.dumps(
        {"wall_s": time.perf_counter() - started, "cpu_s": time.process_time() - cpu, "end": patient.observation.Gsub}
    )
)
