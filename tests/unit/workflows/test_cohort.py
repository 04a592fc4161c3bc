"""Creating cohorts: who is in them, how they compare, and what is refused before anybody is drawn."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.physiology.cohort_file import load_cohort
from glucotwin.physiology.padova.t1d_2008 import padova_t1d_2008_subjects
from glucotwin.workflows.cohort import (
    QUANTITIES,
    CohortReport,
    CohortRequest,
    create_cohort,
    describe_cohort,
    quantity_of,
)

Created = tuple[Path, CohortReport]


def refuse_to_draw(stage: str, fraction: float) -> None:
    """Progress that must not be told anything."""
    pytest.fail(f"something was done: {stage}")


def test_shares_become_whole_people_by_largest_remainders(created: Created) -> None:
    # 55, 25 and 20 % of five people are 2.75, 1.25 and 1.
    groups = Counter(one.group for one in created[1].cohort.subjects)
    assert groups == {"adult": 3, "adolescent": 1, "child": 1}


def test_file_holds_who_was_reported_and_what_they_were_made_from(created: Created) -> None:
    path, report = created
    cohort = load_cohort(path)
    assert cohort == report.cohort
    assert cohort.body == "padova-t1d"
    assert {one.ethnicity for one in cohort.subjects} == {"north"}
    assert cohort.manifest["seed"] == 3
    assert cohort.manifest["settings"] == {
        "count": 5,
        "age_mix": {"adult": 0.55, "adolescent": 0.25, "child": 0.2},
        "ethnicity_mix": {"north": 1.0},
    }


def test_settings_name_the_mix_however_the_body_is_spelt() -> None:
    assert CohortRequest(count=1, body="padova_t1d").settings()["age_mix"] == {"adult": 1.0}
    assert "group_mix" in CohortRequest(count=1, body="padova_t2d").settings()


def test_overwriting_draws_the_same_people_of_the_same_seed(created: Created, tmp_path: Path) -> None:
    path = tmp_path / "one.parquet"
    path.write_text("old")
    told: list[float] = []
    report = create_cohort(
        CohortRequest(count=1, age_mix={"adult": 0.4, "child": 0.6}, ethnicity_mix={"north": 1.0}, seed=3),
        path,
        overwrite=True,
        progress=lambda stage, fraction: told.append(fraction),
    )
    (child,) = report.cohort.subjects
    assert child == next(one for one in created[1].cohort.subjects if one.group == "child")
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert [one.name for one in tmp_path.iterdir()] == ["one.parquet"]


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        (CohortRequest(count=0), "0 people"),
        (CohortRequest(count=3, age_mix={"elder": 1.0}), "no age group 'elder'"),
        (CohortRequest(count=3, age_mix={"adult": 0.5}), "age mix must add up to 1, not to 0.5"),
        (CohortRequest(count=3, age_mix={"adult": 1.5, "child": -0.5}), "age mix must add up to 1"),
        (CohortRequest(count=3, age_mix={}), "age mix must add up to 1, not to 0"),
        (CohortRequest(count=3, body="padova-t2d", group_mix={"elder": 1.0}), "no group 'elder'"),
        (CohortRequest(count=3, body="padova-t2d", group_mix={"normal": 0.4}), "group mix must add up to 1"),
        (CohortRequest(count=3, body="padova-t2d", age_mix={"adult": 1.0}), "not drawn by a mix of ages"),
        (CohortRequest(count=3, group_mix={"normal": 1.0}), "not drawn by a mix of groups"),
        (CohortRequest(count=3, body="minimal"), "Nobody can be drawn for the body 'minimal'"),
        (CohortRequest(count=3, ethnicity_mix={"a": 0.7, "b": 0.7}), "ethnicity mix must add up to at most 1"),
        (CohortRequest(count=3, ethnicity_mix={"a": -0.1}), "ethnicity mix must add up to at most 1"),
    ],
)
def test_impossible_request_is_refused_before_anybody_is_drawn(
    tmp_path: Path, request_: CohortRequest, complaint: str
) -> None:
    with pytest.raises(DataError, match=complaint):
        create_cohort(request_, tmp_path / "cohort.parquet", progress=refuse_to_draw)
    assert list(tmp_path.iterdir()) == []


def test_existing_file_is_kept_and_refused_before_anybody_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "cohort.parquet"
    path.write_text("mine")
    with pytest.raises(ConflictError) as refused:
        create_cohort(CohortRequest(count=1_000_000), path, progress=refuse_to_draw)
    assert refused.value.code is ErrorCode.ALREADY_EXISTS
    assert path.read_text() == "mine"


def test_missing_folder_is_refused_before_anybody_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no folder"):
        create_cohort(CohortRequest(count=1_000_000), tmp_path / "gone" / "cohort.parquet", progress=refuse_to_draw)


def test_description_of_the_file_is_what_its_making_reported(created: Created) -> None:
    path, report = created
    described = describe_cohort(path)
    assert described.statistics == report.statistics
    assert described.excursions == report.excursions
    assert described.refused == {}


def test_what_is_no_cohort_cannot_be_described(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file"):
        describe_cohort(tmp_path / "nobody.parquet")
    path = tmp_path / "letter.parquet"
    path.write_text("Dear Sir or Madam")
    with pytest.raises(DataError, match="is no cohort"):
        describe_cohort(path)


def test_candidates_are_counted_with_the_rules_that_refused_them(created: Created) -> None:
    refused = created[1].refused
    assert set(refused) == {"adult", "adolescent", "child"}
    assert refused["adult"]["drawn"] >= 3
    for rules in refused.values():
        assert all(0 <= number <= rules["drawn"] for number in rules.values())


def test_every_group_stands_beside_the_published_one(created: Created) -> None:
    _, report = created
    for group in report.statistics:
        own = [one for one in report.cohort.subjects if one.group == group.group]
        published = [one for one in padova_t1d_2008_subjects() if one.group == group.group]
        assert (group.count, group.published_count) == (len(own), 10)
        assert tuple(group.values) == QUANTITIES
        weights, theirs = ([one.weight_kg for one in people] for people in (own, published))
        mean, sd, published_mean, published_sd = group.values["weight_kg"]
        assert mean == pytest.approx(np.mean(weights))
        assert sd == pytest.approx(np.std(weights, ddof=1) if len(own) > 1 else 0.0)
        assert (published_mean, published_sd) == pytest.approx((np.mean(theirs), np.std(theirs, ddof=1)))


def test_basal_share_and_daily_insulin_fit_together(created: Created) -> None:
    people = created[1].cohort.subjects
    basal, share, daily, per_kg, weight = (
        quantity_of(people, name)
        for name in (
            "basal_u_per_h",
            "basal_share_pct",
            "total_daily_insulin_u",
            "daily_insulin_u_per_kg",
            "weight_kg",
        )
    )
    np.testing.assert_allclose(24.0 * basal, share / 100.0 * daily)
    np.testing.assert_allclose(per_kg * weight, daily)
    assert ((share > 10.0) & (share < 90.0)).all()


def test_three_meals_raise_glucose_and_insulin_of_every_published_group(created: Created) -> None:
    _, report = created
    found = {(one.group, one.signal, one.meal): one for one in report.excursions}
    groups = {group for group, _, _ in found}
    assert "adult" in groups
    assert len(found) == len(report.excursions) == 6 * len(groups)
    assert all(one.mean > 0.0 and one.published_mean > 0.0 for one in found.values())
    assert found["adult", "glucose_mgdl", "breakfast"].sd > 0.0


def test_report_is_json(created: Created) -> None:
    _, report = created
    values = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert (values["body"], values["people"]) == ("padova-t1d", 5)
    assert [(one["group"], one["people"], one["published_people"]) for one in values["groups"]] == [
        ("adult", 3, 10),
        ("adolescent", 1, 10),
        ("child", 1, 10),
    ]
    assert set(values["groups"][0]["weight_kg"]) == {"mean", "sd", "published_mean", "published_sd"}
    assert values["refused"]["adult"]["drawn"] >= 3
    assert set(values["excursions"][0]) == {
        "group",
        "signal",
        "meal",
        "mean",
        "sd",
        "published_mean",
        "published_sd",
    }
