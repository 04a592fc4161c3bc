"""The message catalogue: every sentence for people, by identifier, from one Project Fluent file per language."""

from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import ast

DEFAULT_LOCALE = "en"


class MessageError(LookupError):
    """A message, a variable of it or a whole language is missing, or a catalogue is malformed: a defect in the code."""


def message(identifier: str, *, locale: str = DEFAULT_LOCALE, **values: str | int) -> str:
    """The text of a message with its variables filled in.

    Args:
        identifier: key in the catalogue, e.g. ``not-a-medical-device``.
        locale: language of the catalogue.
        **values: the message's variables. Numbers with decimals are formatted by the caller, who knows their
            precision; whole numbers may be given as such where the wording depends on them (one, many).

    Raises:
        MessageError: the message, one of its variables or the language does not exist.
    """
    bundle = _bundle(locale)
    if not bundle.has_message(identifier):
        raise MessageError(f"No message '{identifier}' in the catalogue '{locale}'.")
    pattern = bundle.get_message(identifier).value
    if pattern is None:
        raise MessageError(f"Message '{identifier}' in the catalogue '{locale}' has no text.")
    text, errors = bundle.format_pattern(pattern, dict(values))
    if errors:
        reasons = "; ".join(str(error) for error in errors)
        raise MessageError(f"Message '{identifier}' in the catalogue '{locale}' cannot be filled in: {reasons}.")
    return str(text)


def message_identifiers(locale: str = DEFAULT_LOCALE) -> frozenset[str]:
    """Identifiers of all messages of a language.

    Raises:
        MessageError: the language does not exist or its catalogue is malformed.
    """
    return frozenset(_entry_names(_resource(locale)))


@lru_cache
def _bundle(locale: str) -> FluentBundle:
    # Isolation marks around variables are invisible characters that break searching and copying; left-to-right
    # languages do not need them.
    bundle = FluentBundle([locale], use_isolating=False)
    bundle.add_resource(_resource(locale))
    return bundle


@lru_cache
def _resource(locale: str) -> ast.Resource:
    file = resources.files("glucotwin.core") / "messages" / f"{locale}.ftl"
    if not file.is_file():
        raise MessageError(f"No message catalogue for the language '{locale}'.")
    return parse_catalogue(file.read_text(encoding="utf-8"), name=locale)


def parse_catalogue(source: str, *, name: str) -> ast.Resource:
    """A parsed catalogue; what Fluent would silently skip is an error.

    Args:
        source: text of the Fluent file.
        name: what to call the catalogue in errors.

    Raises:
        MessageError: an entry is malformed or an identifier occurs twice.
    """
    resource = FluentResource(source)
    for entry in resource.body:
        if isinstance(entry, ast.Junk):
            raise MessageError(f"Catalogue '{name}' has a malformed entry: {(entry.content or '').strip()!r}.")
    names = list(_entry_names(resource))
    repeated = sorted({entry for entry in names if names.count(entry) > 1})
    if repeated:
        raise MessageError(f"Catalogue '{name}' has more than one message named {', '.join(repeated)}.")
    return resource


def _entry_names(resource: ast.Resource) -> Iterator[str]:
    for entry in resource.body:
        if isinstance(entry, ast.Message):
            yield entry.id.name
