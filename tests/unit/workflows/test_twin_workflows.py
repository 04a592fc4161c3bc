"""Forecast, what-if, fit and report: permission first, then validity, then the answer in its envelope."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

import glucotwin.workflows.fit as fit_workflow
from glucotwin.advise.change import AddMeal, Change, ScaleBasal, ScaleBolus, ShiftBolus
from glucotwin.core.answer import Answer, ContextOfUse
from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotAllowedError, SafetyError
from glucotwin.core.message import message, spoken_in
from glucotwin.core.profile import PERMISSIONS, RESEARCHER, Authority, Capability, Profile, Role
from glucotwin.domain.person import DiabetesType
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.detect.days import DayReason, day_reports
from glucotwin.reports.content import ReportContent
from glucotwin.reports.render import render_report
from glucotwin.twin.twin import Twin
from glucotwin.workflows.demo import choose_dinner, dinner_scenarios, make_folder
from glucotwin.workflows.fit import FitPeriod, fit_person, fit_window, misleads
from glucotwin.workflows.forecast import days_after_fit, evaluate_person, forecast_person
from glucotwin.workflows.report import ReportRequest, ScenarioRequest, compose_report, write_report
from glucotwin.workflows.what_if import (
    ask_open_prospect,
    look_ahead_person,
    open_prospect,
    replay_person,
    required_capability,
)
from made_up_person import DINNER, FITTED, PERSON, START, made_up_timeline, made_up_twin
from report_text import english_left

REVIEW = Authority(profile=Profile.REVIEW, role=Role.CLINICIAN)
EVENING = Window(start=DINNER - timedelta(hours=1), end=DINNER + timedelta(hours=5))
EARLIER = ShiftBolus(at=DINNER, minutes=-20.0)
SNACK = AddMeal(at=DINNER + timedelta(hours=2), carbs_g=15.0)


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    return made_up_timeline()


@pytest.fixture(scope="module")
def twin(timeline: Timeline) -> Twin:
    return made_up_twin(timeline)


@pytest.fixture(scope="module")
def report(timeline: Timeline, twin: Twin) -> Answer[ReportContent]:
    return compose_report(timeline, request_of(twin), authority=RESEARCHER)


def request_of(twin: Twin) -> ReportRequest:
    """Both what-ifs, one of which is about insulin."""
    return ReportRequest(
        twin=twin,
        scenarios=(
            ScenarioRequest(title="Earlier", window=EVENING, changes=(EARLIER,)),
            ScenarioRequest(title="Snack", window=EVENING, changes=(SNACK,)),
        ),
    )


def all_authorities() -> list[Authority]:
    return [Authority(profile=profile, role=role) for profile in Profile for role in Role]


def outcome_of(call: Callable[[], object]) -> str:
    """Whether a call is refused, or passes its permission check (and may fail later for want of data)."""
    try:
        call()
    except NotAllowedError:
        return "refused"
    except DataError:
        return "allowed"
    return "allowed"


@pytest.mark.parametrize("authority", all_authorities(), ids=lambda one: f"{one.profile}-{one.role}")
def test_every_workflow_follows_the_table_of_permissions(authority: Authority, timeline: Timeline, twin: Twin) -> None:
    stranger = replace(twin, person=replace(PERSON, person_id="somebody-else"))
    asked: dict[Capability, Callable[[], object]] = {
        Capability.DESCRIBE: lambda: compose_report(timeline, ReportRequest(twin=stranger), authority=authority),
        Capability.FORECAST: lambda: forecast_person(stranger, timeline, authority=authority),
        Capability.WHAT_IF_LIFESTYLE: lambda: replay_person(
            stranger, timeline, window=EVENING, changes=[SNACK], authority=authority
        ),
        Capability.WHAT_IF_INSULIN: lambda: replay_person(
            stranger, timeline, window=EVENING, changes=[SNACK, EARLIER], authority=authority
        ),
    }
    expected = {
        capability: "allowed" if authority.role in PERMISSIONS[capability, authority.profile] else "refused"
        for capability in asked
    }
    assert {capability: outcome_of(call) for capability, call in asked.items()} == expected


def test_evaluation_and_fit_need_the_permission_to_forecast(timeline: Timeline, twin: Twin) -> None:
    admin = Authority(profile=Profile.RESEARCH, role=Role.ADMIN)
    with pytest.raises(NotAllowedError):
        evaluate_person(twin, timeline, authority=admin)
    with pytest.raises(NotAllowedError):
        fit_person(timeline, authority=admin)


def test_looking_ahead_at_insulin_is_refused_in_review(timeline: Timeline, twin: Twin) -> None:
    with pytest.raises(NotAllowedError, match="what-if-insulin"):
        look_ahead_person(twin, timeline, origin=DINNER, changes=[ScaleBasal(factor=0.8)], authority=REVIEW)


@pytest.mark.slow
def test_open_prospect_gives_the_same_answer_and_keeps_the_same_rules(timeline: Timeline, twin: Twin) -> None:
    opened = open_prospect(twin, timeline, origin=DINNER)
    soon = ask_open_prospect(opened, [SNACK])
    alone = look_ahead_person(twin, timeline, origin=DINNER, changes=[SNACK])
    assert soon.payload.to_json() == alone.payload.to_json()
    assert (soon.data, soon.model, soon.limits) == (alone.data, alone.model, alone.limits)
    with pytest.raises(NotAllowedError, match="what-if-insulin"):
        ask_open_prospect(opened, [ScaleBasal(factor=0.8)], authority=REVIEW)
    with pytest.raises(DataError):
        ask_open_prospect(opened, [])
    with pytest.raises(DataError, match="somebody-else"):
        open_prospect(replace(twin, person=replace(PERSON, person_id="somebody-else")), timeline, origin=DINNER)


@pytest.mark.parametrize("change", [EARLIER, ScaleBolus(at=DINNER, factor=1.2), ScaleBasal(factor=0.5)])
def test_change_of_insulin_needs_the_capability_for_insulin(change: Change) -> None:
    assert required_capability([SNACK]) is Capability.WHAT_IF_LIFESTYLE
    assert required_capability([SNACK, change]) is Capability.WHAT_IF_INSULIN


def test_person_outside_the_validated_population_gets_no_forecast_and_no_what_if() -> None:
    child = made_up_timeline(replace(PERSON, birth_year=2015))
    twin = made_up_twin(child)
    for ask in (
        lambda: forecast_person(twin, child),
        lambda: evaluate_person(twin, child),
        lambda: replay_person(twin, child, window=EVENING, changes=[SNACK]),
        lambda: look_ahead_person(twin, child, origin=DINNER, changes=[SNACK]),
    ):
        with pytest.raises(SafetyError, match="under 18") as refused:
            ask()
        assert refused.value.code is ErrorCode.OUTSIDE_VALIDITY


def test_twin_of_somebody_else_is_refused(timeline: Timeline, twin: Twin) -> None:
    with pytest.raises(DataError, match="somebody-else"):
        forecast_person(replace(twin, person=replace(PERSON, person_id="somebody-else")), timeline)


def test_what_if_without_a_change_is_refused(timeline: Timeline, twin: Twin) -> None:
    with pytest.raises(DataError, match="Nothing is changed"):
        replay_person(twin, timeline, window=EVENING, changes=[])


def test_forecast_comes_in_its_envelope(timeline: Timeline, twin: Twin) -> None:
    answer = forecast_person(twin, timeline, origin=DINNER, horizon_min=60)
    values = json.loads(json.dumps(answer.to_json()))
    assert values["context_of_use"] == str(ContextOfUse.FORECAST)
    assert values["model"]["twin_hash"] == twin.content_hash()
    assert values["data"]["person_id"] == "made-up"
    assert values["inputs_used"] == ["glucose", "bolus", "basal", "meal"]
    assert values["validity"]["valid"] is True
    assert values["limits"] == message("forecast-limits")
    assert values["answer"]["t_min"][-1] == 60
    assert len(values["answer"]["bands"]) == 2


@pytest.mark.slow
def test_what_if_tells_both_curves_and_what_changed(timeline: Timeline, twin: Twin) -> None:
    answer = replay_person(twin, timeline, window=EVENING, changes=[SNACK])
    assert answer.context_of_use is ContextOfUse.WHAT_IF
    assert len(answer.payload.changes) == 1
    late = answer.payload.t_min > 240.0
    assert answer.payload.difference.median_mgdl[late].min() > 0.0, "carbohydrate raises glucose"


def test_held_out_days_begin_at_the_midnight_after_the_fit(timeline: Timeline, twin: Twin) -> None:
    window = days_after_fit(twin, timeline)
    assert (window.start, round(window.days, 1)) == (FITTED.end, 2.0)
    later = replace(twin, window=Window(start=START, end=FITTED.end + timedelta(hours=7)))
    assert days_after_fit(later, timeline).start == FITTED.end + timedelta(days=1)


def test_fit_that_leaves_no_day_cannot_be_judged(timeline: Timeline, twin: Twin) -> None:
    with pytest.raises(DataError, match="no days after"):
        evaluate_person(replace(twin, window=Window(start=START, end=START + timedelta(days=5))), timeline)


def test_fitted_days_end_before_those_kept_aside(timeline: Timeline) -> None:
    window = fit_window(timeline, FitPeriod(days=2, holdout_days=1))
    assert START + timedelta(days=3, hours=23) < window.end <= START + timedelta(days=4)
    assert window.days == pytest.approx(2.0, abs=0.01)


def test_fitted_days_can_be_named(timeline: Timeline) -> None:
    first, last = START.date() + timedelta(days=1), START.date() + timedelta(days=2)
    window = fit_window(timeline, FitPeriod(first_day=first, last_day=last))
    assert window.start >= START + timedelta(days=1)
    assert START + timedelta(days=2, hours=23) < window.end <= START + timedelta(days=3)


def test_nothing_to_fit_is_said(timeline: Timeline) -> None:
    with pytest.raises(DataError, match="nothing to fit"):
        fit_window(timeline, FitPeriod(holdout_days=30))


def test_existing_twin_is_not_replaced_and_nothing_is_fitted(timeline: Timeline, tmp_path: Path) -> None:
    file = tmp_path / "old.twin.json"
    file.write_text("mine")
    with pytest.raises(ConflictError):
        fit_person(timeline, out=file)
    assert file.read_text() == "mine"


def test_report_holds_metrics_fit_scores_examples_and_what_ifs(report: Answer[ReportContent]) -> None:
    content = report.payload
    assert content.panel is not None
    assert content.panel.reading_count == 5 * 288
    assert content.fit is not None
    assert content.evaluation is not None
    assert [score.horizon_min for score in content.evaluation.horizons] == [30, 60, 120]
    assert [example.forecast.origin.hour for example in content.examples] == [9, 20] or len(content.examples) == 1
    assert [(one.title, one.is_insulin) for one in content.scenarios] == [("Earlier", True), ("Snack", False)]
    assert not content.scenarios_withheld
    json.dumps(report.to_json())


@pytest.mark.slow
def test_a_german_report_with_everything_leaves_no_english(timeline: Timeline, twin: Twin) -> None:
    with spoken_in("de"):
        asked = request_of(twin)
        scenarios = tuple(replace(one, title="Anders") for one in asked.scenarios)
        page = render_report(compose_report(timeline, replace(asked, scenarios=scenarios), authority=RESEARCHER))
    assert english_left(page) == []


def test_examples_show_what_happened_before_and_after(report: Answer[ReportContent]) -> None:
    assert report.payload.examples
    for example in report.payload.examples:
        assert example.observed_t_min.min() <= -120.0
        assert example.observed_t_min.max() >= 225.0


def test_report_in_review_leaves_insulin_out_of_page_and_json(timeline: Timeline, twin: Twin) -> None:
    answer = compose_report(timeline, request_of(twin), authority=REVIEW)
    assert [one.title for one in answer.payload.scenarios] == ["Snack"]
    assert answer.payload.scenarios_withheld
    page, values = render_report(answer), json.dumps(answer.to_json())
    assert message("report-what-if-withheld") in page
    assert "Earlier" not in page
    assert "Earlier" not in values


def test_report_outside_validity_describes_and_says_why_there_is_no_more() -> None:
    person = replace(PERSON, diabetes_type=DiabetesType.TYPE_2)
    answer = compose_report(made_up_timeline(person), request_of(made_up_twin(made_up_timeline(person))))
    assert answer.payload.panel is not None
    assert (answer.payload.fit, answer.payload.evaluation, answer.payload.scenarios) == (None, None, ())
    assert message("validity-other-diabetes") in render_report(answer)


def test_report_is_written_whole_and_replaces_nothing_unasked(report: Answer[ReportContent], tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    write_report(report, file)
    assert file.read_text(encoding="utf-8").rstrip().endswith("</html>")
    with pytest.raises(ConflictError):
        write_report(report, file)
    write_report(report, file, overwrite=True)
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_demo_chooses_the_largest_dinner_with_a_bolus(timeline: Timeline, twin: Twin) -> None:
    dinner = choose_dinner(timeline, FITTED)
    assert (dinner.meal.carbs_g, dinner.bolus.insulin_u) == (60.0, 6.0)
    assert dinner.meal.time == START + timedelta(hours=19), "of equals the first"
    earlier, larger = dinner_scenarios(timeline, twin)
    assert earlier.changes == (ShiftBolus(at=dinner.bolus.time, minutes=-20.0),)
    assert larger.changes == (ScaleBolus(at=dinner.bolus.time, factor=1.2),)
    assert earlier.is_insulin


def test_demo_without_a_dinner_says_so(timeline: Timeline) -> None:
    with pytest.raises(DataError, match="no evening meal"):
        choose_dinner(timeline, Window(start=START, end=START + timedelta(hours=12)))


def test_demo_folder_is_ignored_by_version_control_unless_it_was_there(tmp_path: Path) -> None:
    make_folder(tmp_path / "new")
    make_folder(tmp_path)
    assert (tmp_path / "new" / ".gitignore").read_text() == "*\n"
    assert not (tmp_path / ".gitignore").exists()


def without_meals(timeline: Timeline, *, days: int) -> Timeline:
    """The first days' meals were not logged."""
    meals = timeline.streams["meal"].filter(pl.col("time") >= START + timedelta(days=days))
    return replace(timeline, streams={**timeline.streams, "meal": meals})


