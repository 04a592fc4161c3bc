"""Speed and memory of reading a large Apple Health export, beside expat alone on the same file in one run.

Usage: uv run python benchmarks/speed/apple_health.py [--mebibytes N] [--json]
The export is made up: records of a person with a watch, a phone, a sensor and a pump, in the proportions of real ones.
"""

import argparse
import itertools
import json
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.parsers import expat

from glucotwin.core.progress import silent
from glucotwin.ingest.format import Imported, ImportOptions
from glucotwin.ingest.health.apple_health import AppleHealthFormat

MEBIBYTE = 1024 * 1024
START = datetime(2020, 1, 1, tzinfo=UTC)
WATCH = (
    'sourceName="A Watch" sourceVersion="10.2" device="&lt;&lt;HKDevice: 0x3012772a0&gt;, name:Apple Watch, '
    'manufacturer:Apple Inc., model:Watch, hardware:Watch6,7, software:10.2&gt;"'
)
PHONE = WATCH.replace("Watch", "iPhone")
SENSOR = 'sourceName="Dexcom G6" sourceVersion="1.9" device="&lt;&lt;HKDevice: 0x28&gt;, name:Dexcom G6, model:G6&gt;"'
LOOP = 'sourceName="Loop" sourceVersion="3.2"'
MOTION = '<MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="1"/>'


def record(kind: str, source: str, unit: str, start: datetime, minutes: float, value: str, inside: str = "") -> str:
    """One record as Apple writes it."""
    begin, end = (f"{at:%Y-%m-%d %H:%M:%S} +0000" for at in (start, start + timedelta(minutes=minutes)))
    head = f' <Record type="HKQuantityTypeIdentifier{kind}" {source} unit="{unit}" creationDate="{end}" '
    tail = f'startDate="{begin}" endDate="{end}" value="{value}"'
    return f"{head}{tail}>\n  {inside}\n </Record>\n" if inside else f"{head}{tail}/>\n"


def quarter_hour(number: int) -> str:
    """What a quarter of an hour leaves in an export."""
    start = START + timedelta(minutes=15 * number)
    parts: list[str] = []
    for minute in range(15):
        at = start + timedelta(minutes=minute)
        parts.append(record("ActiveEnergyBurned", WATCH, "kcal", at, 1, f"{0.1 + minute / 50:.3f}"))
        parts.append(record("HeartRate", WATCH, "count/min", at, 0, str(60 + (number + minute) % 70), MOTION))
        if minute % 5 == 0:
            value = 70 + (7 * number + minute) % 180
            parts.append(record("BloodGlucose", SENSOR, "mg/dL", at, 0, str(value)))
            parts.append(record("BasalEnergyBurned", WATCH, "kcal", at, 5, f"{5.5 + minute / 90:.3f}"))
    if number % 3:
        parts.append(record("StepCount", WATCH, "count", start, 9, str(100 + number % 400)))
        parts.append(record("StepCount", PHONE, "count", start, 10, str(90 + number % 380)))
        parts.append(record("DistanceWalkingRunning", WATCH, "km", start, 9, "0.31"))
    reason = '<MetadataEntry key="HKInsulinDeliveryReason" value="{}"/>'
    parts.append(record("InsulinDelivery", LOOP, "IU", start, 15, "0.2", reason.format(1)))
    if number % 24 == 0:
        parts.append(record("InsulinDelivery", LOOP, "IU", start, 2, "4.5", reason.format(2)))
        parts.append(record("DietaryCarbohydrates", LOOP, "g", start, 0, "45"))
    return "".join(parts)


def write_export(path: Path, size_bytes: int) -> None:
    """An export of at least so many bytes."""
    written = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?>\n<HealthData locale="en_US">\n')
        for text in (quarter_hour(number) for number in itertools.count()):
            written += file.write(text)
            if written >= size_bytes:
                break
        file.write("</HealthData>\n")


def blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(MEBIBYTE):
            yield block


def time_expat(path: Path) -> float:
    """Seconds of expat calling a function that does nothing for every element."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _name, _attributes: None
    begin = time.perf_counter()
    for block in blocks(path):
        parser.Parse(block, False)
    parser.Parse(b"", True)
    return time.perf_counter() - begin


def peak_mebibytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mebibytes", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xml"
        write_export(path, arguments.mebibytes * MEBIBYTE)
        size = path.stat().st_size / MEBIBYTE
        before = peak_mebibytes()
        begin = time.perf_counter()
        imported: Imported = AppleHealthFormat().read(path, options=ImportOptions(), progress=silent)
        seconds = time.perf_counter() - begin
        after = peak_mebibytes()
        alone = time_expat(path)
    result = {
        "mebibytes": round(size),
        "seconds": round(seconds, 2),
        "mebibytes_per_second": round(size / seconds, 1),
        "expat_alone_mebibytes_per_second": round(size / alone, 1),
        "peak_mebibytes": round(after),
        "peak_before_mebibytes": round(before),
        "records": {name: len(frame) for name, frame in imported.streams.items()},
    }
    if arguments.json:
        print(json.dumps(result))
        return
    for name, value in result.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
