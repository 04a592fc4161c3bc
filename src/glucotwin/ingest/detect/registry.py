"""Every detector: a new one is one file and one line here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.acetaminophen import find_acetaminophen
from glucotwin.ingest.detect.bolus_without_carbs import find_boluses_without_carbs
from glucotwin.ingest.detect.clock_fault import find_clock_faults
from glucotwin.ingest.detect.compression_low import find_compression_lows
from glucotwin.ingest.detect.detection import Detection, DetectionKind, in_time_order
from glucotwin.ingest.detect.misread_activity import find_heart_rate_without_steps
from glucotwin.ingest.detect.missed_bolus import find_missed_boluses
from glucotwin.ingest.detect.partial_basal import find_unknown_basal
from glucotwin.ingest.detect.sensor_start import find_sensor_jumps, find_sensor_warm_up
from glucotwin.ingest.detect.stuck_sensor import find_stuck_sensor
from glucotwin.ingest.detect.unannounced_meal import find_unannounced_meals
from glucotwin.ingest.detect.unit_mix_up import find_unit_mix_ups

Detector = Callable[[Timeline], tuple[Detection, ...]]

DETECTORS: Final[Mapping[DetectionKind, Detector]] = MappingProxyType(
    {
        DetectionKind.STUCK_SENSOR: find_stuck_sensor,
        DetectionKind.SENSOR_WARM_UP: find_sensor_warm_up,
        DetectionKind.SENSOR_JUMP: find_sensor_jumps,
        DetectionKind.COMPRESSION_LOW: find_compression_lows,
        DetectionKind.ACETAMINOPHEN: find_acetaminophen,
        DetectionKind.UNANNOUNCED_MEAL: find_unannounced_meals,
        DetectionKind.BOLUS_WITHOUT_CARBS: find_boluses_without_carbs,
        DetectionKind.MISSED_BOLUS: find_missed_boluses,
        DetectionKind.HEART_RATE_WITHOUT_STEPS: find_heart_rate_without_steps,
        DetectionKind.BASAL_UNKNOWN: find_unknown_basal,
        DetectionKind.UNIT_MIX_UP: find_unit_mix_ups,
        DetectionKind.CLOCK_FAULT: find_clock_faults,
    }
)


def detections_of(timeline: Timeline) -> tuple[Detection, ...]:
    """What all detectors find in a person's data, in time order; the data stay as they are."""
    return in_time_order(detection for find in DETECTORS.values() for detection in find(timeline))
