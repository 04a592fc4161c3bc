"""The sections of a trial's report about its design, its people and how far it can be trusted."""

from functools import partial

from glucotwin.core.message import message
from glucotwin.core.number import MISSING, number
from glucotwin.reports.figure.style import BLUE, GREY_MIDDLE, NARROW_PX, VERMILION, WIDE_PX, Canvas, render
from glucotwin.reports.trial.figure_course import draw_bias
from glucotwin.reports.trial.figure_flow import draw_flow, flow_height_px
from glucotwin.reports.view import Block, Figure, Heading, Key, Points, Row, Section, Table, Text
from glucotwin.trial.baseline import EVERYBODY, BaselineRow
from glucotwin.trial.credibility import CheckRow, Credibility
from glucotwin.trial.part import PeriodKind
from glucotwin.trial.result import TrialResult


def design_section(result: TrialResult) -> Section:
    """The arms, the plan of the analysis, and the hash under which it was fixed."""
    design = result.design
    arms = tuple(
        Row(cells=(one.label, message(f"trial-arm-{one.role}"), str(one.share), _options(one.options)))
        for one in design.arms
    )
    columns = ("arm", "role", "share", "options")
    table = Table(header=tuple(message(f"trial-column-{name}") for name in columns), rows=arms, words=True)
    return Section(
        identifier="design",
        title=message("trial-report-design"),
        blocks=(
            Text(text=design.question),
            table,
            Points(sentences=_plan(result)),
            Text(text=message("trial-hash", digest=design.sha256), tone="note"),
        ),
    )


def _options(options: object) -> str:
    if not isinstance(options, dict) or not options:
        return MISSING
    return ", ".join(f"{name}: {_option(value)}" for name, value in options.items())


