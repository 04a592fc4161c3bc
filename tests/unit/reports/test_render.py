"""The report as one HTML file: complete, self-contained, consistent, and silent about insulin where it must be."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from glucotwin.core.answer import Answer
from glucotwin.core.error import NotAllowedError
from glucotwin.core.message import message
from glucotwin.core.profile import Authority, Profile, Role
from glucotwin.core.unit import GlucoseUnit
from glucotwin.core.validity import Validity
from glucotwin.reports.content import ReportContent
from glucotwin.reports.render import keep_together, render_report

VOID = {"meta", "img", "source", "br", "link"}
SECTIONS = ("summary", "glucose", "modal-day", "forecast", "what-if", "twin", "quality", "limits", "attribution")
REVIEW = Authority(profile=Profile.REVIEW, role=Role.CLINICIAN)


class Outline(HTMLParser):
    """Reads a page: its sections, pictures, texts and tags that do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.mismatched: list[str] = []
        self.identifiers: list[str] = []
        self.alternatives: list[str] = []
        self.addresses: list[str] = []
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)
        self.close()

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).replace("\N{NO-BREAK SPACE}", " ").split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "section":
            self.identifiers.append(found["id"])
        if tag == "img":
            self.alternatives.append(found["alt"])
        self.addresses += [found[name] for name in ("src", "srcset", "href", "action", "data") if name in found]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.mismatched.append(tag)

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in {"style", "script"}:
            self.words.append(data)


@pytest.fixture(scope="module")
def page(answer: Answer[ReportContent]) -> str:
    return render_report(answer)


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    return Outline(page)


def rendered(answer: Answer[ReportContent], **changes: object) -> Outline:
    """The report with parts of its content replaced."""
    changed = replace(answer.payload, **changes)  # pyright: ignore[reportArgumentType]  # one of many fields
    return Outline(render_report(replace(answer, payload=changed)))


def test_every_section_is_there_in_order(outline: Outline) -> None:
    assert tuple(outline.identifiers) == SECTIONS


def test_every_tag_is_closed_in_its_place(outline: Outline) -> None:
    assert (outline.mismatched, outline.open) == ([], [])


def test_nothing_is_loaded_from_anywhere(page: str, outline: Outline) -> None:
    assert outline.addresses
    assert [one[:40] for one in outline.addresses if not one.startswith("data:image/svg+xml;base64,")] == []
    assert not {"script", "link", "iframe", "object", "form"} & outline.tags
    assert re.findall(r"url\(|@import|https?://", page) == []
    assert "default-src 'none'" in page


def test_every_picture_has_a_second_rendering_and_says_what_it_shows(page: str, outline: Outline) -> None:
    assert len(outline.alternatives) == 6
    assert all(len(text) > 40 for text in outline.alternatives)
    assert page.count('<source media="(max-width: 640px)"') == 6
    assert page.count("<details>") == 6


def test_banner_says_research_software_and_profile(outline: Outline) -> None:
    assert message("not-a-medical-device") in outline.text
    assert message("research-profile") in outline.text


def test_summary_sentences_hold_the_numbers_of_the_json(answer: Answer[ReportContent], outline: Outline) -> None:
    values = json.loads(json.dumps(answer.to_json()["answer"]))
    shares = values["metrics"]["time_in_range"]
    assert f"between 70 and 180 mg/dL for {shares['tir_pct']:.1f} % of the time" in outline.text
    assert f"below that for {shares['tbr_pct']:.1f} % and above it for {shares['tar_pct']:.1f} %" in outline.text
    hour = values["evaluation"]["horizons"][1]
    expected = f"typical error was {hour['rmse_mgdl']:.1f} instead of {hour['rmse_persistence_mgdl']:.1f} mg/dL"
    assert outline.text.count(expected) == 2
    difference = values["scenarios"][0]["what_if"]["outcomes"][1]["difference"]
    assert f"would have changed by +{difference['median']:.1f} percentage points" in outline.text


def test_table_shows_what_the_sentences_say(answer: Answer[ReportContent], outline: Outline) -> None:
    panel = answer.payload.panel
    assert panel is not None
    assert outline.text.count(f"{panel.time_in_range.tir_pct:.1f} %") >= 2
    assert f"{panel.summary.mean_mgdl:.0f} mg/dL" in outline.text
    assert f"{panel.gmi_pct:.1f} %" in outline.text


