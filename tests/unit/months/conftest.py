"""People of the slow body."""

from collections.abc import Callable

import pytest

from glucotwin.months.person import MonthsPerson


@pytest.fixture
def adult() -> Callable[..., MonthsPerson]:
    """A man of 55 years, 1.70 m and 92 kg with changes."""

    def build(hba1c_pct: float = 8.2, **changes: object) -> MonthsPerson:
        usual: dict[str, object] = {"age_y": 55.0, "female": False, "weight_kg": 92.0, "height_m": 1.70, "egfr": 90.0}
        return MonthsPerson(hba1c_pct=hba1c_pct, **(usual | changes))  # pyright: ignore[reportArgumentType]

    return build
