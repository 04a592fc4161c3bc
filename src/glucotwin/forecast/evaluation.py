"""How good forecasts were on data that the fit did not see, beside persistence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HorizonScore:
    """Scores at one horizon; RMSE, MAE in mg/dL, MARD in percent, coverage as fractions of held-out readings.

    ``*_persistence`` are those of "the last reading stays" on the very same pairs.
    """

    horizon_min: int
    pairs: int
    rmse_mgdl: float
    mae_mgdl: float
    mard_pct: float
    bias_mgdl: float
    coverage_50: float
    coverage_90: float
    width_90_mgdl: float
    dts_zone_a_fraction: float
    rmse_persistence_mgdl: float
    mae_persistence_mgdl: float
    mard_persistence_pct: float

    @property
    def beats_persistence(self) -> bool:
        """Whether the RMSE is below that of persistence."""
        return self.rmse_mgdl < self.rmse_persistence_mgdl

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        plain: dict[str, object] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {"beats_persistence": self.beats_persistence}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Scores of one person's twin on a held-out window.

    Attributes:
        person_id: whose twin.
        attributes: groups the person belongs to, so that performance can be compared between them.
        start, end: of the held-out window; the fit saw only earlier data.
        future_inputs: what forecasts were told of meals and insulin after their origin.
        horizons: one score per horizon, ascending.
    """

    person_id: str
    start: datetime
    end: datetime
    future_inputs: str
    horizons: tuple[HorizonScore, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "person_id": self.person_id,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "future_inputs": self.future_inputs,
            "attributes": dict(self.attributes),
            "horizons": [score.to_json() for score in self.horizons],
        }
