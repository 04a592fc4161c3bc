"""The frame of the command line: the table of commands, shared options, failures and exit codes."""

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import click
import pytest

import glucotwin
import glucotwin.cli
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.group import CommandEntry, LazyGroup
from glucotwin.cli.main import glucotwin as root
from glucotwin.cli.main import run
from glucotwin.core.error import DataError, ErrorCode

Invoke = Callable[..., subprocess.CompletedProcess[str]]
FRAME_MODULES = {"__init__", "main", "command", "console", "group"}
HEAVY_PACKAGES = {"jax", "equinox", "polars", "pydantic", "numpy", "scipy", "matplotlib", "fluent", "rich"}


def leaves(group: LazyGroup) -> dict[tuple[str, ...], tuple[CommandEntry, ...]]:
    """Every command that does something, by the words that call it, with its entry and those of its groups."""
    found: dict[tuple[str, ...], tuple[CommandEntry, ...]] = {}
    for name, entry in group.entries.items():
        command = group.get_command(click.Context(group), name)
        inner = leaves(command) if isinstance(command, LazyGroup) else {(): ()}
        found |= {(name, *words): (entry, *entries) for words, entries in inner.items()}
    return found


LEAVES = leaves(root)
WORDS = tuple(LEAVES)


def group_with(callback: Callable[[Console], None], monkeypatch: pytest.MonkeyPatch) -> LazyGroup:
    """A group whose only command ``try`` calls the function with its console."""
    module = ModuleType("made_up_command")
    decorated = click.pass_obj(callback)
    module.__dict__["command"] = Command("try", callback=decorated, examples=("glucotwin try it.csv",), help="Tries.")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return LazyGroup("glucotwin", entries={"try": CommandEntry(module.__name__, "Try something.")})


def run_python(source: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False, timeout=60)


def modules_after(*arguments: str) -> set[str]:
    """Top-level packages that a fresh process has imported after running a command line."""
    source = f"""
import json, sys
from glucotwin.cli.main import run
run({list(arguments)!r})
print("\\n" + json.dumps(sorted(name.partition(".")[0] for name in sys.modules)))
"""
    finished = run_python(source)
    assert finished.returncode == 0, finished.stderr
    return set(json.loads(finished.stdout.splitlines()[-1]))


def test_help_imports_nothing_heavy() -> None:
    assert not HEAVY_PACKAGES & modules_after("--help")


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_help_of_each_command_imports_no_jax(words: tuple[str, ...]) -> None:
    assert not {"jax", "polars"} & modules_after(*words, "--help")


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_help_of_each_command_ends_with_an_example_of_it(words: tuple[str, ...], invoke: Invoke) -> None:
    finished = invoke(*words, "--help")
    assert finished.returncode == 0
    assert finished.stdout.rstrip().splitlines()[-1].strip().startswith(f"$ glucotwin {' '.join(words)}")
    assert "--json" in finished.stdout


def test_every_command_module_is_in_the_table_and_the_other_way_round() -> None:
    folder = Path(glucotwin.cli.__path__[0])
    tables = {commands[-1].module.rpartition(".")[2] for commands in LEAVES.values()}
    files = {file.stem for file in folder.glob("*.py")} - FRAME_MODULES
    found = {name for name in files if "cls=Command" in (folder / f"{name}.py").read_text(encoding="utf-8")}
    assert tables == found


@pytest.mark.parametrize("entries", LEAVES.values(), ids=[" ".join(words) for words in LEAVES])
def test_module_of_each_command_can_be_found(entries: tuple[CommandEntry, ...]) -> None:
    assert all(find_spec(entry.module) is not None for entry in entries)


def test_version_is_the_package_version(invoke: Invoke) -> None:
    finished = invoke("--version")
    assert (finished.returncode, finished.stdout.split()[-1]) == (0, glucotwin.__version__)


def test_no_arguments_show_the_help_and_fail(invoke: Invoke) -> None:
    finished = invoke()
    assert finished.returncode == 2
    assert finished.stderr.startswith("Usage: glucotwin")


def test_unknown_command_is_a_usage_error_with_a_hint(invoke: Invoke) -> None:
    finished = invoke("no-such-command")
    assert finished.returncode == 2
    assert finished.stderr.splitlines() == [
        "error[usage]: No such command 'no-such-command'.",
        "hint: Run `glucotwin --help` for what it takes and an example.",
    ]
    assert finished.stdout == ""


def test_group_lists_its_commands_without_importing_them(capsys: pytest.CaptureFixture[str]) -> None:
    group = LazyGroup("glucotwin", entries={"fit": CommandEntry("no.such.module", "Fit a twin.")})
    assert run(["--help"], group=group) == 0
    assert "fit  Fit a twin." in capsys.readouterr().out


def test_example_stands_at_the_end_of_the_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["try", "--help"], group=group_with(lambda console: None, monkeypatch)) == 0
    assert capsys.readouterr().out.endswith("Example:\n  $ glucotwin try it.csv\n")


