"""``glucotwin advise envelope``: limits that a clinician signs for a person."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console


@click.command(
    "envelope",
    cls=Command,
    examples=(
        'glucotwin advise envelope me.envelope.json --person me --by "Dr. Weber" --why "first weeks on a pump"'
        " --days 28 --basal 0.3 1.2 --carb-ratio 6 16 --correction-factor 25 70 --max-bolus 10",
    ),
)
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--person", "person_id", required=True, metavar="NAME", help="Pseudonym of the person.")
@click.option("--by", "signed_by", required=True, metavar="NAME", help="Who signs.")
@click.option("--why", required=True, help="Why, in a sentence.")
@click.option("--days", type=click.FloatRange(1.0, 90.0), default=28.0, show_default=True, help="How long it holds.")
@click.option("--basal", type=(float, float), required=True, help="Lowest and highest basal rate, U/h.")
@click.option("--carb-ratio", type=(float, float), required=True, help="Lowest and highest carb ratio, g/U.")
@click.option(
    "--correction-factor", type=(float, float), required=True, help="Lowest and highest correction factor, mg/dL/U."
)
@click.option(
    "--target", type=(float, float), default=(90.0, 150.0), show_default=True, help="Lowest and highest target, mg/dL."
)
@click.option("--max-bolus", type=float, required=True, help="Largest single dose, U.")
@click.option(
    "--max-daily-change",
    type=click.FloatRange(0.0, 20.0),
    default=10.0,
    show_default=True,
    help="By how many percent insulin of a usual day may change.",
)
@click.pass_obj
def command(
    console: Console,
    path: Path,
    person_id: str,
    signed_by: str,
    why: str,
    days: float,
    basal: tuple[float, float],
    carb_ratio: tuple[float, float],
    correction_factor: tuple[float, float],
    target: tuple[float, float],
    max_bolus: float,
    max_daily_change: float,
) -> None:
    """Sign limits that advice on insulin stays within, and write them to FILE.

    An envelope ends by itself. Its content is sealed: one that is altered afterwards holds for nothing.
    """
    from glucotwin.advise.envelope import EnvelopeLimits, SafetyEnvelope
    from glucotwin.core.message import message
    from glucotwin.core.profile import Capability
    from glucotwin.workflows.envelope import save_envelope

    local_authority().require(Capability.ADVISE_DOSE)
    now = datetime.now(UTC).replace(microsecond=0)
    envelope = SafetyEnvelope(
        person_id=person_id,
        limits=EnvelopeLimits(
            basal_u_per_h=basal,
            carb_ratio_g_per_u=carb_ratio,
            correction_factor_mgdl_per_u=correction_factor,
            target_mgdl=target,
            max_bolus_u=max_bolus,
            max_daily_change_fraction=max_daily_change / 100.0,
        ),
        signed_by=signed_by,
        signed_at=now,
        valid_until=now + timedelta(days=days),
        why=why,
    )
    save_envelope(envelope, path)
    if console.as_json:
        console.write_json(envelope.to_json())
    else:
        until = f"{envelope.valid_until:%Y-%m-%d %H:%M} UTC"
        console.write(message("envelope-signed", name=signed_by, person=person_id, until=until, path=str(path)))
