"""The message catalogue: every sentence for people, by identifier, from one Project Fluent file per language."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib import resources

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import ast

DEFAULT_LOCALE = "en"
LOCALES = (DEFAULT_LOCALE, "de")
"""Languages; all but the first hold what a service tells people, and the rest is told in English."""

_spoken: ContextVar[str] = ContextVar("spoken", default=DEFAULT_LOCALE)


class MessageError(LookupError):
    """A message, a variable of it or a whole language is missing, or a catalogue is malformed: a defect in the code."""


@contextmanager
def spoken_in(locale: str) -> Generator[None]:
    """Within it messages are told in a language, or in English where that one does not have them.

    Raises:
        MessageError: the language does not exist or its catalogue is malformed.
    """
    _bundle(locale)
    before = _spoken.set(locale)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken_locale() -> str:
    """The language in which messages are told now."""
    return _spoken.get()


def preferred_locale(accepted: str) -> str:
    """The first language of an ``Accept-Language`` header that there is; English when there is none.

    Args:
        accepted: tags with optional weights (RFC 9110, section 12.5.4), such as ``de-AT,de;q=0.9,en;q=0.5``.
    """
    wanted: list[tuple[float, str]] = []
    for one in accepted.split(","):
        tag, _, weight = one.strip().partition(";q=")
        wanted.append((_weight(weight), tag.partition("-")[0].lower()))
    # Sorting is stable: of equal weights the first stays first.
    ranked = sorted((pair for pair in wanted if pair[0] > 0.0), key=lambda pair: -pair[0])
    return next((tag for _, tag in ranked if tag in LOCALES), DEFAULT_LOCALE)


def message(identifier: str, *, locale: str | None = None, **values: str | int) -> str:
    """The text of a message with its variables filled in.

    Args:
        identifier: key in the catalogue, e.g. ``not-a-medical-device``.
        locale: language of the catalogue; default that of ``spoken_in``, or English.
        **values: the message's variables. Numbers with decimals are formatted by the caller, who knows their
            precision; whole numbers may be given as such where the wording depends on them (one, many).

    Raises:
        MessageError: the message, one of its variables or the language does not exist.
    """
    if locale is None:
        locale = _spoken.get()
        locale = locale if _bundle(locale).has_message(identifier) else DEFAULT_LOCALE
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


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


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