def test_command_without_an_example_is_refused() -> None:
    with pytest.raises(ValueError, match="ends with an example"):
        Command("try", examples=())


def test_shared_options_reach_the_console(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bool, bool]] = []
    group = group_with(lambda console: seen.append((console.as_json, console.verbose)), monkeypatch)
    assert [run(arguments, group=group) for arguments in (["try"], ["try", "--json"], ["try", "--verbose"])] == [0] * 3
    assert seen == [(False, False), (True, False), (False, True)]


def refuse(console: Console) -> None:
    raise DataError(ErrorCode.MISSING_COLUMN, "Column 'time' is missing from cgm.csv.", hint="Rename it [to] 'time'.")


def test_glucotwin_error_is_told_with_code_and_hint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["try"], group=group_with(refuse, monkeypatch)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "error[missing-column]: Column 'time' is missing from cgm.csv.",
        "hint: Rename it [to] 'time'.",
    ]


def test_glucotwin_error_is_json_on_stdout_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["try", "--json"], group=group_with(refuse, monkeypatch)) == 2
    assert json.loads(capsys.readouterr().out) == {
        "error": {
            "code": "missing-column",
            "message": "Column 'time' is missing from cgm.csv.",
            "hint": "Rename it [to] 'time'.",
        }
    }


def test_usage_error_is_json_on_stdout_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["try", "--json", "--nonsense"], group=group_with(lambda console: None, monkeypatch)) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "usage"
    assert error["hint"] == "Run `glucotwin try --help` for what it takes and an example."


def test_refusal_of_the_operating_system_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def write_nowhere(console: Console) -> None:
        (tmp_path / "gone" / "out.csv").write_text("")

    assert run(["try"], group=group_with(write_nowhere, monkeypatch)) == 2
    err = capsys.readouterr().err
    assert err.startswith("error[system]: ")
    assert "Traceback" not in err


def break_down(console: Console) -> None:
    raise ZeroDivisionError("nobody thought of this")


def test_defect_exits_with_three_and_asks_for_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["try"], group=group_with(break_down, monkeypatch)) == 3
    err = capsys.readouterr().err
    assert err.startswith("error[internal]: ")
    assert "ZeroDivisionError: nobody thought of this" in err
    assert "Traceback" not in err


def test_verbose_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["try", "--verbose"], group=group_with(break_down, monkeypatch)) == 3
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def interrupt(console: Console) -> None:
    raise KeyboardInterrupt


def test_interruption_exits_with_130_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["try"], group=group_with(interrupt, monkeypatch)) == 130
    assert capsys.readouterr().err.strip() == "Stopped."


def test_control_c_in_a_real_process_exits_with_130() -> None:
    source = """
import os, signal, sys, time, click
from glucotwin.cli.main import run
@click.group()
def group(): pass
@group.command("wait")
def wait():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(30)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(run(["wait"], group=group))
"""
    finished = run_python(source)
    assert (finished.returncode, finished.stderr.strip()) == (130, "Stopped.")


def test_reader_that_leaves_early_gets_no_traceback() -> None:
    source = """
import os, sys, click
from glucotwin.cli.main import run
@click.group()
def group(): pass
@group.command("flood")
def flood():
    for _ in range(100_000): click.echo("data")
reader, writer = os.pipe()
os.dup2(writer, 1); os.close(writer); os.close(reader)
sys.exit(run(["flood"], group=group))
"""
    finished = run_python(source)
    assert (finished.returncode, finished.stderr) == (1, "")


def test_json_data_hold_null_for_numbers_that_are_not_finite(capsys: pytest.CaptureFixture[str]) -> None:
    Console().write_json({"values": (1.5, float("nan"), [float("inf")]), "name": "Zoë", "none": None})
    out = capsys.readouterr().out
    assert json.loads(out) == {"values": [1.5, None, [None]], "name": "Zoë", "none": None}
    assert "Zoë" in out


def test_value_that_is_no_json_is_an_error() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        Console().write_json({"path": Path()})


def test_talk_goes_to_stderr_and_details_only_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    Console().say("said [bold]as is[/bold]")
    Console().detail("hidden")
    Console(verbose=True).detail("shown")
    Console().warn("careful")
    assert capsys.readouterr() == ("", "said [bold]as is[/bold]\nshown\nwarning: careful\n")


def test_progress_without_a_terminal_tells_each_stage_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Console().progress("Fitting the twin") as tell:
        for fraction in (0.0, 0.2, 0.4):
            tell("reading days", fraction)
        tell("searching", 0.6)
        tell("reading days", 0.8)
    assert capsys.readouterr() == ("", "Fitting the twin …\nreading days …\nsearching …\n")


def test_progress_on_a_terminal_leaves_nothing_on_stdout(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with Console().progress("Fitting", total=2.0) as tell:
        tell("searching", 1.0)
    out, err = capsys.readouterr()
    assert out == ""
    assert "Fitting" in err or "searching" in err


def test_no_colour_is_written_when_the_environment_forbids_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    Console().warn("careful")
    assert "\x1b[3" not in capsys.readouterr().err
