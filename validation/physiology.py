"""Runs the clinical protocols of ``measure/`` on virtual people and writes what came out beside what was published.

Run: ``uv run python validation/physiology.py`` (all, several minutes) or with names of modules: ``exercise ketone``.
Writes ``validation/physiology.json`` and the table of ``validation/README.md``; ``--dry-run`` only shows.
"""

import argparse
import csv
import importlib
import json
import math
import sys
from pathlib import Path

from glucotwin.core.claim import Claim, Verdict

HERE = Path(__file__).parent
RESULTS = HERE / "physiology.json"
README = HERE / "README.md"
BEGIN, END = "<!-- physiology: begin -->", "<!-- physiology: end -->"
COMMAND = "uv run python validation/physiology.py"

FILES = {
    "insulin_product": "insulin-product",
    "injection_site": "injection-site",
    "counter_regulation": "counter-regulation",
    "rescue": "counter-regulation",
    "circadian": "circadian",
    "mixed_meal": "mixed-meal",
    "alcohol": "alcohol",
    "exercise": "exercise",
    "condition": "condition",
    "steroid": "steroid",
    "ketone": "ketone",
    "sglt2_inhibitor": "sglt2-inhibitor",
    "kidney": "kidney",
    "comorbidity": "comorbidity",
    "low_glucose": "low-glucose",
    "population": "population",
}
"""Which module of the body each file of ``measure/`` speaks about."""


def targets() -> dict[str, dict[str, str]]:
    """The published figures by id."""
    with (HERE / "targets.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def verdict(row: dict[str, str], measured: float) -> Verdict:
    """Met or missed by the band; unverified when the figure is from memory or there is no band."""
    if row["status"] != "found" or not row["low"] or not row["high"]:
        return Verdict.UNVERIFIED
    return Verdict.MET if float(row["low"]) <= measured <= float(row["high"]) else Verdict.MISSED


def number(value: float) -> str:
    """Three significant digits."""
    return "not reached" if not math.isfinite(value) else f"{value:.3g}"


def claim_of(module: str, row: dict[str, str], measured: float) -> Claim:
    """The claim that a measurement answers."""
    band = f" ({row['low']} to {row['high']})" if row["low"] and row["high"] else ""
    return Claim(
        claim=f"{row['quantity']}: {row['population']}; {row['conditions']}",
        source=f"{row['source']} [{row['locator']}]",
        expected=f"{row['expected']}{band} {row['unit']}",
        measured=f"{number(measured)} {row['unit']}",
        verdict=verdict(row, measured),
        command=COMMAND,
        attributes=(("id", row["id"]), ("module", module), ("status", row["status"])),
    )


def measured_claims(files: list[str]) -> list[Claim]:
    """Runs the measurements of files and gives a claim for each."""
    sys.path.insert(0, str(HERE))
    registry = importlib.import_module("measure.registry").MEASUREMENTS
    rows, claims = targets(), []
    for file in files:
        known = set(registry)
        importlib.import_module(f"measure.{file}")
        for target in [name for name in registry if name not in known]:
            claim = claim_of(FILES[file], rows[target], float(registry[target]()))
            print(f"{claim.verdict:10s} {target:32s} {claim.measured:>22s}   expected {claim.expected}", flush=True)
            claims.append(claim)
    return claims


def table(claims: list[Claim]) -> str:
    """The claims as a Markdown table, module by module."""
    lines = ["| module | what | published | measured | verdict |", "|---|---|---|---|---|"]
    for claim in claims:
        attributes = dict(claim.attributes)
        what = claim.claim.split(": ", 1)[0].replace("|", "/")
        lines.append(f"| {attributes['module']} | {what} | {claim.expected} | {claim.measured} | {claim.verdict} |")
    counts = {kind: sum(claim.verdict is kind for claim in claims) for kind in Verdict}
    summary = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    return (
        f"{len(claims)} figures: {summary}. Source and protocol of each: `targets.csv`, `physiology.json`.\n\n"
        + "\n".join(lines)
    )


def with_table(page: str, claims: list[Claim]) -> str:
    """The page with its table renewed."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{table(claims)}\n{END}{rest.split(END)[1]}"


def read_claims() -> list[Claim]:
    """The claims as they were written last."""
    claims = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() else []
    return [Claim.from_json(one) for one in claims]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", choices=[[], *FILES], help="modules to measure; default all")
    parser.add_argument("--dry-run", action="store_true")
    options = parser.parse_args()
    chosen = options.files or [name for name in FILES if (HERE / "measure" / f"{name}.py").is_file()]
    fresh = measured_claims(chosen)
    if options.dry_run:
        return
    renewed = {FILES[name] for name in chosen}
    kept = [claim for claim in read_claims() if dict(claim.attributes)["module"] not in renewed]
    order = list(dict.fromkeys(FILES.values()))
    claims = sorted([*kept, *fresh], key=lambda claim: order.index(dict(claim.attributes)["module"]))
    RESULTS.write_text(
        json.dumps([claim.to_json() for claim in claims], indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    README.write_text(with_table(README.read_text(encoding="utf-8"), claims), encoding="utf-8")


if __name__ == "__main__":
    main()