def _option(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _plan(result: TrialResult) -> tuple[str, ...]:
    design = result.design
    analysis, period = design.analysis, design.period
    strata = ", ".join(_label(result, name) for name in design.randomisation.strata)
    kind = period.kind
    sentences = [
        message(f"trial-plan-{kind}", weeks=f"{period.weeks:g}", washout=f"{period.washout_weeks:g}"),
        message("trial-plan-lot", strata=strata) if strata else message("trial-plan-lot-plain"),
        message(
            "trial-plan-conduct",
            adherence=number(100.0 * result.adherence.mean, 0),
            dropout=number(100.0 * design.dropout.share, 0),
            missing=number(100.0 * design.missingness.share, 0),
        ),
        message(f"trial-plan-multiplicity-{analysis.multiplicity}"),
    ]
    if kind is PeriodKind.PARALLEL and analysis.model != "mixed":
        sentences.append(message(f"trial-plan-missing-{analysis.missing}", count=analysis.imputations))
    if analysis.score:
        sentences.append(message("trial-plan-score", score=_label(result, analysis.score)))
    return tuple(sentences)


def _label(result: TrialResult, name: str) -> str:
    return next((one.label for one in result.covariates if one.name == name), name)


def flow_section(result: TrialResult) -> Section:
    """The flow of people."""
    flow, labels = result.flow, [one.label for one in result.design.arms]
    draw = partial(draw_flow, flow=flow, labels=labels)
    fields = ("allocated", "left", "missed", "complete", "analysed")
    rows = tuple(
        Row(cells=(label, *(str(getattr(arm, field)) for field in fields)))
        for label, arm in zip(labels, flow.arms.values(), strict=True)
    )
    figure = Figure(
        alt=message("trial-flow-alt", screened=str(flow.screened), randomised=str(flow.randomised)),
        wide=render(draw, Canvas(WIDE_PX, flow_height_px(flow, labels, WIDE_PX))),
        narrow=render(draw, Canvas(NARROW_PX, flow_height_px(flow, labels, NARROW_PX))),
        table=Table(
            header=(message("trial-column-arm"), *(message(f"trial-flow-column-{one}") for one in fields)), rows=rows
        ),
        table_title=message("trial-report-numbers"),
    )
    return Section(identifier="flow", title=message("trial-report-flow"), blocks=(figure,))


def baseline_section(result: TrialResult) -> Section:
    """The table of people."""
    design = result.design
    names = [name for name in (result.baseline[0].figures if result.baseline else ()) if name != EVERYBODY]
    header = (
        message("trial-column-baseline"),
        *(f"{design.arm(name).label} (n = {result.flow.arms[name].allocated})" for name in names),
        message("trial-report-everybody", count=str(result.flow.randomised)),
    )
    rows = tuple(
        Row(
            cells=(
                _baseline_label(one),
                *(_baseline_cell(one, one.figures[name]) for name in (*names, EVERYBODY)),
            )
        )
        for one in result.baseline
    )
    table = Table(header=header, rows=rows, caption=message("trial-report-baseline-caption"))
    return Section(identifier="people", title=message("trial-report-people"), blocks=(table,))


def _baseline_label(row: BaselineRow) -> str:
    unit = f" ({row.covariate.unit})" if row.covariate.unit else ""
    return f"{row.covariate.label}{unit}" + (f": {row.level}" if row.level else "")


def _baseline_cell(row: BaselineRow, figures: tuple[float, ...]) -> str:
    decimals = row.covariate.decimals
    if row.covariate.kind == "category":
        return f"{figures[0]:.0f} ({number(figures[1], 0)} %)"
    if row.covariate.kind == "number":
        return message("trial-report-mean-sd", mean=number(figures[0], decimals), sd=number(figures[1], decimals))
    return message(
        "trial-report-quartiles",
        median=number(figures[0], decimals),
        low=number(figures[1], decimals),
        high=number(figures[2], decimals),
    )


def look_section(result: TrialResult) -> Section:
    """Interim looks."""
    columns = ("look", "people", "statistic", "bound", "crossed")
    rows = tuple(
        Row(
            cells=(
                f"{number(100.0 * one.bound.fraction, 0)} %",
                str(one.people),
                number(one.z, 2, signed=True),
                f"± {number(one.bound.z, 2)}",
                message("trial-report-yes" if one.crossed else "trial-report-no"),
            )
        )
        for one in result.looks
    )
    header = tuple(message(f"trial-column-{name}") for name in columns)
    caption = message(f"trial-report-spending-{result.design.looks.spending}")
    table = Table(header=header, rows=rows, caption=caption)
    return Section(identifier="looks", title=message("trial-report-looks"), blocks=(table,))


def credibility_section(result: TrialResult, found: Credibility) -> Section:
    """Errors of the analysis, worth of the score, and what twins in the place of controls would do."""
    rows = tuple(_check_row(one) for one in found.rows)
    columns = ("analysis", "question", "nominal", "error", "power")
    first = result.design.primary[0]
    blocks: list[Block] = [
        Table(
            header=tuple(message(f"trial-column-{name}") for name in columns),
            rows=rows,
            caption=message(
                "trial-report-check-caption",
                replicates=str(result.design.replicates),
                people=str(found.people),
                effect=number(found.effect, first.decimals, signed=True),
            ),
        )
    ]
    if found.score is not None:
        score = found.score
        blocks.append(
            Text(
                text=message(
                    "trial-report-score",
                    correlation=number(score.correlation, 2),
                    saved=number(score.saved_pct, 0),
                    without=str(score.people_without),
                    with_score=str(score.people_with),
                )
            )
        )
    if found.bias:
        blocks += [
            Heading(text=message("trial-report-bias")),
            Text(text=message("trial-report-bias-text"), tone="caution"),
        ]
        blocks.append(_bias_figure(result, found))
    return Section(identifier="trust", title=message("trial-report-trust"), blocks=tuple(blocks))


def _check_row(one: CheckRow) -> Row:
    held = one.error.share <= one.nominal or one.error.agrees_with(one.nominal)
    return Row(
        cells=(
            message(f"trial-check-{one.analysis}"),
            message(f"trial-question-{one.question}"),
            f"{number(100.0 * one.nominal, 1)} %",
            f"{number(100.0 * one.error.share, 1)} %",
            MISSING if one.power is None else f"{number(100.0 * one.power.share, 0)} %",
        ),
        verdict="" if held else "poor",
    )


def _bias_figure(result: TrialResult, found: Credibility) -> Figure:
    alpha = result.design.analysis.alpha
    draw = partial(draw_bias, points=found.bias, alpha=alpha)
    rows = tuple(
        Row(cells=(number(one.bias_sd, 2), f"{number(100.0 * one.error, 1)} %", f"{number(100.0 * one.expected, 1)} %"))
        for one in found.bias
    )
    columns = ("bias", "error", "expected")
    return Figure(
        alt=message("trial-report-bias-text"),
        wide=render(draw, Canvas(WIDE_PX, 300)),
        narrow=render(draw, Canvas(NARROW_PX, 280)),
        legend=(
            Key(mark="dot-line", colour=VERMILION, text=message("trial-report-bias-drawn")),
            Key(mark="line", colour=GREY_MIDDLE, text=message("trial-report-bias-formula")),
            Key(mark="dashes", colour=BLUE, text=message("trial-report-bias-nominal")),
        ),
        table=Table(header=tuple(message(f"trial-column-{name}") for name in columns), rows=rows),
        table_title=message("trial-report-numbers"),
    )


def limit_section(result: TrialResult) -> Section:
    """What the trial cannot tell, and what its numbers rest on."""
    design = result.design
    own = (message("trial-limit-simulation"), message("trial-limit-truth"), *design.limits)
    blocks: list[Block] = [Points(sentences=own)]
    if design.sources:
        blocks.append(Points(title=message("trial-report-sources"), sentences=design.sources))
    return Section(identifier="limits", title=message("trial-report-limits"), blocks=tuple(blocks))
