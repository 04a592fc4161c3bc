"""The page: header, sections in order, footer."""

from glucotwin.core.answer import Answer
from glucotwin.core.message import message, spoken_locale
from glucotwin.core.number import moment
from glucotwin.core.profile import Capability, Profile
from glucotwin.domain.timeline import Window
from glucotwin.reports.content import ReportContent
from glucotwin.reports.number import window_days
from glucotwin.reports.section.forecast import forecast_section
from glucotwin.reports.section.glucose import glucose_section
from glucotwin.reports.section.limit import attribution_section, limit_section
from glucotwin.reports.section.modal_day import modal_day_section
from glucotwin.reports.section.quality import quality_section, stream_name
from glucotwin.reports.section.summary import summary_section
from glucotwin.reports.section.twin import twin_section
from glucotwin.reports.section.what_if import what_if_section
from glucotwin.reports.view import Page, Section


def build_page(answer: Answer[ReportContent]) -> Page:
    """Everything the template shows."""
    content = answer.payload
    zone = content.person.zone_info
    return Page(
        language=spoken_locale(),
        title=message("report-title"),
        subtitle=message(
            "report-subtitle",
            person=content.person.person_id,
            days=window_days(content.window, zone),
        ),
        banner=_banner(answer),
        facts=_facts(answer),
        sections=_sections(answer),
        footer=(
            message("not-a-medical-device"),
            message(
                "report-footer", moment=moment(answer.issued_at.astimezone(zone)), version=answer.model.software_version
            ),
        ),
    )


def _sections(answer: Answer[ReportContent]) -> tuple[Section, ...]:
    content = answer.payload
    sections = (
        summary_section(content),
        glucose_section(content),
        modal_day_section(content),
        forecast_section(content),
        what_if_section(content),
        twin_section(content),
        quality_section(content),
        limit_section(answer),
    )
    return (*sections, attribution_section(content)) if content.attribution else sections


def _banner(answer: Answer[ReportContent]) -> tuple[str, ...]:
    profile = "research-profile" if answer.authority.profile is Profile.RESEARCH else "report-review-profile"
    return message("not-a-medical-device"), message(profile)


def _facts(answer: Answer[ReportContent]) -> tuple[tuple[str, str], ...]:
    content, person = answer.payload, answer.payload.person
    zone = person.zone_info
    diabetes = message(f"report-diabetes-{person.diabetes_type}")
    facts = [
        ("person", f"{person.person_id} ({diabetes})"),
        ("therapy", message(f"report-therapy-{person.therapy}")),
        ("data", ", ".join(stream_name(name) for name in answer.inputs_used)),
    ]
    if content.fit is not None:
        facts.append(("fitted", window_days(content.fit.window, zone)))
    if content.evaluation is not None:
        held_out = Window(start=content.evaluation.start, end=content.evaluation.end)
        facts.append(("held-out", window_days(held_out, zone)))
    return tuple((message(f"report-fact-{name}"), text) for name, text in facts)


def check_permitted(answer: Answer[ReportContent]) -> None:
    """Passes when the answer's authority allows everything that its payload holds.

    Raises:
        NotAllowedError: it holds a what-if about insulin that may not be shown; the workflow should have left it out.
    """
    if any(scenario.is_insulin for scenario in answer.payload.scenarios):
        answer.authority.require(Capability.WHAT_IF_INSULIN)
