"""Writes docs/models/module/*.md from the modules' classes and records; ``--check`` tells whether they are up to date.

A page is what the code says: a class's docstring (first line, sources, equations, letters, limits), its state, the
records of its parameters, and the verdicts of its validation.
"""

import inspect
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import equinox as eqx
from made_pages import write_or_check

from glucotwin.core.claim import Claim
from glucotwin.physiology.insulin_product import insulin_products
from glucotwin.physiology.module.registry import MODULES, TYPE2_MODULES, Module
from glucotwin.physiology.parameter import Parameter, PriorKind, read_parameters

DOCS = Path(__file__).parent
FOLDER = DOCS / "models" / "module"
COMMAND = "uv run python docs/generate_model_pages.py"
RESULTS = DOCS.parent / "validation" / "physiology.json"
ALL_MODULES = {**MODULES, **TYPE2_MODULES}
TYPE2_RECORDS = read_parameters("module/type2.csv")


def pages() -> dict[Path, str]:
    """Every page by its file."""
    claims = [Claim.from_json(one) for one in json.loads(RESULTS.read_text(encoding="utf-8"))]
    files = {FOLDER / f"{name}.md": _page(name, module, claims) for name, module in ALL_MODULES.items()}
    return {FOLDER / "README.md": _index(), **files}


def _index() -> str:
    return "\n".join(
        [
            "# Modules of the full bodies",
            "",
            f"<!-- Made by `{COMMAND}`; edit the code, not this page. -->",
            "",
            "Each can be left out: `glucotwin simulate --without NAME`, `body: {without: [NAME]}` in a scenario, or",
            "`BodyOptions(without=frozenset({NAME}))` in Python. Without all of them `padova-t1d` is the 2008 body",
            "and `padova-t2d` the meal model of 2007. T1D and T2D say in which of the two a module is.",
            "",
            "| name | page | T1D | T2D | what it does |",
            "|---|---|---|---|---|",
            *(_row(name, module) for name, module in ALL_MODULES.items()),
            "",
        ]
    )


def _row(name: str, module: Module) -> str:
    inside = ("✓" if name in modules else "" for modules in (MODULES, TYPE2_MODULES))
    return f"| `{name}` | [{module.title}]({name}.md) | {' | '.join(inside)} | {_summary(module)} |"


def _summary(module: Module) -> str:
    return " ".join(_parts(inspect.getdoc(kind) or "").summary for kind in (*module.organs, *module.special))


def _page(name: str, module: Module, claims: Iterable[Claim]) -> str:
    lines = [f"# {module.title} (`{name}`)", "", f"<!-- Made by `{COMMAND}`; edit the code, not this page. -->", ""]
    for kind in (*module.organs, *module.special):
        lines += _class_section(kind)
    if module.records:
        lines += _records_section(module.parameters())
        lines += _type2_section(module)
    if name == "insulin-product":
        lines += _products_section()
    lines += _validation_section([claim for claim in claims if dict(claim.attributes)["module"] == name])
    return "\n".join(lines).rstrip() + "\n"


class _Docstring:
    """A docstring's parts."""

    def __init__(self, text: str) -> None:
        before, _, rest = text.partition("\nEquations:\n")
        self.summary, _, self.source = (part.strip() for part in before.partition("\n"))
        equations, _, rest = rest.partition("\n\n")
        self.equations = inspect.cleandoc(equations)
        letters, _, limits = rest.partition("Limits:")
        self.letters, self.limits = letters.strip(), " ".join(limits.split())


def _parts(text: str) -> _Docstring:
    return _Docstring(text)


def _class_section(kind: type[eqx.Module]) -> Iterator[str]:
    parts = _parts(inspect.getdoc(kind) or "")
    yield from (
        f"## {_words(kind.__name__)}",
        "",
        parts.summary,
        "",
        parts.source,
        "",
        "```text",
        parts.equations,
        "```",
    )
    yield from ("", parts.letters, "", f"**Limits.** {parts.limits[0].upper()}{parts.limits[1:]}", "")
    states = _state_fields(kind)
    if states:
        yield f"**State:** {', '.join(f'`{name}`' for name in states)} (the unit ends the name; without one: a share)."
        yield ""


def _words(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return spaced[0] + spaced[1:].lower()


def _state_fields(kind: type[eqx.Module]) -> list[str]:
    hints = inspect.get_annotations(getattr(kind, "initial_state", object), eval_str=False)
    state = hints.get("return")
    return [field.name for field in fields(state)] if inspect.isclass(state) and issubclass(state, eqx.Module) else []


def _records_section(records: Mapping[str, Parameter]) -> Iterator[str]:
    yield from (
        "## Parameters",
        "",
        "Typical values of an adult; *differ* is the SD of the logarithm between people.",
        "",
    )
    yield "| parameter | symbol | unit | typical | bounds | differ | what | source |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, one in records.items():
        differ = f"{one.spread:g}" if one.prior is PriorKind.LOG_NORMAL else "–"
        cells = (f"`{name}`", one.symbol, one.unit, f"{one.typical:g}", f"{one.low:g}–{one.high:g}", differ)
        yield f"| {' | '.join((*cells, one.description, one.source))} |"
    yield ""


def _type2_section(module: Module) -> Iterator[str]:
    """Numbers that differ in the type 2 body."""
    different = {name: TYPE2_RECORDS[name] for name in module.parameters() if name in TYPE2_RECORDS}
    for name, one in different.items():
        yield f"In `padova-t2d` `{name}` is {one.typical:g} {one.unit} ({one.source})."
        yield ""


def _products_section() -> Iterator[str]:
    yield from ("## Products", "", "Rates of a typical adult; a person's own absorption scales them all.", "")
    yield "| product | brands | kind | tau min | kd /min | ka1 /min | ka2 /min | F | source |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for one in insulin_products().values():
        rates = (
            one.delay_min,
            one.dissociation_per_min,
            one.injected_absorption_per_min,
            one.dissociated_absorption_per_min,
            one.bioavailability_fraction,
        )
        cells = (f"`{one.name}`", one.brands, str(one.kind), *(f"{rate:g}" for rate in rates), one.source)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _validation_section(claims: list[Claim]) -> Iterator[str]:
    yield from ("## Beside published figures", "")
    if not claims:
        yield "No published figure was measured for this module alone."
        return
    yield "Protocols and bands: `validation/targets.csv`; again: `uv run python validation/physiology.py`."
    yield from (
        "",
        "| what | people and protocol | published | measured | verdict | source |",
        "|---|---|---|---|---|---|",
    )
    for claim in claims:
        what, _, how = claim.claim.partition(": ")
        cells = (what, how, claim.expected, claim.measured or "–", str(claim.verdict), claim.source)
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


if __name__ == "__main__":
    sys.exit(write_or_check(FOLDER, pages()))
