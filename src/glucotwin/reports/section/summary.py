"""The summary: the whole report in three plain sentences."""

from glucotwin.advise.what_if import Outcome
from glucotwin.core.message import message
from glucotwin.forecast.evaluation import Evaluation, HorizonScore
from glucotwin.metrics.panel import MetricsPanel
from glucotwin.reports.content import ReportContent, Scenario
from glucotwin.reports.number import Numbers, days, percent, time_per_day
from glucotwin.reports.view import Section, Text

TIME_IN_RANGE = "time_in_range_pct"
"""Name of the outcome that a summary tells."""
TIME_BELOW = "time_below_70_pct"
NOTEWORTHY_LOW_PCT = 1.0
"""A what-if that may cost this much more time in hypoglycaemia is never told without it."""


def summary_section(content: ReportContent) -> Section:
    """Glucose, forecast and what-if, one sentence each; a missing part is said to be missing."""
    sentences = (glucose_sentence(content), forecast_sentence(content), what_if_sentence(content))
    return Section(
        identifier="summary",
        title=message("report-summary"),
        blocks=tuple(Text(text=sentence, tone="lead") for sentence in sentences),
    )


def glucose_sentence(content: ReportContent) -> str:
    """How much of the time glucose was in, below and above range."""
    panel = content.panel
    if panel is None:
        return message("report-summary-no-glucose")
    return message("report-summary-glucose", days=days(panel.start_local, panel.end_local), **_shares(panel, content))


def _shares(panel: MetricsPanel, content: ReportContent) -> dict[str, str]:
    numbers = Numbers(content.unit)
    shares, target = panel.time_in_range, panel.target
    return {
        "low": numbers.threshold(target.low_mgdl),
        "high": numbers.threshold(target.high_mgdl),
        "unit": str(content.unit),
        "in_range": percent(shares.tir_pct),
        "time": time_per_day(shares.tir_pct),
        "below": percent(shares.tbr_pct),
        "above": percent(shares.tar_pct),
    }


def forecast_sentence(content: ReportContent) -> str:
    """Whether the twin's forecast was nearer than "the last reading stays" on days it had not seen."""
    if content.evaluation is None or not content.evaluation.horizons:
        return message("report-summary-no-forecast" if content.fit else "report-summary-no-twin")
    return verdict_sentence(content.evaluation, Numbers(content.unit))


def verdict_sentence(evaluation: Evaluation, numbers: Numbers) -> str:
    """At which horizons the twin beats persistence, and plainly where it does not, with the errors of one horizon."""
    better = [score for score in evaluation.horizons if score.beats_persistence]
    worse = [score for score in evaluation.horizons if not score.beats_persistence]
    shown = next((one for one in evaluation.horizons if one.horizon_min == 60), evaluation.horizons[-1])
    errors = {
        "horizon": str(shown.horizon_min),
        "twin": numbers.glucose_fine(shown.rmse_mgdl),
        "persistence": numbers.glucose_fine(shown.rmse_persistence_mgdl),
        "unit": str(numbers.unit),
    }
    if not worse:
        return message("report-forecast-better", horizons=_horizons(better), **errors)
    if not better:
        return message("report-forecast-worse", horizons=_horizons(worse), **errors)
    return message("report-forecast-mixed", better=_horizons(better), worse=_horizons(worse), **errors)


def _horizons(scores: list[HorizonScore]) -> str:
    names = [str(score.horizon_min) for score in scores]
    if len(names) == 1:
        return names[0]
    return message("report-list-and", first=", ".join(names[:-1]), last=names[-1])


def what_if_sentence(content: ReportContent) -> str:
    """What the first what-if would have changed in time in range."""
    for scenario in content.scenarios:
        outcome = outcome_of(scenario, TIME_IN_RANGE)
        if outcome is not None:
            sentence = outcome_sentence(scenario, outcome, Numbers(content.unit))
            return message("report-titled", title=scenario.title, sentence=sentence)
    return message("report-summary-what-if-withheld" if content.scenarios_withheld else "report-summary-no-what-if")


def outcome_of(scenario: Scenario, name: str) -> Outcome | None:
    """An outcome of a scenario by its name."""
    return next((outcome for outcome in scenario.what_if.outcomes if outcome.name == name), None)


def outcome_sentence(scenario: Scenario, outcome: Outcome, numbers: Numbers) -> str:
    """The difference in time in range with its interval, whether its direction is sure, and what it costs in lows."""
    difference = outcome.difference
    is_sure = difference.low > 0.0 or difference.high < 0.0
    sentences = [
        message(
            "report-what-if-outcome", hours=f"{scenario.what_if.t_min[-1] / 60.0:.0f}", **_interval(outcome, numbers)
        ),
        message("report-what-if-sure" if is_sure else "report-what-if-unsure"),
    ]
    lows = outcome_of(scenario, TIME_BELOW)
    if lows is not None and lows.difference.high > NOTEWORTHY_LOW_PCT:
        limit = f"{numbers.threshold(70.0)} {numbers.unit}"
        sentences.append(message("report-what-if-lows", limit=limit, **_interval(lows, numbers)))
    return " ".join(sentences)


def _interval(outcome: Outcome, numbers: Numbers) -> dict[str, str]:
    difference = outcome.difference
    values = {"difference": difference.median, "low": difference.low, "high": difference.high}
    return {name: numbers.of(value, outcome.unit, signed=True) for name, value in values.items()}
