"""The report in the reader's language: nothing of it is left in English, and numbers are written as there."""

import re
from dataclasses import replace

import pytest

from glucotwin.core.answer import Answer
from glucotwin.core.message import message, message_identifiers, spoken_in
from glucotwin.reports.content import ReportContent
from glucotwin.reports.render import render_report
from report_text import english_left, text_of

FAMILIES = re.compile(r"^(report|latent|quality|imputed|date|number|fit-(?!page|people|verdict|refused|progress)).*$")


@pytest.fixture(scope="module")
def german(answer: Answer[ReportContent]) -> str:
    """A report of which everything that the reader did not name themselves was said in German."""
    with spoken_in("de"):
        evaluation = answer.payload.evaluation
        assert evaluation is not None
        content = replace(
            answer.payload,
            evaluation=replace(evaluation, future_inputs=message("future-inputs-usual")),
            scenarios=tuple(
                replace(one, title="Ein kleineres Abendessen", what_if=replace(one.what_if, changes=("Weniger.",)))
                for one in answer.payload.scenarios
            ),
            attribution="AZT1D.",
        )
        spoken = {"uncertainty": message("report-uncertainty"), "limits": message("report-limit")}
        return render_report(replace(answer, payload=content, **spoken))


def test_no_english_sentence_is_left_in_a_german_report(german: str) -> None:
    assert english_left(german) == []
    assert '<html lang="de">' in german


def test_an_english_report_says_what_would_be_found(answer: Answer[ReportContent]) -> None:
    page = render_report(answer)
    assert len(english_left(page)) > 50
    assert '<html lang="en">' in page


def test_numbers_and_days_of_a_german_report_are_german(german: str) -> None:
    text = text_of(german)
    assert "8. März bis 4. April 2024" in text
    assert "24,9" in text
    assert not re.search(r"\d\.\d(?!\d*\.)(?!\d\d)", text.replace("0.1.0", ""))


def test_german_has_every_message_of_a_report() -> None:
    told = {name for name in message_identifiers() if FAMILIES.match(name)}
    assert len(told) > 250
    assert told - message_identifiers("de") == set()
