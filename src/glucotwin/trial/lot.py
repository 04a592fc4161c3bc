"""Drawing lots: permuted blocks within strata, for one trial or for thousands of replicates at once.

Blocks hold every arm in proportion to its share, in random order, and their size is random, so that nobody can foresee
the next arm (Matts and Lachin, Controlled Clinical Trials 9, 1988).
"""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.trial.chance import person_uniforms
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import ARM, PERSON
from glucotwin.trial.part import PeriodKind

STRATUM, SEQUENCE = "stratum", "sequence"
WHOLE = "all"
"""The only stratum where none are asked for."""


def draw_lots(design: Design, people: pl.DataFrame) -> pl.DataFrame:
    """The randomised people with their ``stratum``, their ``sequence`` of arms and their first ``arm``.

    Args:
        design: of the trial.
        people: the eligible, in the order of enrolment.

    Raises:
        DataError: a stratum is no column of theirs.
    """
    strata = stratum_of(design, people)
    sequences = arm_sequences(design)
    chosen = np.zeros(people.height, dtype=np.int64)
    for name in sorted(set(strata)):
        inside = np.flatnonzero(np.asarray(strata) == name)
        numbers = people[PERSON].gather(inside).to_list()
        blocks = _blocks(design, len(inside), name)
        keys = person_uniforms(design.seed, numbers, stream=f"trial-lot-{name}")[:, 0]
        rest = person_uniforms(design.seed, range(blocks.size - len(inside)), stream=f"trial-lot-rest-{name}")[:, 0]
        shuffled = assign(blocks, sequence_template(design, blocks), np.concatenate([keys, rest])[None, :])
        chosen[inside] = shuffled[0, : len(inside)]
    return people.with_columns(
        pl.Series(STRATUM, strata),
        pl.Series(SEQUENCE, [list(sequences[one]) for one in chosen], dtype=pl.List(pl.String)),
        pl.Series(ARM, [sequences[one][0] for one in chosen]),
    )


def arm_sequences(design: Design) -> tuple[tuple[str, ...], ...]:
    """What the lot chooses from: the arms one by one, or the orders of a crossover; all arms at once if paired.

    A crossover of two or three arms has all their orders, of more a Williams square (each arm follows each other one
    equally often; two squares for an odd number of arms).
    """
    names = tuple(one.name for one in design.arms)
    if design.period.kind is PeriodKind.PARALLEL:
        return tuple((name,) for name in names)
    if design.period.kind is PeriodKind.PAIRED:
        return (names,)
    return tuple(permutations(names)) if len(names) <= 3 else _williams(names)


def stratum_of(design: Design, people: pl.DataFrame) -> list[str]:
    """The stratum of each person: the values of its columns, joined.

    Raises:
        DataError: a column does not exist.
    """
    columns = design.randomisation.strata
    unknown = next((name for name in columns if name not in people.columns), None)
    if unknown is not None:
        raise DataError(
            ErrorCode.MISSING_COLUMN,
            f"There is no column {unknown!r} of the people to stratify by.",
            hint=f"There are: {', '.join(people.columns)}.",
        )
    if not columns:
        return [WHOLE] * people.height
    return [", ".join(str(value) for value in row) for row in people.select(columns).iter_rows()]


def sequence_template(design: Design, blocks: np.ndarray) -> np.ndarray:
    """Which sequence each place of consecutive blocks holds before it is shuffled, ``(places,)``."""
    shares = _shares(design)
    pattern = np.repeat(np.arange(len(shares)), shares)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(blocks)) + 1])
    place = np.arange(blocks.size) - starts[np.cumsum(np.concatenate([[0], np.diff(blocks) != 0]))]
    return pattern[place % pattern.size]


def assign(blocks: np.ndarray, template: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Sequences shuffled within their blocks, ``(replicates, places)``.

    Args:
        blocks: number of the block of each place, rising.
        template: sequence of each place before shuffling.
        keys: uniform numbers, ``(replicates, places)``.
    """
    order = np.argsort(blocks[None, :] + keys, axis=1)
    return np.take_along_axis(np.broadcast_to(template, keys.shape), np.argsort(order, axis=1), axis=1)


def block_numbers(places: int, *, total: int, factors: Sequence[int], keys: np.ndarray) -> np.ndarray:
    """Number of the block of each place, up to the end of the block of the last person.

    Args:
        places: how many people.
        total: sum of the arms' shares.
        factors: a block's size is one of these times ``total``.
        keys: uniform numbers, one for each possible block.
    """
    sizes = np.asarray(factors)[(keys * len(factors)).astype(int)] * total
    needed = int(np.searchsorted(np.cumsum(sizes), places)) + 1
    return np.repeat(np.arange(needed), sizes[:needed])


def _blocks(design: Design, places: int, stratum: str) -> np.ndarray:
    total = int(sum(_shares(design)))
    most = -(-places // total) + 1
    keys = person_uniforms(design.seed, range(most), stream=f"trial-block-{stratum}")[:, 0]
    return block_numbers(places, total=total, factors=design.randomisation.block_factors, keys=keys)


def _shares(design: Design) -> list[int]:
    if design.period.kind is PeriodKind.PARALLEL:
        return [one.share for one in design.arms]
    return [1] * len(arm_sequences(design))


def _williams(names: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Orders in which each arm follows each other one equally often (Williams 1949)."""
    count = len(names)
    zigzag = [0] + [(one + 1) // 2 if one % 2 else count - one // 2 for one in range(1, count)]
    square = [[(step + shift) % count for step in zigzag] for shift in range(count)]
    both = square if count % 2 == 0 else [*square, *(row[::-1] for row in square)]
    return tuple(tuple(names[one] for one in row) for row in both)
