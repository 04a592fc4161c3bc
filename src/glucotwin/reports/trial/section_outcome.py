"""The sections of a trial's report that tell what came out: claims, outcomes, subgroups, other analyses, variants."""

from functools import partial

from glucotwin.core.message import message
from glucotwin.core.number import MISSING, number
from glucotwin.reports.figure.style import NARROW_PX, WIDE_PX, Canvas, render
from glucotwin.reports.trial.course import arm_courses
from glucotwin.reports.trial.figure_course import ArmCourse, course_colours, draw_courses
from glucotwin.reports.trial.figure_forest import ForestRow, draw_forest, forest_height_px
from glucotwin.reports.trial.text import endpoint_text, gain_text, interval_text, p_text, reason_text, verdict_text
from glucotwin.reports.view import Block, Figure, Key, Row, Section, Table, Text
from glucotwin.trial.analysis import Estimate
from glucotwin.trial.part import Better, Endpoint, EndpointRole, PeriodKind
from glucotwin.trial.result import TrialResult


def claim_section(result: TrialResult) -> Section:
    """Every claim with what was found, its verdict and why."""
    rows = tuple(
        Row(
            cells=(one.claim.text, gain_text(result.design, one), verdict_text(one)),
            note=reason_text(result.design, one),
            verdict="good" if one.as_expected else "poor",
        )
        for one in result.verdicts
    )
    header = tuple(message(f"trial-column-{name}") for name in ("claim", "found", "verdict"))
    blocks: tuple[Block, ...] = (
        (
            Table(header=header, rows=rows, words=True),
            Text(text=message("trial-report-gain-note", percent=number(100.0 * (1.0 - result.alpha), 1)), tone="note"),
        )
        if rows
        else (Text(text=message("trial-report-no-claim")),)
    )
    return Section(identifier="claims", title=message("trial-report-claims"), blocks=blocks)


def outcome_section(result: TrialResult) -> Section:
    """The table of outcomes and the course of the primary endpoints."""
    columns = ("endpoint", "comparison", "arm-mean", "versus-mean", "difference", "p", "p-adjusted")
    rows = tuple(_outcome_row(result, one) for one in result.estimates)
    table = Table(
        header=tuple(message(f"trial-column-{name}") for name in columns),
        rows=rows,
        caption=message(f"trial-report-model-{_model(result)}", errors=result.design.analysis.errors),
    )
    blocks: list[Block] = [table]
    if any(one.endpoint.margin is not None for one in result.estimates):
        blocks.append(_margin_table(result))
    blocks += [_course(result, endpoint) for endpoint in result.design.primary if arm_courses(result, endpoint)]
    return Section(identifier="outcomes", title=message("trial-report-outcomes"), blocks=tuple(blocks))


def _outcome_row(result: TrialResult, one: Estimate) -> Row:
    design, decimals = result.design, one.endpoint.decimals
    primary = one.endpoint.role is EndpointRole.PRIMARY
    return Row(
        cells=(
            endpoint_text(one),
            f"{design.arm(one.arm).label} – {design.arm(one.versus).label}",
            number(one.compared.mean_arm, decimals),
            number(one.compared.mean_versus, decimals),
            interval_text(one.compared.difference.estimate, *one.compared.difference.interval(one.alpha), decimals),
            p_text(one.p),
            p_text(one.p_adjusted) if primary else MISSING,
        ),
        note=message(f"trial-role-{one.endpoint.role}"),
    )


def _model(result: TrialResult) -> str:
    models = {PeriodKind.CROSSOVER: "crossover", PeriodKind.PAIRED: "within"}
    return models.get(result.design.period.kind, result.design.analysis.model)


def _margin_table(result: TrialResult) -> Table:
    rows: list[Row] = []
    for one in result.estimates:
        margin = one.endpoint.margin
        if margin is None:
            continue
        difference = one.compared.difference
        worse, equal = difference.p_not_inferior(margin, one.endpoint.better), difference.p_equivalent(margin)
        rows.append(
            Row(
                cells=(
                    endpoint_text(one),
                    f"{result.design.arm(one.arm).label} – {result.design.arm(one.versus).label}",
                    number(margin, one.endpoint.decimals),
                    _held(worse, one.alpha / 2.0),
                    _held(equal, one.alpha),
                )
            )
        )
    columns = ("endpoint", "comparison", "margin", "not-inferior", "equivalent")
    header = tuple(message(f"trial-column-{name}") for name in columns)
    return Table(header=header, rows=tuple(rows), caption=message("trial-report-margin"))


def _held(p: float, level: float) -> str:
    return message("trial-report-held" if p <= level else "trial-report-not-held", p=p_text(p))