def test_mmoll_is_used_everywhere_with_defined_thresholds(answer: Answer[ReportContent]) -> None:
    text = rendered(answer, unit=GlucoseUnit.MMOLL).text
    assert "mg/dL" not in text
    assert "between 3.9 and 10.0 mmol/L" in text
    assert "above 13.9 mmol/L" in text
    assert "typical error was 1.38 instead of 1.74 mmol/L" in text


def test_twin_that_loses_against_persistence_is_said_to_lose(answer: Answer[ReportContent]) -> None:
    evaluation = answer.payload.evaluation
    assert evaluation is not None
    worse = [replace(one, rmse_mgdl=one.rmse_persistence_mgdl + 1.0) for one in evaluation.horizons]
    mixed = (evaluation.horizons[0], evaluation.horizons[1], worse[2])
    text = rendered(answer, evaluation=replace(evaluation, horizons=mixed)).text
    assert "at 30 and 60 minutes, but not at 120 minutes" in text
    text = rendered(answer, evaluation=replace(evaluation, horizons=tuple(worse))).text
    assert "At 30, 60 and 120 minutes the twin's forecast was no closer" in text


def test_what_if_whose_interval_holds_zero_is_said_to_be_undecided(answer: Answer[ReportContent]) -> None:
    scenario = answer.payload.scenarios[0]
    outcomes = [
        replace(one, difference=replace(one.difference, low=-1.0, high=2.0)) for one in scenario.what_if.outcomes
    ]
    undecided = replace(scenario, what_if=replace(scenario.what_if, outcomes=tuple(outcomes)))
    text = rendered(answer, scenarios=(undecided,)).text
    assert message("report-what-if-unsure") in text
    assert message("report-what-if-sure") not in text
    assert message("report-what-if-held") in text


def test_review_profile_refuses_to_render_a_what_if_about_insulin(answer: Answer[ReportContent]) -> None:
    with pytest.raises(NotAllowedError, match="what-if-insulin"):
        render_report(replace(answer, authority=REVIEW))


def test_review_profile_shows_lifestyle_what_ifs_and_says_what_is_missing(answer: Answer[ReportContent]) -> None:
    allowed = tuple(one for one in answer.payload.scenarios if not one.is_insulin)
    content = replace(answer.payload, scenarios=allowed, scenarios_withheld=True)
    text = Outline(render_report(replace(answer, authority=REVIEW, payload=content))).text
    assert "A smaller dinner" in text
    assert "bolus 20 minutes earlier" not in text
    assert message("report-what-if-withheld") in text
    assert message("report-review-profile") in text


def test_report_without_twin_says_what_is_missing(answer: Answer[ReportContent]) -> None:
    bare = rendered(answer, fit=None, evaluation=None, examples=(), scenarios=(), quality=None, attribution="")
    assert tuple(bare.identifiers) == SECTIONS[:-1]
    for identifier in ("report-summary-no-twin", "report-no-twin", "report-no-what-if", "report-quality-unknown"):
        assert message(identifier) in bare.text


def test_report_without_sensor_readings_says_so(answer: Answer[ReportContent]) -> None:
    text = rendered(answer, panel=None, modal_day=None).text
    assert message("report-summary-no-glucose") in text
    assert text.count(message("report-no-glucose")) == 2


def test_gmi_is_withheld_when_data_do_not_suffice(answer: Answer[ReportContent]) -> None:
    panel = answer.payload.panel
    assert panel is not None
    text = rendered(answer, panel=replace(panel, gmi_pct=None)).text
    assert message("report-gmi-withheld") in text
    assert message("report-gmi-note") not in text


def test_reasons_against_the_person_are_told(answer: Answer[ReportContent]) -> None:
    validity = Validity(reasons_against=("validity-pregnant",), cautions=("validity-age-unknown",))
    text = Outline(render_report(replace(answer, validity=validity))).text
    assert message("validity-pregnant") in text
    assert message("validity-age-unknown") in text
    assert message("report-valid") not in text


def test_what_a_person_typed_cannot_become_markup(answer: Answer[ReportContent]) -> None:
    person = replace(answer.payload.person, person_id="<b onload=x>me")
    outline = rendered(answer, person=person)
    assert "b" not in outline.tags
    assert "<b onload=x>me" in outline.text


def test_same_content_gives_the_same_file(answer: Answer[ReportContent], page: str) -> None:
    assert render_report(answer) == page


def test_no_line_ends_between_a_number_and_its_unit() -> None:
    assert keep_together("7 % of 5 mg/dL in 3 hours") == "7\N{NO-BREAK SPACE}% of 5\N{NO-BREAK SPACE}mg/dL in 3 hours"
    assert keep_together(None) is None
