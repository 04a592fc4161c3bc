"""``glucotwin regimen plan``: the smallest set of medicines with which all three targets are reached."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.regimen_answer import CandidateCourse
    from glucotwin.workflows.regimen_plan import Plan


@click.command(
    "plan",
    cls=Command,
    examples=(
        "glucotwin regimen plan person.yaml",
        "glucotwin regimen plan person.yaml --months 12 --hba1c-target 6.5 --sbp-target 130 --ldl-target 1.4 --json",
    ),
)
@click.argument("person", type=click.Path(path_type=Path))
@click.option("--months", type=click.IntRange(3, 36), default=12, show_default=True, help="When targets are reached.")
@click.option("--height-cm", type=click.FloatRange(120, 220), help="Height; default 162 (women) or 176 (men).")
@click.option("--hba1c-target", type=click.FloatRange(5, 10), default=7.0, show_default=True, help="In %.")
@click.option("--sbp-target", type=click.FloatRange(100, 180), default=130, show_default=True, help="In mmHg.")
@click.option("--ldl-target", type=click.FloatRange(0.5, 5), default=1.8, show_default=True, help="In mmol/L.")
@click.option("--facts", type=click.Path(path_type=Path), help="For a timeline: YAML with keys that it does not hold.")
@click.pass_obj
def command(
    console: Console,
    person: Path,
    months: int,
    height_cm: float | None,
    hba1c_target: float,
    sbp_target: float,
    ldl_target: float,
    facts: Path | None,
) -> None:
    """Find the smallest set of medicines with which PERSON reaches HbA1c, pressure and LDL targets together.

    PERSON is as for `glucotwin regimen compare`. Medicines are added at usual doses to what is taken today; what is
    contraindicated, better avoided or taken already is left out. It is about the average person: the chance that this
    one reaches every target is told beside.
    """
    from glucotwin.core.message import message
    from glucotwin.months.target import Targets
    from glucotwin.workflows.regimen_plan import plan_regimen

    with console.progress(message("regimen-progress")) as progress:
        plan = plan_regimen(
            person,
            months=months,
            height_m=None if height_cm is None else height_cm / 100.0,
            targets=Targets(hba1c_pct=hba1c_target, sbp_mmhg=sbp_target, ldl_mmoll=ldl_target),
            facts=facts,
            progress=progress,
        )
    if console.as_json:
        console.write_json(plan.to_json())
        return
    console.write("\n".join(_page(plan)))
    console.say(message("regimen-not-advice"))


def _page(plan: "Plan") -> Iterator[str]:
    from glucotwin.core.message import message

    yield plan.sentence
    yield ""
    header = tuple(message(f"regimen-plan-column-{name}") for name in ("set", "hba1c", "sbp", "ldl", "chance", "cost"))
    yield aligned([header, *[_row(one) for one in plan.sets]])
    yield ""
    yield from _reasons(plan)


def _row(answer: "CandidateCourse") -> tuple[str, ...]:
    from glucotwin.core.message import message

    return (
        answer.name or message("regimen-unchanged"),
        f"{answer.end.hba1c_pct:.1f}",
        f"{answer.end.sbp_mmhg:.0f}",
        f"{answer.end.ldl_mmoll:.1f}",
        f"{100.0 * answer.targets_met['all']:.0f}",
        str(answer.cost_class or ""),
    )


def _reasons(plan: "Plan") -> Iterator[str]:
    """Why the first set: what each medicine is for, what guidelines say, what to mind; and what is left out."""
    from glucotwin.core.message import message

    first = plan.sets[0]
    for name in filter(None, first.name.split("+")):
        yield message(f"regimen-plan-for-{plan.serves[name]}", name=name)
    for one in first.recommendations:
        verdicts = message(f"regimen-verdict-{one.verdict}", candidates=message("regimen-plan-first"))
        yield message("regimen-guideline", text=message(one.code), source=one.source, verdicts=verdicts)
    for caution in first.cautions:
        action = message(f"regimen-action-{caution.action}")
        yield message(
            "regimen-caution", candidate=message("regimen-plan-first"), action=action, text=message(caution.code)
        )
    for name, code in plan.left_out.items():
        yield message("regimen-plan-left-out", name=name, reason=message(code))
