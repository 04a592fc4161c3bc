"""The examples in the documentation run and show what they promise.

Fenced blocks marked ``python`` and ``console`` are run page by page, in order, in an empty folder that holds a copy of
``examples/``. A comment on the line before a block changes that: ``<!-- slow -->`` keeps it for the slow tests,
``<!-- not run: reason -->`` leaves it out. In a console block, lines after ``$ command`` are output that must occur in
this order; a line of three dots stands for anything.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>slow|not run: [^\n]+) -->\n\n?)?^```(?P<language>python|console)\n(?P<text>.*?)^```$",
    flags=re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """One fenced block that can be run."""

    language: str
    text: str
    slow: bool


def find_snippets(source: str) -> list[Snippet]:
    """The runnable blocks of a page, in order."""
    return [
        Snippet(language=block["language"], text=block["text"], slow=block["mark"] == "slow")
        for block in BLOCK.finditer(source)
        if not (block["mark"] or "").startswith("not run")
    ]


def pages_with_snippets(*, slow: bool) -> list[Path]:
    """Pages with at least one block of this kind."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    snippets = {page: find_snippets(page.read_text(encoding="utf-8")) for page in pages}
    return [page for page, found in snippets.items() if any(snippet.slow == slow for snippet in found)]


def run_page(page: Path, folder: Path, *, slow: bool) -> None:
    """Runs a page's blocks; the slow ones, which build on the others, only when asked for."""
    names: dict[str, object] = {"__name__": "__main__"}
    for snippet in find_snippets(page.read_text(encoding="utf-8")):
        if snippet.slow and not slow:
            continue
        if snippet.language == "python":
            exec(compile(snippet.text, f"{page.name}:{snippet.text[:40]!r}", "exec"), names)  # noqa: S102  # our own pages
        else:
            run_console(snippet.text, folder)


def run_console(text: str, folder: Path) -> None:
    """Runs the ``$`` lines of a console block and compares their output with the lines below them."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, promised = part.partition("\n")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        finished = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=os.environ | {"PATH": path, "NO_COLOR": "1", "COLUMNS": "100"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert finished.returncode == 0, f"$ {command}\n{finished.stdout}{finished.stderr}"
        assert_lines_occur(promised, finished.stdout + finished.stderr)


def assert_lines_occur(promised: str, written: str) -> None:
    """Every promised line is in the output, in this order; lines of three dots and empty lines promise nothing."""
    lines = iter(line.strip() for line in written.splitlines())
    for line in filter(None, map(str.strip, promised.splitlines())):
        assert line == "..." or line in lines, f"not found, or not in this place: {line!r} in\n{written}"


@pytest.fixture
def example_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if (ROOT / "examples").is_dir():
        shutil.copytree(ROOT / "examples", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def page_name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", pages_with_snippets(slow=False), ids=page_name)
def test_examples_of_a_page_run(page: Path, example_folder: Path) -> None:
    run_page(page, example_folder, slow=False)


@pytest.mark.slow
@pytest.mark.parametrize("page", pages_with_snippets(slow=True), ids=page_name)
def test_slow_examples_of_a_page_run(page: Path, example_folder: Path) -> None:
    run_page(page, example_folder, slow=True)


PAGE = """
```python
total = 1 + 1
```

<!-- slow -->
```console
$ echo one; echo two
two
```

<!-- not run: needs a browser -->
```console
$ false
```

```toml
key = 1
```
"""


def test_snippets_are_found_with_their_marks() -> None:
    found = [(snippet.language, snippet.slow) for snippet in find_snippets(PAGE)]
    assert found == [("python", False), ("console", True)]


def test_page_whose_promise_is_wrong_fails(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="'three'"):
        run_console("$ echo one; echo two\none\nthree\n", tmp_path)


def test_output_in_another_order_fails() -> None:
    with pytest.raises(AssertionError, match="not in this place"):
        assert_lines_occur("two\n...\none\n", "one\ntwo\n")


def test_command_that_fails_fails_the_page(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"\$ false"):
        run_console("$ false\n", tmp_path)


def test_names_of_one_block_are_known_in_the_next(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```python\nten = 10\n```\n\n```python\nassert ten == 11, 'seen'\n```\n", encoding="utf-8")
    with pytest.raises(AssertionError, match="seen"):
        run_page(page, tmp_path, slow=False)
