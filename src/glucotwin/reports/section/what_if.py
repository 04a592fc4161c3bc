"""What-ifs: both curves, their difference, and what it means for time in range."""

import re
from functools import partial

from glucotwin.advise.what_if import WhatIf, WhatIfKind
from glucotwin.core.message import message
from glucotwin.core.number import moment
from glucotwin.reports.content import ReportContent, Scenario
from glucotwin.reports.figure.style import (
    BLUE,
    BLUE_MIDDLE,
    GREY,
    GREY_MIDDLE,
    INK,
    NARROW_PX,
    WIDE_PX,
    Canvas,
    render,
)
from glucotwin.reports.figure.what_if import draw_what_if
from glucotwin.reports.number import Numbers
from glucotwin.reports.section.summary import TIME_IN_RANGE, outcome_of, outcome_sentence
from glucotwin.reports.view import Block, Figure, Heading, Key, Points, Row, Section, Table, Text

HELD_CAUTION = "what-if-other-dosing-held"
"""Message of a caution that says what is otherwise said once for all scenarios."""


def what_if_section(content: ReportContent) -> Section:
    """Every scenario that may be shown; says so when some were withheld."""
    blocks: list[Block] = [block for scenario in content.scenarios for block in _scenario(scenario, content)]
    said = any(HELD_CAUTION in scenario.what_if.cautions for scenario in content.scenarios)
    if content.scenarios and not said:
        blocks.append(Text(text=message("report-what-if-held"), tone="note"))
    if content.scenarios_withheld:
        blocks.append(Text(text=message("report-what-if-withheld"), tone="caution"))
    elif not content.scenarios:
        blocks.append(Text(text=message("report-no-what-if")))
    return Section(identifier="what-if", title=message("report-what-if"), blocks=tuple(blocks))


def _scenario(scenario: Scenario, content: ReportContent) -> tuple[Block, ...]:
    numbers, what_if = Numbers(content.unit), scenario.what_if
    outcome = outcome_of(scenario, TIME_IN_RANGE)
    summary = () if outcome is None else (Text(text=outcome_sentence(scenario, outcome, numbers)),)
    cautions = tuple(message(key) for key in what_if.cautions)
    return (
        Heading(text=scenario.title),
        Points(title=_when(what_if, content), sentences=what_if.changes),
        *summary,
        _figure(scenario, content),
        outcome_table(what_if, numbers),
        *_effect(what_if, numbers),
        *((Points(title="", sentences=cautions),) if cautions else ()),
    )


def _effect(what_if: WhatIf, numbers: Numbers) -> tuple[Text, ...]:
    """How strong insulin and food were taken to be."""
    assumed = what_if.assumed_effect
    if assumed is None:
        return ()
    parts = {"carbs": (assumed.rise_per_gram_mgdl, 10.0), "insulin": (assumed.fall_per_unit_mgdl, 1.0)}
    return tuple(
        Text(
            text=message(
                f"report-what-if-effect-{name}",
                median=numbers.glucose(amount * one.median),
                low=numbers.glucose(amount * one.low),
                high=numbers.glucose(amount * one.high),
                unit=str(numbers.unit),
            ),
            tone="note",
        )
        for name, (one, amount) in parts.items()
        if one is not None
    )


def _when(what_if: WhatIf, content: ReportContent) -> str:
    start = what_if.start.astimezone(content.person.zone_info)
    return message(f"report-what-if-{what_if.kind}", moment=moment(start), hours=f"{what_if.t_min[-1] / 60.0:.0f}")


def outcome_label(name: str, numbers: Numbers) -> str:
    """An outcome in words: ``time_below_70_pct`` is the time below 70 mg/dL or 3.9 mmol/L."""
    found = re.fullmatch(r"time_(below|above)_(\d+)_pct", name)
    if found is None:
        return message(f"report-outcome-{name.replace('_', '-')}")
    limit = numbers.threshold(float(found[2]))
    return message(f"report-outcome-time-{found[1]}", limit=limit, unit=str(numbers.unit))


def outcome_table(what_if: WhatIf, numbers: Numbers) -> Table:
    """Every outcome as it was, with the change, and the difference, each with its 90 % interval."""
    rows = tuple(
        Row(
            cells=(
                outcome_label(outcome.name, numbers),
                numbers.estimate(outcome.baseline, outcome.unit),
                numbers.estimate(outcome.changed, outcome.unit),
                numbers.estimate(outcome.difference, outcome.unit, signed=True),
            ),
            note=numbers.unit_of(outcome.unit),
        )
        for outcome in what_if.outcomes
    )
    was = "was" if what_if.kind is WhatIfKind.REPLAY else "expected"
    header = tuple(message(f"report-outcome-{name}") for name in ("name", was, "changed", "difference"))
    return Table(header=header, rows=rows, caption=message("report-outcome-caption"))


def _figure(scenario: Scenario, content: ReportContent) -> Figure:
    what_if, numbers = scenario.what_if, Numbers(content.unit)
    draw = partial(
        draw_what_if,
        what_if=what_if,
        start_local=what_if.start.astimezone(content.person.zone_info),
        numbers=numbers,
        difference=message("report-difference-axis", unit=str(numbers.unit)),
    )
    return Figure(
        alt=_alt(scenario, numbers),
        wide=render(draw, Canvas(WIDE_PX, 420)),
        narrow=render(draw, Canvas(NARROW_PX, 380)),
        legend=what_if_legend(what_if),
        table=_table(what_if, numbers),
        table_title=message("report-what-if-table", unit=str(numbers.unit)),
    )


def _alt(scenario: Scenario, numbers: Numbers) -> str:
    difference = scenario.what_if.difference.median_mgdl
    index = int(abs(difference).argmax())
    return message(
        "report-what-if-alt",
        title=scenario.title,
        minutes=f"{scenario.what_if.t_min[index]:.0f}",
        difference=numbers.of(float(difference[index]), "mg/dL", signed=True),
        unit=str(numbers.unit),
    )


def what_if_legend(what_if: WhatIf) -> tuple[Key, ...]:
    """What the marks of a what-if's figure mean."""
    is_replay = what_if.kind is WhatIfKind.REPLAY
    keys = (
        Key(mark="dashes", colour=GREY, text=message("report-key-as-was" if is_replay else "report-key-expected")),
        Key(mark="line", colour=BLUE, text=message("report-key-changed")),
        Key(mark="area", colour=GREY_MIDDLE, text=message("report-key-band-as-was")),
        Key(mark="area", colour=BLUE_MIDDLE, text=message("report-key-band-changed")),
    )
    if what_if.observed_mgdl is None:
        return keys
    return (Key(mark="dot", colour=INK, text=message("report-key-sensor")), *keys)


def _table(what_if: WhatIf, numbers: Numbers) -> Table:
    stride = max(1, round(30.0 / float(what_if.t_min[1] - what_if.t_min[0]))) if what_if.t_min.size > 1 else 1
    rows = tuple(
        Row(
            cells=(
                f"{what_if.t_min[index]:.0f}",
                numbers.glucose(float(what_if.baseline.median_mgdl[index])),
                numbers.glucose(float(what_if.changed.median_mgdl[index])),
                numbers.of(float(what_if.difference.median_mgdl[index]), "mg/dL", signed=True),
            )
        )
        for index in range(0, what_if.t_min.size, stride)
    )
    was = "was" if what_if.kind is WhatIfKind.REPLAY else "expected"
    names = ("report-example-minute", f"report-outcome-{was}", "report-outcome-changed", "report-outcome-difference")
    return Table(header=tuple(message(name) for name in names), rows=rows)
