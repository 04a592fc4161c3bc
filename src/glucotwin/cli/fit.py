"""``glucotwin fit``: a person's twin from their days, or many people's."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.fit_people import are_people, people_page
from glucotwin.cli.option import PersonArguments, import_options, person_options
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.ingest.detect.days import DayReport
    from glucotwin.twin.diagnostic import Diagnostics
    from glucotwin.twin.twin import Twin
    from glucotwin.workflows.fit import FitAnswer, FitChoice, FitPeriod
    from glucotwin.workflows.fit_people import FitPeopleAnswer


METHODS = ("map", "nuts")
"""Names of ``glucotwin.twin.method.FIT_METHODS``, which is slow to load; a test compares them."""

BODIES = ("minimal", "padova-t1d-reduced", "minimal-t2d")
"""Names of ``glucotwin.twin.body.registry.FIT_BODIES``, the default first; a test compares them."""

PRIORS = ("independent", "population")
"""Of ``glucotwin.twin.fit.PriorChoice``, the default first; a test compares them."""


@click.command(
    "fit",
    cls=Command,
    examples=(
        "glucotwin fit my-timeline --out me.twin.json",
        "glucotwin fit export.csv --zone Europe/Berlin --holdout-days 7 --out me.twin.json",
        "glucotwin fit my-timeline --days 3 --method nuts --out me.twin.json",
        "glucotwin fit my-timeline --body padova-t1d-reduced --out me.twin.json",
        "glucotwin fit people/ --out twins/",
    ),
)
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="File to save the twin to; a folder when there are several people.",
)
@click.option("--people", is_flag=True, help="SOURCE is an archive of several people.")
@click.option(
    "--workers", type=click.IntRange(1, 256), help="How many people are fitted at once.  [default: one per processor]"
)
@click.option("--overwrite", is_flag=True, help="Replace an existing twin at --out.")
@click.option("--days", type=click.IntRange(2, 90), default=14, show_default=True, help="How many days to learn from.")
@click.option("--from", "first_day", type=click.DateTime(["%Y-%m-%d"]), help="First local day, instead of --days.")
@click.option("--to", "last_day", type=click.DateTime(["%Y-%m-%d"]), help="Last local day.")
@click.option(
    "--holdout-days", type=click.IntRange(0, 365), default=0, show_default=True, help="Days at the end to keep aside."
)
@click.option("--all-days", is_flag=True, help="Learn from days that are judged unfit too, such as days without meals.")
@click.option(
    "--body",
    type=click.Choice(BODIES),
    help="minimal: few parameters; padova-t1d-reduced: the simulator's structure; minimal-t2d: insulin of one's own."
    "  [default: minimal-t2d in type 2 diabetes, else minimal]",
)
@click.option(
    "--prior",
    type=click.Choice(PRIORS),
    default=PRIORS[0],
    show_default=True,
    help="independent: each parameter on its own; population: jointly, by weight, age, insulin, settings, duration.",
)
@click.option(
    "--method",
    type=click.Choice(METHODS),
    default=METHODS[0],
    show_default=True,
    help="map: most probable point and a normal around it; nuts: Markov chains.",
)
@click.option("--chains", type=click.IntRange(1, 16), default=4, show_default=True, help="Chains of nuts.")
@click.option(
    "--warm-up", type=click.IntRange(20, 5000), default=200, show_default=True, help="Transitions that tune each chain."
)
@click.option(
    "--draws", type=click.IntRange(20, 20000), default=500, show_default=True, help="Draws that each chain keeps."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of methods that draw.")
@click.option(
    "--latents/--no-latents",
    default=False,
    show_default=True,
    help="Look at what differed from day to day, meal to meal and sensor to sensor too.",
)
@click.option("--keep-failed", is_flag=True, help="Save a twin that its own diagnostics refuse.")
@person_options
@click.pass_obj
def command(
    console: Console,
    sources: tuple[Path, ...],
    out: Path,
    people: bool,
    workers: int | None,
    overwrite: bool,
    days: int,
    first_day: datetime | None,
    last_day: datetime | None,
    holdout_days: int,
    all_days: bool,
    body: str | None,
    prior: str,
    method: str,
    chains: int,
    warm_up: int,
    draws: int,
    seed: int,
    latents: bool,
    keep_failed: bool,
    **person: Unpack[PersonArguments],
) -> None:
    """Fit a digital twin to the days in SOURCE, a timeline's folder or any file that can be imported.

    Several SOURCEs, or a folder that holds timelines or a file or folder for each person, are several people: --out is
    then a folder, each twin is PERSON.twin.json in it, and whoever cannot be fitted stops nobody else.
    """
    from glucotwin.twin.fit import PriorChoice
    from glucotwin.twin.problem import FitSettings
    from glucotwin.workflows.fit import FitChoice, FitPeriod

    period = FitPeriod(
        days=days,
        first_day=None if first_day is None else first_day.date(),
        last_day=None if last_day is None else last_day.date(),
        holdout_days=holdout_days,
        all_days=all_days,
    )
    settings = FitSettings(chains=chains, warm_up=warm_up, draws=draws)
    choice = FitChoice(
        body=body,
        prior=PriorChoice(prior),
        method=method,
        settings=settings,
        seed=seed,
        keep_failed=keep_failed,
        latents=latents,
    )
    if are_people(sources, people):
        several = _fit_people(console, sources, out, overwrite, workers, period, choice, person)
        console.write_json(several.to_json()) if console.as_json else console.write(people_page(several))
        return
    answer = _fit_one(console, sources[0], out, overwrite, period, choice, person)
    console.write_json(answer.to_json()) if console.as_json else console.write(_page(answer, latents=latents))


def _fit_one(
    console: Console,
    source: Path,
    out: Path,
    overwrite: bool,
    period: "FitPeriod",
    choice: "FitChoice",
    person: PersonArguments,
) -> "FitAnswer":
    from glucotwin.core.message import message
    from glucotwin.workflows.fit import fit_person
    from glucotwin.workflows.metrics import open_timeline

    with console.progress(message("fit-progress", name=source.name)) as progress:
        return fit_person(
            open_timeline(source, import_options(**person)),
            period=period,
            choice=choice,
            out=out,
            overwrite=overwrite,
            authority=local_authority(),
            progress=progress,
        )


def _fit_people(
    console: Console,
    sources: tuple[Path, ...],
    out: Path,
    overwrite: bool,
    workers: int | None,
    period: "FitPeriod",
    choice: "FitChoice",
    person: PersonArguments,
) -> "FitPeopleAnswer":
    from glucotwin.core.message import message
    from glucotwin.core.progress import part_of
    from glucotwin.ingest.people import read_people
    from glucotwin.workflows.fit_people import fit_people

    with console.progress(message("fit-people-progress")) as progress:
        people = read_people(sources, import_options(**person), progress=part_of(progress, start=0.0, end=0.1))
        return fit_people(
            people.timelines,
            folder=out,
            period=period,
            choice=choice,
            overwrite=overwrite,
            workers=workers,
            left_out=people.left_out,
            authority=local_authority(),
            progress=part_of(progress, start=0.1, end=1.0),
        )


def _page(answer: "FitAnswer", *, latents: bool) -> str:
    from glucotwin.core.message import message
    from glucotwin.core.number import number
    from glucotwin.reports.number import window_days
    from glucotwin.reports.section.twin import parameter_rows

    twin, validity = answer.twin, answer.validity
    header = tuple(message(f"report-parameters-{name}") for name in ("name", "prior", "posterior", "informed"))
    diagnostics = twin.diagnostics
    lines = [
        message(
            "fit-page-title",
            person=twin.person.person_id,
            body=twin.body,
            days=window_days(twin.window, twin.person.zone_info),
        ),
        message(
            "fit-page-readings",
            readings=number(diagnostics.readings, 0),
            residual=number(diagnostics.residual_sd_mgdl, 1),
        ),
        "",
        aligned([header, *parameter_rows(diagnostics.parameters)]),
        "",
        *_quality_lines(diagnostics),
        *_latent_lines(twin, asked=latents),
        *(message(key) for key in diagnostics.warnings),
        *(one.text for one in diagnostics.imputed),
        *_glycation_lines(answer),
        *_unfit_lines("fit-page-left-out", answer.left_out),
        *_unfit_lines("fit-page-unfit-used", answer.unfit_used),
        *(message(key) for key in (*validity.reasons_against, *validity.cautions)),
        *(() if validity.valid else (message("fit-page-invalid"),)),
        message("fit-page-saved", path=str(answer.path)),
    ]
    return "\n".join(lines)


def _glycation_lines(answer: "FitAnswer") -> list[str]:
    """HbA1c against mean glucose, or that it is not to be trusted."""
    from glucotwin.core.message import message
    from glucotwin.core.number import number

    found = answer.glycation
    if found is None:
        return []
    numbers = {name: number(getattr(found, name), 2) for name in ("median", "low", "high")}
    lines = [message("fit-page-glycation", count=found.pairs, **numbers)]
    return lines if found.reliable else [*lines, message("fit-page-glycation-doubt", doubts=", ".join(found.doubts))]


def _latent_lines(twin: "Twin", *, asked: bool) -> list[str]:
    """What differed from day to day, or that it could not be told."""
    from glucotwin.core.message import message
    from glucotwin.reports.section.latent import latent_sentences

    if twin.latents is None:
        return [message("latent-none")] if asked else []
    return list(latent_sentences(twin.latents, twin.person.zone_info))


def _unfit_lines(key: str, days: tuple["DayReport", ...]) -> list[str]:
    """How many days, and for each reason how many."""
    from collections import Counter

    from glucotwin.core.message import message
    from glucotwin.ingest.detect.days import reason_text

    if not days:
        return []
    reasons = Counter(reason for one in days for reason in one.reasons_against)
    return [
        message(key, days=len(days)),
        *(f"  {count} x {reason_text(reason)}" for reason, count in reasons.most_common()),
    ]


def _quality_lines(diagnostics: "Diagnostics") -> list[str]:
    from glucotwin.core.message import message
    from glucotwin.core.number import number

    lines = [message(f"fit-verdict-{diagnostics.verdict}")]
    if diagnostics.informed_directions is not None:
        lines.append(
            message(
                "fit-page-informed",
                directions=number(diagnostics.informed_directions, 1),
                parameters=number(len(diagnostics.parameters), 0),
            )
        )
    if diagnostics.sampling is not None:
        sampling = diagnostics.sampling
        lines.append(
            message(
                "fit-page-sampling",
                draws=number(sampling.chains * sampling.draws, 0),
                ess=number(min(sampling.smallest_bulk_ess, sampling.smallest_tail_ess), 0),
                rhat=number(sampling.largest_r_hat, 3),
            )
        )
    return lines
