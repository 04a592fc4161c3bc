"""Which tasks a trial consists of."""

from collections.abc import Iterator

import polars as pl

from glucotwin.trial.design import Design
from glucotwin.trial.experiment import PERSON, Unit
from glucotwin.trial.lot import SEQUENCE
from glucotwin.trial.part import MAIN, PeriodKind
from glucotwin.trial.task import Order, Task, parquet_of


def recruiting_tasks(design: Design, *, first: int, count: int, variant: str = MAIN) -> tuple[Task, ...]:
    """Tasks that recruit consecutive batches of people, none beyond the screening limit.

    Args:
        design: of the variant.
        first: number of the first batch.
        count: of batches.
        variant: name.
    """
    size, limit = design.batch_people, design.screening_limit
    starts = [number * size for number in range(first, first + count) if number * size < limit]
    return tuple(
        Task(
            kind="recruit",
            number=start // size,
            variant=variant,
            numbers=tuple(range(start, min(start + size, limit))),
        )
        for start in starts
    )


def living_orders(design: Design, people: pl.DataFrame, *, variant: str = MAIN) -> Iterator[Order]:
    """Tasks that let the randomised people live, with their rows.

    Args:
        design: of the variant.
        people: the randomised, with their lots.
        variant: name.
    """
    for unit in _units(design, people, variant):
        rows = people.filter(pl.col(PERSON).is_in(unit.people))
        number = unit.people[0]
        yield Order(task=Task(kind="live", number=number, variant=variant, unit=unit), people=parquet_of(rows))


def _units(design: Design, people: pl.DataFrame, variant: str) -> Iterator[Unit]:
    sequences: dict[tuple[str, ...], list[int]] = {}
    for person, sequence in people.select(PERSON, SEQUENCE).iter_rows():
        sequences.setdefault(tuple(sequence), []).append(person)
    for sequence, numbers in sorted(sequences.items()):
        numbers.sort()
        for period, arm in enumerate(sequence):
            together = design.period.kind is PeriodKind.PAIRED
            for start in range(0, len(numbers), design.batch_people):
                yield Unit(
                    variant=variant,
                    arm=arm,
                    period=0 if together else period,
                    earlier=() if together else sequence[:period],
                    people=tuple(numbers[start : start + design.batch_people]),
                )
