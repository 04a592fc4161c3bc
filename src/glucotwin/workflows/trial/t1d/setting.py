"""What the pumps of several people are set to, and changes of it by quarter of the day within limits."""

from dataclasses import dataclass

import numpy as np

BLOCK_STARTS_H = (0, 6, 11, 17)
"""Parts of the local day by which settings differ and are changed: night, morning, afternoon, evening."""

BLOCKS = len(BLOCK_STARTS_H)
HOURS = 24
BLOCK_OF_HOUR = np.searchsorted(BLOCK_STARTS_H, np.arange(HOURS), side="right") - 1

LARGEST_STEP = 0.10
"""A setting changes by no more than this share at one review, whoever proposes it (the product's safety envelope)."""

LARGEST_TOTAL = 0.35
"""And by no more than this in all, without a fresh start by a clinician."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of several people.

    Attributes:
        basal_u_per_h: of each local hour, ``(people, 24)``.
        carb_ratio_g_per_u: likewise.
        correction_factor_mgdl_per_u: ``(people,)``.
    """

    basal_u_per_h: np.ndarray
    carb_ratio_g_per_u: np.ndarray
    correction_factor_mgdl_per_u: np.ndarray

    def __len__(self) -> int:
        return self.basal_u_per_h.shape[0]

    def times(self, step: "Step") -> "Settings":
        """The settings with a step taken: more insulin where its numbers are above 0."""
        return Settings(
            basal_u_per_h=self.basal_u_per_h * np.exp(step.basal[:, BLOCK_OF_HOUR]),
            carb_ratio_g_per_u=self.carb_ratio_g_per_u * np.exp(-step.carb[:, BLOCK_OF_HOUR]),
            correction_factor_mgdl_per_u=self.correction_factor_mgdl_per_u * np.exp(-step.correction),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Changes on a logarithmic scale; above 0 is more insulin, whichever setting it is.

    Attributes:
        basal, carb: by quarter of the day, ``(people, 4)``: basal rates, and insulin for food.
        correction: ``(people,)``: insulin of corrections.
    """

    basal: np.ndarray
    carb: np.ndarray
    correction: np.ndarray

    @classmethod
    def none(cls, people: int) -> "Step":
        """Nothing is changed."""
        return cls(basal=np.zeros((people, BLOCKS)), carb=np.zeros((people, BLOCKS)), correction=np.zeros(people))

    @property
    def table(self) -> np.ndarray:
        """All changes as ``(people, 9)``: basal rates, carb ratios, correction factor."""
        return np.concatenate([self.basal, self.carb, self.correction[:, None]], axis=1)

    @classmethod
    def of_table(cls, table: np.ndarray) -> "Step":
        """The step of such a table."""
        return cls(basal=table[:, :BLOCKS], carb=table[:, BLOCKS : 2 * BLOCKS], correction=table[:, 2 * BLOCKS])

    def within(self, before: "Step") -> "Step":
        """The step cut to the limits, given what was changed since the start.

        Args:
            before: the sum of earlier steps.
        """
        largest = np.log1p(LARGEST_STEP)
        total = np.log1p(LARGEST_TOTAL)
        cut = np.clip(self.table, np.log1p(-LARGEST_STEP), largest)
        return Step.of_table(np.clip(before.table + cut, -total, total) - before.table)

    def taken(self, accepted: np.ndarray) -> "Step":
        """The step as far as people take it, ``accepted`` being 0 or 1 for each of the nine, ``(people, 9)``."""
        return Step.of_table(self.table * accepted)

    def plus(self, other: "Step") -> "Step":
        """Both steps together."""
        return Step.of_table(self.table + other.table)
