"""What the tests of the command line share."""

from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

from glucotwin.cli.main import run


@pytest.fixture
def invoke(capfd: pytest.CaptureFixture[str]) -> Callable[..., CompletedProcess[str]]:
    """Runs ``glucotwin`` with the given arguments in this process; gives back exit code, stdout and stderr."""

    def invoke_command(*arguments: object) -> CompletedProcess[str]:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return CompletedProcess([str(argument) for argument in arguments], code, captured.out, captured.err)

    return invoke_command
