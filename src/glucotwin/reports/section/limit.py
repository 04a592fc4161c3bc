"""Limits and origin: what the report must not be used for, and what it was made from."""

from glucotwin.core.answer import Answer
from glucotwin.core.message import message
from glucotwin.core.number import moment, number
from glucotwin.core.validity import Validity
from glucotwin.reports.content import ReportContent
from glucotwin.reports.section.quality import stream_name
from glucotwin.reports.view import Block, Points, Row, Section, Table, Text

SHORT_HASH = 16
"""Characters of a hash that are shown; the whole one is in the JSON answer."""


def limit_section(answer: Answer[ReportContent]) -> Section:
    """Limits, one plain sentence each, then the fields of the answer's envelope."""
    sentences = (answer.limits, *(message(f"report-limit-{name}") for name in ("logged", "what-if", "average")))
    blocks: tuple[Block, ...] = (
        Points(sentences=sentences),
        *_validity_blocks(answer.validity),
        Table(header=(message("report-origin"), ""), rows=_origin_rows(answer), words=True),
    )
    return Section(identifier="limits", title=message("report-limits"), blocks=blocks)


def attribution_section(content: ReportContent) -> Section:
    """Whose data they are."""
    return Section(
        identifier="attribution", title=message("report-attribution"), blocks=(Text(text=content.attribution),)
    )


def _validity_blocks(validity: Validity) -> tuple[Block, ...]:
    against = tuple(message(key) for key in validity.reasons_against)
    cautions = tuple(message(key) for key in validity.cautions)
    titled = ((message("report-outside-validity"), against), (message("report-cautions"), cautions))
    return tuple(Points(title=title, sentences=sentences) for title, sentences in titled if sentences)


def _origin_rows(answer: Answer[ReportContent]) -> tuple[Row, ...]:
    zone = answer.payload.person.zone_info
    profile = message(f"report-profile-{answer.authority.profile}")
    role = message(f"report-role-{answer.authority.role}")
    rows = [
        ("model", _model_text(answer)),
        ("data-hash", answer.data.data_hash[:SHORT_HASH]),
        ("inputs", ", ".join(stream_name(name) for name in answer.inputs_used)),
        ("gaps", _gap_text(answer)),
        ("valid", message("report-valid" if answer.validity.valid else "report-not-valid")),
        ("uncertainty", answer.uncertainty),
        ("profile", message("report-profile-text", profile=profile, role=role)),
        ("issued", moment(answer.issued_at.astimezone(zone))),
        ("software", f"GlucoTwin {answer.model.software_version}"),
    ]
    return tuple(Row(cells=(message(f"report-origin-{name}"), text)) for name, text in rows)


def _model_text(answer: Answer[ReportContent]) -> str:
    model = answer.model
    if not model.body:
        return message("report-origin-no-model")
    return message(
        "report-origin-model-text", body=model.body, version=model.twin_version, hash=model.twin_hash[:SHORT_HASH]
    )


def _gap_text(answer: Answer[ReportContent]) -> str:
    hours = sum((gap.end - gap.start).total_seconds() for gap in answer.data_gaps) / 3600.0
    return message("report-gaps", count=len(answer.data_gaps), hours=number(hours, 1))
