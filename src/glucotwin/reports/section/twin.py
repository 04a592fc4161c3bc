"""What the twin learned: parameters in plain words, how far the data informed them, warnings of the fit."""

from functools import partial

from glucotwin.core.message import message, message_identifiers
from glucotwin.core.number import number
from glucotwin.reports.content import FitSummary, ReportContent
from glucotwin.reports.figure.parameter import draw_parameters
from glucotwin.reports.figure.style import BLUE, GREY_LIGHT, NARROW_PX, WIDE_PX, Canvas, render
from glucotwin.reports.number import Numbers, capitalised, three_digits, window_days, with_interval
from glucotwin.reports.section.informed import informed_text
from glucotwin.reports.section.latent import latent_sentences
from glucotwin.reports.view import Block, Figure, Key, Points, Row, Section, Table, Text
from glucotwin.twin.diagnostic import ParameterSummary


def twin_section(content: ReportContent) -> Section:
    """Parameters as a figure and a table, with the fit's own warnings."""
    title = message("report-twin")
    fit = content.fit
    if fit is None:
        return Section(identifier="twin", title=title, blocks=(Text(text=message("report-no-twin")),))
    blocks: list[Block] = [Text(text=fit_sentence(fit, content))]
    if fit.diagnostics.parameters:
        blocks += [Text(text=message("report-twin-reading"), tone="note"), _figure(fit.diagnostics.parameters)]
    if fit.latents is not None:
        sentences = latent_sentences(fit.latents, content.person.zone_info)
        blocks.append(Points(title=message("latent-title"), sentences=sentences))
    if fit.diagnostics.warnings:
        warnings = tuple(message(key) for key in fit.diagnostics.warnings)
        blocks.append(Points(title=message("report-twin-warnings"), sentences=warnings))
    return Section(identifier="twin", title=title, blocks=tuple(blocks))


def fit_sentence(fit: FitSummary, content: ReportContent) -> str:
    """From which days the twin learned, and how far its next step was off on them."""
    numbers = Numbers(content.unit)
    return message(
        "report-twin-fitted",
        readings=number(fit.diagnostics.readings, 0),
        days=window_days(fit.window, content.person.zone_info),
        residual=numbers.glucose_fine(fit.diagnostics.residual_sd_mgdl),
        unit=str(numbers.unit),
    )


def parameter_name(parameter: ParameterSummary) -> str:
    """A parameter in plain words; bodies that the catalogue does not know describe their own."""
    identifier = f"report-parameter-{parameter.name.replace('.', '-').replace('_', '-')}"
    text = message(identifier) if identifier in message_identifiers() else parameter.description
    return capitalised(text)


def _figure(parameters: tuple[ParameterSummary, ...]) -> Figure:
    names = tuple(parameter_name(one) for one in parameters)
    draw = partial(draw_parameters, parameters=parameters, names=names)
    return Figure(
        alt=_alt(parameters, names),
        wide=render(draw, Canvas(WIDE_PX, 50 + 30 * len(parameters))),
        narrow=render(draw, Canvas(NARROW_PX, 44 + 42 * len(parameters))),
        legend=(
            Key(mark="area", colour=GREY_LIGHT, text=message("report-key-prior")),
            Key(mark="dot-line", colour=BLUE, text=message("report-key-posterior")),
        ),
        table=_table(parameters, names),
        table_title=message("report-twin-table"),
    )


def _alt(parameters: tuple[ParameterSummary, ...], names: tuple[str, ...]) -> str:
    sentences = [
        message("report-twin-alt", name=name, factor=number(one.median / one.prior_median, 2))
        for name, one in zip(names, parameters, strict=True)
    ]
    return " ".join(sentences)


def _table(parameters: tuple[ParameterSummary, ...], names: tuple[str, ...]) -> Table:
    header = tuple(message(f"report-parameters-{name}") for name in ("name", "prior", "posterior", "informed"))
    return Table(header=header, rows=tuple(_row(one, name) for one, name in zip(parameters, names, strict=True)))


def parameter_rows(parameters: tuple[ParameterSummary, ...]) -> list[tuple[str, ...]]:
    """The table of parameters as lines of text, for a terminal."""
    rows = (_row(one, parameter_name(one)) for one in parameters)
    return [tuple(cell.replace("\n", " ") for cell in row.cells) for row in rows]


def _row(parameter: ParameterSummary, name: str) -> Row:
    prior = (parameter.prior_median, parameter.prior_low, parameter.prior_high)
    posterior = (parameter.median, parameter.low, parameter.high)
    return Row(
        cells=(name, _estimate(*prior), _estimate(*posterior), informed_text(parameter.informed_fraction)),
        note="" if parameter.unit == "1" else parameter.unit,
    )


def _estimate(median: float, low: float, high: float) -> str:
    return with_interval(three_digits(median), three_digits(low), three_digits(high))
