"""One day of adult#001 under simglucose's own PID controller, in an environment of its own; prints seconds as JSON."""

import json
import sys
import time
import warnings
from datetime import datetime, timedelta

warnings.filterwarnings("ignore")

from simglucose.actuator.pump import InsulinPump  # noqa: E402
from simglucose.controller.pid_ctrller import PIDController  # noqa: E402
from simglucose.patient.t1dpatient import T1DPatient  # noqa: E402
from simglucose.sensor.cgm import CGMSensor  # noqa: E402
from simglucose.simulation.env import T1DSimEnv  # noqa: E402
from simglucose.simulation.scenario import CustomScenario  # noqa: E402

hours = float(sys.argv[1]) if len(sys.argv) > 1 else 24.0
start = datetime(2025, 1, 1)
scenario = CustomScenario(start_time=start, scenario=[(7, 45), (12, 70), (16, 15), (18, 80), (23, 10)])
env = T1DSimEnv(
    T1DPatient.withName("adult#001"), CGMSensor.withName("Dexcom", seed=1), InsulinPump.withName("Insulet"), scenario
)
controller = PIDController(P=0.001, I=0.00001, D=0.001, target=140)
started, cpu = time.perf_counter(), time.process_time()
observation, reward, done, info = env.reset()
decisions = 0
while env.time < start + timedelta(hours=hours):
    action = controller.policy(observation, reward, done, **info)
    observation, reward, done, info = env.step(action)
    decisions += 1
print(
    json.dumps(
        {
            "wall_s": time.perf_counter() - started,
            "cpu_s": time.process_time() - cpu,
            "decisions": decisions,
            "end_mgdl": float(observation.CGM),
        }
    )
)
