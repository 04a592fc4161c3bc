"""A twin of the months learns from visits, and says when it cannot."""

import jax
import numpy as np
import pytest

from glucotwin.advise.regimen.body import follow_draws
from glucotwin.advise.regimen.prior import usual_prior
from glucotwin.advise.regimen.spell import Spell, Visit
from glucotwin.advise.regimen.table import numbers
from glucotwin.advise.regimen.twin import RegimenTwin, fit_regimen_twin
from glucotwin.core.error import FitError
from glucotwin.months.person import MonthsPerson

PERSON = MonthsPerson(age_y=57, female=False, weight_kg=95, height_m=1.72, hba1c_pct=8.6, egfr=88)
SPELLS = (Spell(medicine="metformin", dose=2000.0), Spell(medicine="semaglutide", dose=1.0, start_d=0))


def twin_after(hba1c_pct: float, weight_kg: float) -> RegimenTwin:
    visits = [
        Visit(day=0, hba1c_pct=8.6, fasting_mmoll=9.9, weight_kg=95),
        Visit(day=120, hba1c_pct=hba1c_pct, fasting_mmoll=(hba1c_pct - 3.99) / 0.466, weight_kg=weight_kg),
    ]
    return fit_regimen_twin(PERSON, SPELLS, visits, seed=4)


def test_a_weak_answer_is_learned_and_foreseen() -> None:
    weak, strong = twin_after(8.5, 94.5), twin_after(6.4, 89.0)
    assert weak.learned()["glp1_agonist"][0] < 0.9 < strong.learned()["glp1_agonist"][0]
    assert weak.explains
    ends = [float(np.median(one.foresee(SPELLS, days=182).hba1c_pct[-1])) for one in (weak, strong)]
    assert ends[0] > ends[1] + 0.7


def test_the_same_seed_gives_the_same_twin() -> None:
    np.testing.assert_array_equal(twin_after(7.5, 92).normals, twin_after(7.5, 92).normals)


def test_low_c_peptide_weakens_what_needs_beta_cells() -> None:
    low, usual = usual_prior(c_peptide_nmoll=0.2), usual_prior()
    assert low.centre["glp1_agonist"] < usual.centre["glp1_agonist"] - 1.0
    assert low.centre["sglt2_inhibitor"] == usual.centre["sglt2_inhibitor"]


def test_history_without_hba1c_is_refused() -> None:
    with pytest.raises(FitError):
        fit_regimen_twin(PERSON, SPELLS, [Visit(day=0, fasting_mmoll=9.0)])


@pytest.mark.slow
@pytest.mark.statistical
def test_eighty_percent_intervals_hold_four_of_five_people_of_the_prior() -> None:
    prior, noise = usual_prior(), numbers("noise.csv")
    chance = iter(np.asarray(jax.random.normal(jax.random.key(7), (200_000,))))
    inside = {"glp1_agonist": 0, "hba1c": 0, "end": 0}
    people = 120
    for person in range(people):
        normals = np.array([[next(chance) for _ in prior.names]])
        truth = prior.draws(normals)
        months = follow_draws(PERSON, truth, SPELLS, days=300)
        visits = [
            Visit(
                day=day,
                hba1c_pct=float(months.at("hba1c_pct", day)[0] + noise["hba1c_pct"] * next(chance)),
                fasting_mmoll=float(
                    months.at("fasting_mmoll", day)[0] * (1.0 + noise["fasting_fraction"] * next(chance))
                ),
                weight_kg=float(months.at("weight_kg", day)[0] + noise["weight_kg"] * next(chance)),
            )
            for day in (0, 60, 120)
        ]
        twin = fit_regimen_twin(PERSON, SPELLS, visits, seed=person)
        ends = twin.foresee(SPELLS, days=180).at("hba1c_pct", 300)
        low, high = np.quantile(ends, (0.1, 0.9))
        inside["end"] += int(low <= months.at("hba1c_pct", 300)[0] <= high)
        for name in ("glp1_agonist", "hba1c"):
            _, low, high = twin.learned()[name]
            inside[name] += int(low <= prior.values(normals)[name][0] <= high)
    shares = {name: found / people for name, found in inside.items()}
    assert all(0.69 <= share <= 0.91 for share in shares.values()), shares
