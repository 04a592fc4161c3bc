"""The message catalogue."""

import ast
from pathlib import Path

import pytest

import glucotwin
from glucotwin.core.message import MessageError, message, message_identifiers, parse_catalogue

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