def _course(result: TrialResult, endpoint: Endpoint) -> Figure:
    courses = arm_courses(result, endpoint)
    axis = f"{endpoint.label} ({endpoint.unit})" if endpoint.unit else endpoint.label
    draw = partial(draw_courses, courses=courses, axis=axis, decimals=endpoint.decimals)
    colours = course_colours(len(courses))
    rows = tuple(
        Row(cells=(one.label, *_course_cells(one, endpoint)), colour=colour)
        for one, colour in zip(courses, colours, strict=True)
    )
    weeks = tuple(message("trial-report-week", week=f"{week:g}") for week in courses[0].week.tolist())
    return Figure(
        title=message("trial-report-course", endpoint=endpoint.label),
        alt=message("trial-report-course-alt", endpoint=endpoint.label),
        wide=render(draw, Canvas(WIDE_PX, 330)),
        narrow=render(draw, Canvas(NARROW_PX, 300)),
        legend=tuple(
            Key(mark="dot-line", colour=colour, text=one.label) for one, colour in zip(courses, colours, strict=True)
        ),
        table=Table(header=(message("trial-column-arm"), *weeks), rows=rows),
        table_title=message("trial-report-numbers"),
    )


def _course_cells(course: ArmCourse, endpoint: Endpoint) -> list[str]:
    return [
        message("trial-report-mean-reach", mean=number(mean, endpoint.decimals), reach=number(reach, endpoint.decimals))
        for mean, reach in zip(course.mean.tolist(), course.reach.tolist(), strict=True)
    ]


def forest_section(result: TrialResult) -> Section:
    """The first primary endpoint in subgroups, by other analyses and under other truths."""
    first = result.design.primary[0]
    rows = _forest_rows(result, first)
    margin = None if first.margin is None else (first.margin if first.better is Better.LOWER else -first.margin)
    axis = message("trial-report-forest-axis", endpoint=first.label, unit=first.unit).replace(" ()", "")
    draw = partial(draw_forest, rows=rows, axis=axis, margin=margin)
    table_rows = tuple(Row(cells=(one.label, one.told)) for one in rows)
    figure = Figure(
        alt=message("trial-report-forest-alt", endpoint=first.label),
        wide=render(draw, Canvas(WIDE_PX, forest_height_px(rows, narrow=False))),
        narrow=render(draw, Canvas(NARROW_PX, forest_height_px(rows, narrow=True))),
        table=Table(header=(message("trial-column-comparison"), message("trial-column-difference")), rows=table_rows),
        table_title=message("trial-report-numbers"),
    )
    blocks: list[Block] = [figure]
    levels: dict[str, float] = {one.subgroup.label: one.p_interaction for one in result.subgroups}
    if levels:
        told = "; ".join(f"{label}: {p_text(p)}" for label, p in levels.items())
        blocks.append(Text(text=message("trial-report-interaction", told=told), tone="note"))
    blocks.append(
        Text(text=message("trial-report-direction", better=message(f"trial-better-{first.better}")), tone="note")
    )
    return Section(
        identifier="forest", title=message("trial-report-forest", endpoint=first.label), blocks=tuple(blocks)
    )


def _forest_rows(result: TrialResult, first: Endpoint) -> tuple[ForestRow, ...]:
    main = [one for one in result.estimates if one.endpoint.name == first.name]
    rows = [_heading("as-designed"), *(_forest_row(result, one, _pair(result, one), main=True) for one in main)]
    if result.subgroups:
        pair = _pair(result, result.subgroups[0].estimate)
        rows.append(_heading("subgroups", pair=pair))
        rows += [_forest_row(result, one.estimate, f"{one.subgroup.label}: {one.level}") for one in result.subgroups]
    for pair in dict.fromkeys(_pair(result, one) for one in result.others):
        rows.append(_heading("others", pair=pair))
        rows += [
            _forest_row(result, one, message(f"trial-analysis-{one.analysis}"))
            for one in result.others
            if _pair(result, one) == pair
        ]
    for variant in result.variants:
        rows.append(ForestRow(label=variant.label))
        rows += [
            _forest_row(result, one, _pair(result, one)) for one in variant.estimates if one.endpoint.name == first.name
        ]
    return tuple(rows)


def _heading(name: str, **values: str) -> ForestRow:
    return ForestRow(label=message(f"trial-forest-{name}", **values))


def _forest_row(result: TrialResult, one: Estimate, label: str, *, main: bool = False) -> ForestRow:
    difference = one.compared.difference
    low, high = difference.interval(one.alpha)
    told = interval_text(difference.estimate, low, high, one.endpoint.decimals)
    return ForestRow(label=label, estimate=difference.estimate, low=low, high=high, told=told, main=main)


def _pair(result: TrialResult, one: Estimate) -> str:
    return f"{result.design.arm(one.arm).label} – {result.design.arm(one.versus).label}"


def variant_section(result: TrialResult) -> Section:
    """The claims under other truths."""
    header = (
        message("trial-column-variant"),
        message("trial-column-people"),
        *(one.claim.text for one in result.verdicts),
    )
    rows = tuple(
        Row(
            cells=(
                one.label,
                str(one.people),
                *(f"{gain_text(result.design, each)}: {verdict_text(each)}" for each in one.verdicts),
            )
        )
        for one in result.variants
    )
    own = Row(
        cells=(
            message("trial-forest-as-designed"),
            str(result.lived.people.height),
            *(f"{gain_text(result.design, each)}: {verdict_text(each)}" for each in result.verdicts),
        )
    )
    table = Table(header=header, rows=(own, *rows), words=True, caption=message("trial-report-variants-caption"))
    return Section(identifier="variants", title=message("trial-report-variants"), blocks=(table,))