def test_few_readings_mislead_no_fit_but_a_missing_log_does(timeline: Timeline) -> None:
    day = day_reports(timeline)[0]
    assert not misleads(replace(day, reasons_against=(DayReason.LITTLE_GLUCOSE,)))
    assert misleads(replace(day, reasons_against=(DayReason.LITTLE_GLUCOSE, DayReason.NO_MEALS)))


def test_unfit_days_are_not_learned_from_but_said(monkeypatch: pytest.MonkeyPatch, timeline: Timeline) -> None:
    asked: list[int] = []

    def fitted(*_: object, leave_out: tuple[Window, ...], **__: object) -> Twin:
        asked.append(len(leave_out))
        return made_up_twin(timeline)

    monkeypatch.setattr(fit_workflow, "fit_twin", fitted)
    unlogged = without_meals(timeline, days=1)
    monkeypatch.setattr(fit_workflow, "FEWEST_FIT_DAYS", 0)
    answer = fit_person(unlogged)
    assert asked[-1] == len(answer.left_out) > 0
    assert answer.to_json()["days_left_out"]
    assert fit_person(unlogged, period=FitPeriod(all_days=True)).left_out == ()
    assert asked[-1] == 0
    monkeypatch.setattr(fit_workflow, "FEWEST_FIT_DAYS", 1000)
    few = fit_person(unlogged)
    assert (few.left_out, asked[-1]) == ((), 0)
    assert few.unfit_used
