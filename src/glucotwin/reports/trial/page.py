"""The report of a trial as one page, in the order of a paper."""

from datetime import UTC, datetime

from glucotwin import __version__
from glucotwin.core.message import message, spoken_locale
from glucotwin.reports.render import render_page
from glucotwin.reports.trial.section_conduct import (
    baseline_section,
    credibility_section,
    design_section,
    flow_section,
    limit_section,
    look_section,
)
from glucotwin.reports.trial.section_outcome import claim_section, forest_section, outcome_section, variant_section
from glucotwin.reports.view import Page, Section
from glucotwin.trial.result import TrialResult


def render_trial(result: TrialResult) -> str:
    """The report as one self-contained HTML document: no script, nothing loaded from anywhere.

    Args:
        result: what came out.
    """
    return render_page(trial_page(result))


def trial_page(result: TrialResult) -> Page:
    """Everything the template shows."""
    design = result.design
    banner = [message("not-a-medical-device"), message("trial-report-banner")]
    banner += [message("trial-report-quick")] if design.is_quick else []
    banner += [message("trial-report-exploratory", why=design.exploratory)] if design.exploratory else []
    return Page(
        language=spoken_locale(),
        title=design.title,
        subtitle=message(
            "trial-report-subtitle",
            arms=len(design.arms),
            people=result.lived.people.height,
            weeks=f"{design.period.weeks:g}",
        ),
        banner=tuple(banner),
        facts=_facts(result),
        sections=_sections(result),
        footer=(
            message("not-a-medical-device"),
            message("report-footer", moment=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", version=__version__),
        ),
    )


def _facts(result: TrialResult) -> tuple[tuple[str, str], ...]:
    design = result.design
    facts = {
        "experiment": design.experiment,
        "kind": message(f"trial-kind-{design.period.kind}"),
        "people": f"{result.lived.people.height} / {result.flow.screened}",
        "seed": str(design.seed),
        "hash": design.sha256[:12],
    }
    return tuple((message(f"trial-fact-{name}"), text) for name, text in facts.items())


def _sections(result: TrialResult) -> tuple[Section, ...]:
    sections = [claim_section(result), design_section(result), flow_section(result)]
    sections += [baseline_section(result)] if result.baseline else []
    sections += [outcome_section(result), forest_section(result)]
    sections += [variant_section(result)] if result.variants and result.verdicts else []
    sections += [look_section(result)] if len(result.looks) > 1 else []
    sections += [credibility_section(result, result.credibility)] if result.credibility is not None else []
    return (*sections, limit_section(result))
