"""``glucotwin trial describe``: a design, its hash and what its arms are."""

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned


@click.command(
    "describe", cls=Command, examples=("glucotwin trial describe known-effect", "glucotwin trial describe my.yaml")
)
@click.argument("trial")
@click.option("--quick", is_flag=True, help="The quick version of it, which has a hash of its own.")
@click.pass_obj
def command(console: Console, trial: str, quick: bool) -> None:
    """Show the design of TRIAL, a name of glucotwin trial list or a YAML file, and the hash by which it is known."""
    from glucotwin.core.message import message
    from glucotwin.workflows.trial.design_file import find_design

    design = find_design(trial)
    design = design.made_quick() if quick else design
    if console.as_json:
        console.write_json({"design_sha256": design.sha256, "design": design.model_dump(mode="json")})
        return
    console.write(f"{design.title}\n{design.question}\n")
    console.write(message("trial-hash", digest=design.sha256))
    console.write(
        message("trial-size", people=design.people, weeks=f"{design.period.weeks:g}", kind=str(design.period.kind))
    )
    console.write("")
    arms = [(one.name, str(one.role), one.label) for one in design.arms]
    console.write(aligned([tuple(message(f"trial-column-{name}") for name in ("arm", "role", "label")), *arms]))
    console.write("")
    endpoints = [(one.name, str(one.role), str(one.better), one.label) for one in design.endpoints]
    header = tuple(message(f"trial-column-{name}") for name in ("endpoint", "role", "better", "label"))
    console.write(aligned([header, *endpoints]))
    for claim in design.claims:
        console.write(("\n" if claim is design.claims[0] else "") + message("trial-claim-line", text=claim.text))
