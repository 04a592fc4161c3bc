"""What a report is made of: the answers it shows, as values, before any of it becomes a page."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from glucotwin.advise.what_if import WhatIf
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Window
from glucotwin.forecast.evaluation import Evaluation
from glucotwin.forecast.forecast import Forecast
from glucotwin.ingest.quality import QualityReport
from glucotwin.metrics.panel import MetricsPanel
from glucotwin.metrics.profile import ModalDay
from glucotwin.twin.diagnostic import Diagnostics
from glucotwin.twin.latent.estimate import Latents


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSummary:
    """The fit of the twin that a report is about: the days it learned from and what it says about itself."""

    window: Window
    diagnostics: Diagnostics
    latents: Latents | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastExample:
    """A forecast beside what then happened.

    Attributes:
        forecast: as it was issued.
        observed_t_min: minutes from the forecast's origin of sensor readings, before (negative) and after, ``(n,)``.
        observed_mgdl: those readings, ``(n,)``.
    """

    forecast: Forecast
    observed_t_min: np.ndarray
    observed_mgdl: np.ndarray

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "forecast": self.forecast.to_json(),
            "observed_t_min": self.observed_t_min.tolist(),
            "observed_mgdl": self.observed_mgdl.tolist(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A what-if under a title; ``is_insulin`` when it changes insulin, which not everybody may be shown."""

    title: str
    is_insulin: bool
    what_if: WhatIf

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {"title": self.title, "is_insulin": self.is_insulin, "what_if": self.what_if.to_json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContent:
    """Everything a report shows; a part that is None or empty is said to be missing, and why.

    Attributes:
        person: whom it is about.
        window: the days it describes.
        unit: in which glucose is shown; values are kept in mg/dL.
        quality: what the import found; None for a timeline that was imported earlier.
        panel: the metrics; None without sensor readings.
        modal_day: percentiles by the clock, in bins wide enough to be read as a curve.
        fit: the twin's fit.
        evaluation: scores on days that the fit did not see.
        examples: forecasts beside what then happened.
        scenarios: what-ifs.
        scenarios_withheld: whether what-ifs about insulin were left out because the profile does not allow them.
        attribution: whose data they are, when a licence asks for it.
    """

    person: Person
    window: Window
    unit: GlucoseUnit = GlucoseUnit.MGDL
    quality: QualityReport | None = None
    panel: MetricsPanel | None = None
    modal_day: ModalDay | None = None
    fit: FitSummary | None = None
    evaluation: Evaluation | None = None
    examples: tuple[ForecastExample, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    scenarios_withheld: bool = False
    attribution: str = ""

    def to_json(self) -> Mapping[str, object]:
        """As JSON values, glucose in mg/dL."""
        return {
            "person": {"person_id": self.person.person_id, "zone": self.person.zone},
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "quality": None if self.quality is None else self.quality.to_json(),
            "metrics": None if self.panel is None else self.panel.to_json(),
            "modal_day": None if self.modal_day is None else _modal_day_json(self.modal_day),
            "fit": None if self.fit is None else _fit_json(self.fit),
            "evaluation": None if self.evaluation is None else self.evaluation.to_json(),
            "examples": [example.to_json() for example in self.examples],
            "scenarios": [scenario.to_json() for scenario in self.scenarios],
            "scenarios_withheld": self.scenarios_withheld,
            "attribution": self.attribution,
        }


def _fit_json(fit: FitSummary) -> dict[str, object]:
    return {
        "start": fit.window.start.isoformat(),
        "end": fit.window.end.isoformat(),
        "diagnostics": fit.diagnostics.to_json(),
        "latents": None if fit.latents is None else fit.latents.to_json(),
    }


def _modal_day_json(day: ModalDay) -> dict[str, object]:
    values = [[value if math.isfinite(value) else None for value in row] for row in day.glucose_mgdl.tolist()]
    return {
        "bin_min": day.bin_min,
        "start_min": day.start_min.tolist(),
        "percentiles": list(day.percentiles),
        "glucose_mgdl": values,
    }
