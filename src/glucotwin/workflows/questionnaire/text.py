"""Reading FHIR JSON piece by piece, and texts in several languages."""

from collections.abc import Mapping
from typing import cast

from glucotwin.core.message import DEFAULT_LOCALE

TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
Text = Mapping[str, str]
"""A text by language."""


def node(told: Mapping[str, object], name: str) -> Mapping[str, object]:
    """An object in an object; empty when it is not there or none."""
    found = told.get(name)
    return cast("Mapping[str, object]", found) if isinstance(found, dict) else {}


def nodes(told: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """The objects of a list in an object."""
    found = told.get(name)
    each = cast("list[object]", found) if isinstance(found, list) else []
    return [cast("Mapping[str, object]", one) for one in each if isinstance(one, dict)]


def named(told: Mapping[str, object], name: str) -> str:
    """A string in an object; blank when there is none."""
    found = told.get(name)
    return found if isinstance(found, str) else ""


def text_of(told: Mapping[str, object], name: str) -> Text:
    """A string with its translations; empty when there is none."""
    plain = named(told, name)
    if not plain:
        return {}
    found = {DEFAULT_LOCALE: plain}
    for extension in nodes(node(told, f"_{name}"), "extension"):
        if extension.get("url") == TRANSLATION:
            parts = {named(part, "url"): part for part in nodes(extension, "extension")}
            found[named(parts.get("lang", {}), "valueCode")] = named(parts.get("content", {}), "valueString")
    return found


def spoken(text: Text, locale: str) -> str:
    """A text in a language, or as it was first written."""
    return text.get(locale) or text.get(DEFAULT_LOCALE, "")
