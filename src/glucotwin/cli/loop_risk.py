"""``glucotwin loop risk``: risk scenarios, arm by arm."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.risk_set import RiskReport


@click.command(
    "risk",
    cls=Command,
    examples=(
        "glucotwin loop risk examples/risk/tidepool.json --profile median --plot risk.png",
        "glucotwin loop risk tidepool_risk_scenarios.json --scenario TLR-606 --out risk.csv",
        "glucotwin loop risk tidepool_risk_scenarios.json --processes 8 --folder run --by-hazard",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--scenario", "scenarios", multiple=True, metavar="ID", help="Run this scenario; may be repeated.")
@click.option("--profile", "profiles", multiple=True, metavar="NAME", help="Run people whose name has this in it.")
@click.option("--body", default=None, metavar="NAME", help="The body to run on; that of the set unless given.")
@click.option("--folder", type=click.Path(path_type=Path), help="Keep finished parts here; a killed run goes on.")
@click.option("--processes", type=click.IntRange(1, 256), default=1, show_default=True, help="Run so many at once.")
@click.option("--by-hazard", is_flag=True, help="Tell scores and a verdict for each kind of hazard instead.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV file for the scores of every arm.")
@click.option("--overwrite", is_flag=True, help="Replace an existing file.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG or SVG file for severities and the worst courses.")
@click.pass_obj
def command(
    console: Console,
    file: Path,
    scenarios: tuple[str, ...],
    profiles: tuple[str, ...],
    body: str | None,
    folder: Path | None,
    processes: int,
    by_hazard: bool,
    out: Path | None,
    overwrite: bool,
    plot: Path | None,
) -> None:
    """Run the risk scenarios of FILE, as the Tidepool Project published them, and score every arm.

    A scenario says what happens, what the pump is told and what the sensor shows; where these differ is the hazard.
    Each has up to three arms: Loop, settings as they are, and Loop with guardrails. Scores are those of the original:
    low glucose by LBGI, ketoacidosis by hours with too little insulin, severity from 0 to 5.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.risk_set import PUBLISHED_BODY, run_risk_set

    with console.progress(message("risk-running")) as progress:
        report = run_risk_set(
            file,
            scenarios=scenarios,
            profiles=profiles,
            body=body or PUBLISHED_BODY,
            folder=folder,
            processes=processes,
            out=out,
            overwrite=overwrite,
            progress=progress,
        )
    if plot is not None:
        from glucotwin.workflows.risk_figure import draw_risk

        draw_risk(report, plot)
    if report.left_out:
        console.warn(message("risk-left-out", count=len(report.left_out), first=next(iter(report.left_out.values()))))
    if console.as_json:
        console.write_json(report.to_json())
    else:
        console.write(_hazards(report) if by_hazard else _page(report))


def _hazards(report: "RiskReport") -> str:
    from glucotwin.core.message import message
    from glucotwin.scenario.risk_set import Arm

    columns = ("lbgi", "dkai", "serious", "changed", "verdict")
    header = (
        message("risk-column-hazard"),
        message("risk-column-arm"),
        *(message(f"risk-column-{one}") for one in columns),
    )
    rows = [
        (
            message(f"risk-hazard-{one.hazard}", trios=one.trios) if arm is Arm.NO_LOOP else "",
            message(f"risk-arm-{arm}"),
            f"{score.lbgi:.1f}",
            f"{score.dkai_h:.1f}",
            f"{score.serious_pct:.0f}",
            "" if score.verdict is None else f"{score.better}/{score.worse}",
            "" if score.verdict is None else message(f"risk-verdict-{score.verdict}"),
        )
        for one in report.hazards()
        for arm in (Arm.NO_LOOP, Arm.LOOP, Arm.LOOP_WITH_GUARDRAILS)
        for score in (one.arms[arm],)
    ]
    return aligned([header, *rows], right=frozenset({2, 3, 4, 5}))


def _page(report: "RiskReport") -> str:
    from glucotwin.core.message import message
    from glucotwin.metrics.device_risk import Harm
    from glucotwin.scenario.risk_set import Arm
    from glucotwin.workflows.risk_set import SEVERITIES

    header = (
        message("risk-column-arm"),
        *(message("risk-severity", severity=severity) for severity in SEVERITIES),
        *(message(f"risk-harm-{harm}") for harm in Harm),
    )
    rows = [
        (
            message(f"risk-arm-{arm}"),
            *(str(count) for count in report.severities(arm).values()),
            *(str(count) for count in report.harms(arm).values()),
        )
        for arm in Arm
    ]
    return aligned([header, *rows], right=frozenset(range(1, len(header))))
