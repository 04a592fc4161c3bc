"""Renders a report: one HTML file that needs nothing else."""

import re
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from glucotwin.core.answer import Answer
from glucotwin.reports.content import ReportContent
from glucotwin.reports.page import build_page, check_permitted
from glucotwin.reports.view import Page

TEMPLATE = "report.html.j2"
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:%|mg/dL|mmol/L|h|min)(?!\w))")


def render_report(answer: Answer[ReportContent]) -> str:
    """The report as one self-contained HTML document: no script, nothing loaded from anywhere.

    Args:
        answer: the content in its envelope.

    Raises:
        NotAllowedError: the content holds a what-if that the answer's authority may not see.
    """
    check_permitted(answer)
    return render_page(build_page(answer))


def render_page(page: Page) -> str:
    """A page as one self-contained HTML document."""
    return _template().render(page=page)


def keep_together(value: object) -> object:
    """Text in which no line ends between a number and its unit; anything else as it is."""
    # What macros give back is marked-up text already, a subclass of str that must stay one.
    return _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", value) if type(value) is str else value


@lru_cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("glucotwin.reports", "template"),
        autoescape=True,
        finalize=keep_together,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE)
