"""Writes docs/devices/*.md from the devices' files and what was measured; ``--check`` tells if they are up to date.

The figures are those of ``validation/devices/measured.json``, which ``glucotwin devices validate --json`` writes.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from made_pages import write_or_check

from glucotwin.workflows.device_validation.finding import Finding, figure
from glucotwin.workflows.devices import list_devices

DOCS = Path(__file__).parent
FOLDER = DOCS / "devices"
COMMAND = "uv run python docs/generate_device_pages.py"
RESULTS = DOCS.parent / "validation" / "devices" / "measured.json"
MEASURE = "uv run glucotwin devices validate --json > validation/devices/measured.json"
NOTE = f"<!-- Made by `{COMMAND}`; edit the device's file, not this page. -->"
ICGM_NOTE = (
    "A to K are the rows of the special controls for integrated continuous glucose monitors. The bound, one-sided, "
    "allows for the likeness of one wearer's readings; A to G are met when it is above what is required. This is a "
    "simulated sensor on simulated people: it says nothing about whether the real one keeps the rule."
)

Json = Mapping[str, Any]


def pages() -> dict[Path, str]:
    """Every page by its file."""
    results: Json = json.loads(RESULTS.read_text(encoding="utf-8"))
    measured = {one["name"]: one["findings"] for one in results["devices"]}
    devices: Sequence[Json] = list_devices()
    made = {FOLDER / f"{one['name']}.md": _page(one, measured[one["name"]], results) for one in devices}
    return {FOLDER / "README.md": _index(devices, measured, results), **made}


def _index(devices: Sequence[Json], measured: Mapping[str, Sequence[Json]], results: Json) -> str:
    lines = [
        "# Devices",
        "",
        NOTE,
        "",
        "What virtual people wear and use, one page each, with what was measured of it beside published figures.",
        "How to wear them, and why they differ from their studies: [Sensors, pumps and faults](../how-to/devices.md).",
        "",
        f"Again: `{MEASURE}`, then `{COMMAND}`. {_measured_how(results)}",
        "",
        "| name | page | kind | MARD % | published | met | missed |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in devices:
        rows = measured[one["name"]]
        mard = next((row["measured"] for row in rows if row["name"] == "mard"), None)
        known = (one["published"] or {}).get("mard_pct")
        verdicts = [row["verdict"] for row in rows]
        cells = (
            f"`{one['name']}`",
            f"[{one['title']}]({one['name']}.md)",
            one["kind"],
            "" if mard is None else figure(mard),
            "" if known is None else f"{known:g}",
            str(verdicts.count("met")),
            str(verdicts.count("missed")),
        )
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "![Error of every sensor by glucose: median, central 90 %, and 15 mg/dL or 15 % shaded](../image/devices.png)",
        "",
    ]
    return "\n".join(lines)


def _measured_how(results: Json) -> str:
    return (
        f"Measured on {results['measured_on']} with seed {results['seed']}: sensors on {results['people']} adults of "
        f"`padova-t1d` with {results['devices_each']} each, through {results['days']} careless days "
        f"({results['below_70_pct']} % of the time below 70, {results['above_180_pct']} % above 180 mg/dL)."
    )


def _page(device: Json, findings: Sequence[Json], results: Json) -> str:
    lines = [f"# {device['title']} (`{device['name']}`)", "", NOTE, "", f"**Verdict.** {device['verdict']}", ""]
    lines += _findings(device, findings, results)
    for title, name in (("What is assumed", "assumed"), ("Sources", "sources")):
        if device[name]:
            lines += [f"## {title}", "", *(f"- {text}" for text in device[name]), ""]
    return "\n".join(lines).rstrip() + "\n"


def _findings(device: Json, findings: Sequence[Json], results: Json) -> Iterator[str]:
    how = f" {_measured_how(results)}" if device["kind"] == "sensor" else f" Measured on {results['measured_on']}."
    yield from (
        "## Beside published figures and rules",
        "",
        f"`glucotwin devices validate {device['name']}`.{how}",
        "",
        "| what | measured | 95 % bound | published or required | verdict | source |",
        "|---|---|---|---|---|---|",
    )
    for one in findings:
        title = Finding(name=one["name"], details=one["details"], unit="", measured=0.0).title
        measured = f"{figure(one['measured'])} {one['unit']}".strip()
        bound = "" if one["bound"] is None else figure(one["bound"])
        cells = (title, measured, bound, one["expected"], one["verdict"] or "", one["source"])
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
    if any(one["name"].startswith("icgm") for one in findings):
        yield from ("", ICGM_NOTE)
    yield ""


if __name__ == "__main__":
    sys.exit(write_or_check(FOLDER, pages()))
