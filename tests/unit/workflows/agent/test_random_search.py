"""The example that searches a policy."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[4] / "examples" / "agent" / "random_search.py"


@pytest.mark.slow
def test_the_search_tries_other_policies_and_finds_a_better_one() -> None:
    ended = subprocess.run([sys.executable, str(EXAMPLE)], capture_output=True, text=True, check=True)
    tries = [re.findall(r"reward (-[0-9.]+), best (-[0-9.]+)", line)[0] for line in ended.stdout.splitlines()]
    rewards, best = ([float(one[column]) for one in tries] for column in (0, 1))
    assert len(set(rewards)) == len(rewards) == 6
    assert best == [max(rewards[: number + 1]) for number in range(6)]
    assert best[-1] > rewards[0]
