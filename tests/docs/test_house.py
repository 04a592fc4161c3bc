"""The promises of the README and the rules of the house that a text search can check."""

import re
import tomllib
from pathlib import Path

import glucotwin

README_COMMANDS = ("pip install uv && uv run glucotwin demo", "pip install uv && uv run pytest")


def test_readme_holds_the_two_commands_exactly(root: Path) -> None:
    lines = (root / "README.md").read_text(encoding="utf-8").splitlines()
    assert [command for command in README_COMMANDS if command not in lines] == []


def test_ci_runs_the_test_command_of_the_readme(root: Path) -> None:
    assert README_COMMANDS[1] in (root / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_readme_says_that_this_is_no_medical_device(root: Path) -> None:
    assert "not a medical device" in (root / "README.md").read_text(encoding="utf-8")


def test_package_version_is_the_project_version(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == glucotwin.__version__


def test_links_of_the_readme_lead_to_files(root: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (root / "README.md").read_text(encoding="utf-8"))
    assert [link for link in links if not (root / link).exists()] == []
    assert links


def test_every_layer_is_described_in_the_architecture(root: Path, docs: Path) -> None:
    page = (docs / "explanation" / "architecture.md").read_text(encoding="utf-8")
    folders = sorted(file.parent.name for file in (root / "src" / "glucotwin").glob("*/__init__.py"))
    assert folders
    assert [name for name in folders if f"`{name}`" not in page] == []


def test_changelog_fragments_name_an_issue_and_a_known_kind(root: Path) -> None:
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]
    kinds = "|".join(kind["directory"] for kind in settings["type"])
    fragments = [file.name for file in (root / "changelog.d").glob("*.md")]
    assert [name for name in fragments if not re.fullmatch(rf"(\d+|\+[\w-]+)\.({kinds})(\.\d+)?\.md", name)] == []
