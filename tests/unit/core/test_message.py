"""The message catalogue."""

import ast
import re
from importlib import resources
from pathlib import Path

import pytest
from fluent.syntax import ast as syntax
from fluent.syntax.visitor import Visitor

import glucotwin
from glucotwin.core.message import (
    LOCALES,
    MessageError,
    message,
    message_identifiers,
    parse_catalogue,
    preferred_locale,
    spoken_in,
)

SOURCES = sorted(Path(glucotwin.__path__[0]).rglob("*.py"))


def test_message_without_variables_is_returned_as_written() -> None:
    assert message("not-a-medical-device").startswith("GlucoTwin is research software, not a medical device.")


def test_variables_are_filled_in_without_invisible_characters() -> None:
    text = message("cli-usage-hint", command="glucotwin fit")
    assert text == "Run `glucotwin fit --help` for what it takes and an example."


def test_missing_message_is_an_error() -> None:
    with pytest.raises(MessageError, match="No message 'no-such-message'"):
        message("no-such-message")


def test_missing_variable_is_an_error() -> None:
    with pytest.raises(MessageError, match=r"cli-usage-hint.*command"):
        message("cli-usage-hint")


def test_missing_language_is_an_error() -> None:
    with pytest.raises(MessageError, match="language 'xx'"):
        message("not-a-medical-device", locale="xx")


def test_malformed_entry_is_an_error_and_not_skipped() -> None:
    with pytest.raises(MessageError, match="malformed entry"):
        parse_catalogue("good = Yes\nbad entry here\n", name="test")


def test_repeated_identifier_is_an_error_and_not_ignored() -> None:
    with pytest.raises(MessageError, match="more than one message named twice"):
        parse_catalogue("twice = One\nother = Two\ntwice = Three\n", name="test")


def test_sections_and_comments_are_not_messages() -> None:
    parsed = parse_catalogue("### Catalogue\n\n## Section\n\n# Note\nonly = Text\n", name="test")
    assert len([entry for entry in parsed.body if getattr(entry, "id", None) is not None]) == 1


def test_identifiers_are_lower_case_words_joined_by_hyphens() -> None:
    wrong = [name for name in message_identifiers() if not name.replace("-", "").isalnum() or name != name.lower()]
    assert not wrong
    assert "not-a-medical-device" in message_identifiers()


def literal_identifiers(source: Path) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id == "message"
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def test_every_message_that_the_code_asks_for_exists() -> None:
    asked = {(name, source.name) for source in SOURCES for name in literal_identifiers(source)}
    missing = {(name, file) for name, file in asked if name not in message_identifiers()}
    assert asked, "no call of message() was found at all: the search is broken"
    assert not missing


@pytest.mark.parametrize("locale", LOCALES[1:])
def test_other_languages_say_what_english_says_with_the_same_variables(locale: str) -> None:
    own, english = _variables(locale), _variables("en")
    assert own == {name: english.get(name) for name in own}


WHOLE = re.compile(
    r"^(not-a-medical-device|report-no-glucose|(validity|consent|now|living|future-inputs|advice|course|detect|day|channel)-.*"
    r"|quality-(?!page-).*|service-.*|alarm-(?!list|page|plot).*-(why|now|never|ketones|title)|days-(no-target|too-many)"
    r"|change-(?!redose|answer).*|alarm-step-.*|prognosis-event-.*|audit-broken.*"
    r"|store-(consent-missing|damaged-value|starting|unreachable|interrupted|full|key-used|no-(person|account|member|record|job|token)).*)$"
)
"""What a service tells people."""


@pytest.mark.parametrize("locale", LOCALES[1:])
def test_other_languages_say_everything_that_a_service_tells(locale: str) -> None:
    told = {name for name in message_identifiers() if WHOLE.match(name)}
    assert len(told) > 100
    assert told - message_identifiers(locale) == set()


def test_language_is_spoken_for_a_while_and_english_where_it_lacks_words() -> None:
    with spoken_in("de"):
        assert message("validity-pregnant").startswith("In der Schwangerschaft")
        assert message("cli-usage-hint", command="x").startswith("Run")
        assert message("validity-pregnant", locale="en").startswith("The forecasts")
    assert message("validity-pregnant").startswith("The forecasts")
    with pytest.raises(MessageError), spoken_in("xx"):
        pass


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT,en;q=0.8", "de"),
        ("fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "en"),
        ("en;q=0.3,de;q=0.4", "de"),
        ("de;q=0", "en"),
        ("de;q=high", "en"),
        (";;q=,,", "en"),
    ],
)
def test_preferred_language_is_the_first_known_one(accepted: str, locale: str) -> None:
    assert preferred_locale(accepted) == locale


def _variables(locale: str) -> dict[str, list[str]]:
    source = resources.files("glucotwin.core") / "messages" / f"{locale}.ftl"
    entries = parse_catalogue(source.read_text(encoding="utf-8"), name=locale).body
    found: dict[str, list[str]] = {}
    for entry in entries:
        if isinstance(entry, syntax.Message):
            seen = _Variables()
            seen.visit(entry)
            found[entry.id.name] = sorted(seen.names)
    return found


class _Variables(Visitor):
    """Names of the variables of a message."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: syntax.VariableReference) -> None:  # noqa: N802  # the visitor's convention
        self.names.add(node.id.name)
