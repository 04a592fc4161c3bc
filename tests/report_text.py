"""What a report's page says, and what of it is English."""

import re
from functools import lru_cache
from html.parser import HTMLParser

from fluent.syntax import ast
from fluent.syntax.visitor import Visitor

from glucotwin.core import message as catalogue

SHORTEST = 9
"""Shorter pieces of sentences may stand in any language."""
WORDS = re.compile(r"\b(the|and|of|with|were|not|this|from|by|readings|days|is|are|that)\b", re.IGNORECASE)
"""English words that German does not have."""


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = tag in {"style", "script"}
        self.words += [value or "" for name, value in attrs if name in {"alt", "aria-label", "title"}]

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


class _Pieces(Visitor):
    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_TextElement(self, node: ast.TextElement) -> None:  # noqa: N802  # named by the visitor
        self.found.add(" ".join(node.value.split()).strip(" .,;:()"))


def text_of(page: str) -> str:
    """Everything that is read or heard of a page."""
    parser = _Text()
    parser.feed(page)
    return " ".join(" ".join(parser.words).replace("\N{NO-BREAK SPACE}", " ").split())


def english_left(page: str) -> list[str]:
    """Pieces of the English catalogue, and English words, that a page holds; German ones are not counted."""
    text = text_of(page)
    english = _pieces("en") - _pieces("de") - {"GlucoTwin"}
    found = [piece for piece in english if len(piece) >= SHORTEST and re.search(rf"\b{re.escape(piece)}\b", text)]
    return sorted(found) + [one.group(0) for one in WORDS.finditer(text)]


@lru_cache
def _pieces(locale: str) -> frozenset[str]:
    visitor = _Pieces()
    visitor.visit(catalogue._resource(locale))
    return frozenset(visitor.found)
