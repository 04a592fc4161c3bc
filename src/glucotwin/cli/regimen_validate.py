"""``glucotwin regimen validate``: published trials of type 2 diabetes simulated, with hits and misses."""

from pathlib import Path

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned


@click.command(
    "validate",
    cls=Command,
    examples=("glucotwin regimen validate --study goldstein", "glucotwin regimen validate --page trials.md"),
)
@click.option("--study", help="Only studies whose name contains this.")
@click.option("--page", type=click.Path(path_type=Path, dir_okay=False), help="Markdown file to write the table into.")
@click.pass_obj
def command(console: Console, study: str | None, page: Path | None) -> None:
    """Simulate every trial of the table of published figures with one set of parameters.

    Studies that were to stay unseen are scored apart. Without --study also rules (order of classes, combinations no
    more than their parts, SGLT2 inhibitors at a weak kidney, sign of weight) and check values of published models. All
    of them take about ten seconds of one processor.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.regimen_rule import check_rules
    from glucotwin.workflows.regimen_validate import markdown, score, validate_regimens

    with console.progress(message("regimen-progress")) as progress:
        results = validate_regimens(study=study, progress=progress)
        rules = () if study else check_rules()
    scores = {name: score(results, held_out=apart) for name, apart in (("used", False), ("held_out", True))}
    if page is not None:
        page.write_text(markdown(results, rules), encoding="utf-8")
    if console.as_json:
        told = {name: {"hits": hits, "figures": figures} for name, (hits, figures) in scores.items()}
        checked = [one.to_json() for one in rules]
        console.write_json({"scores": told, "results": [one.to_json() for one in results], "rules": checked})
        return
    columns = ("row", "study", "arm", "endpoint", "published", "model", "hit")
    header = tuple(message(f"regimen-trial-{name}") for name in columns)
    rows = [
        (
            one.target.row,
            one.target.study,
            one.target.arm,
            one.target.endpoint,
            f"{one.target.value:g}",
            one.measured_text,
            message(f"regimen-trial-{one.verdict}"),
        )
        for one in results
    ]
    console.write(aligned([header, *rows]))
    for name, (hits, figures) in scores.items():
        console.write(message(f"regimen-trial-score-{name.replace('_', '-')}", hits=hits, figures=figures))
    if rules:
        kept = sum(one.kept for one in rules)
        console.write(message("regimen-trial-rules", kept=kept, rules=len(rules)))
        for one in rules:
            if not one.kept:
                told = {"about": one.about, "expected": one.expected, "measured": one.measured}
                console.write(message("regimen-trial-broken", **told))
