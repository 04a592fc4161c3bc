from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import DataError
from glucotwin.trial.design import Design
from glucotwin.trial.lot import arm_sequences, draw_lots
from glucotwin.trial.part import Arm, PeriodKind, Randomisation, Role
from glucotwin.workflows.trial.design_file import find_design

DESIGN = find_design("known-effect")


def people(count: int) -> pl.DataFrame:
    places = np.arange(count)
    return pl.DataFrame({"person": places, "age_group": np.where(places % 3 == 0, "old", "young")})


def with_parts(**parts: object) -> Design:
    return DESIGN.model_copy(update=parts)


def of_kind(kind: PeriodKind, arms: int = 3) -> Design:
    made = [Arm(name=f"arm-{one}", label="", role=Role.CONTROL if one == 0 else Role.TREATMENT) for one in range(arms)]
    return with_parts(period=DESIGN.period.model_copy(update={"kind": kind}), arms=tuple(made))


def test_arms_stay_balanced_within_each_stratum_at_any_time():
    drawn = draw_lots(with_parts(randomisation=Randomisation(block_factors=(1, 2), strata=("age_group",))), people(300))
    for _, stratum in drawn.group_by("stratum"):
        arms = stratum.sort("person")["arm"].to_list()
        for until in range(1, len(arms) + 1):
            counts = [arms[:until].count(arm.name) for arm in DESIGN.arms]
            assert max(counts) - min(counts) <= 4  # two blocks' shares at the worst


def test_shares_are_kept():
    arms = (DESIGN.arms[0], DESIGN.arms[1].model_copy(update={"share": 2}), DESIGN.arms[2])
    drawn = draw_lots(with_parts(arms=arms, randomisation=Randomisation(block_factors=(1,))), people(400))
    assert dict(drawn["arm"].value_counts().iter_rows()) == {"usual": 100, "guided": 200, "sham": 100}


def test_the_lot_depends_on_seed_and_person_only():
    first, again = draw_lots(DESIGN, people(90)), draw_lots(DESIGN, people(90))
    assert first.equals(again)
    assert not first["arm"].equals(draw_lots(with_parts(seed=5), people(90))["arm"])


def test_every_place_of_a_block_may_get_every_arm():
    counts = np.zeros((3, 3))
    for seed in range(200):
        drawn = draw_lots(with_parts(seed=seed, randomisation=Randomisation(block_factors=(1,))), people(3))
        for place, arm in enumerate(drawn["arm"].to_list()):
            counts[place, [one.name for one in DESIGN.arms].index(arm)] += 1
    assert counts.min() > 200 / 3 - 3.5 * np.sqrt(200 * 2 / 9)


def test_a_cut_block_favours_no_arm():
    firsts = [
        draw_lots(with_parts(seed=seed, randomisation=Randomisation(block_factors=(2,))), people(1))["arm"][0]
        for seed in range(120)
    ]
    assert min(firsts.count(one.name) for one in DESIGN.arms) > 120 / 3 - 3.5 * np.sqrt(120 * 2 / 9)


def test_orders_of_a_crossover_are_all_or_a_williams_square():
    assert len(arm_sequences(of_kind(PeriodKind.CROSSOVER, 2))) == 2
    assert len(arm_sequences(of_kind(PeriodKind.CROSSOVER, 3))) == 6
    for arms in (4, 5):
        orders = arm_sequences(of_kind(PeriodKind.CROSSOVER, arms))
        assert len(orders) == (4 if arms == 4 else 10)
        following = [pair for order in orders for pair in pairwise(order)]
        assert len({following.count(pair) for pair in set(following)}) == 1
        assert len(set(following)) == arms * (arms - 1)


def test_a_stratum_that_does_not_exist_is_told():
    with pytest.raises(DataError, match="no column 'height'"):
        draw_lots(with_parts(randomisation=Randomisation(strata=("height",))), people(9))
