"""Who stops a medicine, and when."""

from collections.abc import Mapping

import numpy as np
import pytest

from glucotwin.advise.regimen.stop import stopped_share
from glucotwin.advise.regimen.table import read_rows


@pytest.mark.parametrize("row", read_rows("stops.csv"), ids=lambda row: row["kind"])
def test_half_a_year_brings_the_shares_of_the_table(row: Mapping[str, str]) -> None:
    gut, other = float(row["gut_26w"]), float(row["other_26w"])
    assert stopped_share(row["kind"], 182.0) == pytest.approx(1.0 - (1.0 - gut) * (1.0 - other))


def test_stops_grow_with_time_and_those_of_the_gut_come_early() -> None:
    days = np.arange(0.0, 730.0, 7.0)
    for kind in ("glp1_agonist", "sglt2_inhibitor"):
        shares = [stopped_share(kind, day) for day in days]
        assert shares[0] == 0.0
        assert shares == sorted(shares)
        assert shares[-1] < 0.5
    early, whole = (stopped_share("glp1_agonist", day) for day in (56.0, 182.0))
    assert early / whole > 0.4
    assert stopped_share("statin", 182.0) == stopped_share("other", 182.0)
