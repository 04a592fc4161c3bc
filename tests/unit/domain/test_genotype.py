"""A person's alleles at the listed variants, and what they would change."""

import json
import math
import stat
from pathlib import Path

import pytest

from damaged_export import damaged
from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError, NotFoundError
from glucotwin.domain.genotype import (
    Call,
    Genotype,
    Uncalled,
    genotype_from_json,
    load_genotype,
    save_genotype,
)
from glucotwin.domain.genotype_effect import GenotypePrior, genotype_prior
from glucotwin.domain.variant import APPLIED, COMPLEMENT, DELETED, Evidence, GenomeBuild, Quantity, variants


def genotype(**alleles: str) -> Genotype:
    """A genotype of alleles by rsid, e.g. ``CT``."""
    return Genotype(
        build=GenomeBuild.GRCH38,
        calls={rsid: Call(rsid=rsid, alleles=tuple(bases)) for rsid, bases in alleles.items()},
    )


def prior(**alleles: str) -> GenotypePrior:
    """What such a genotype would change."""
    return genotype_prior(genotype(**alleles))


@pytest.mark.parametrize("rsid", variants())
def test_list_is_consistent(rsid: str) -> None:
    one = variants()[rsid]
    assert one.rsid == rsid
    assert one.effect_allele in one.alleles
    assert set(one.ref + one.alt) <= {*COMPLEMENT, DELETED}
    assert one.source
    assert one.meaning
    assert set(one.positions) in (set(), {GenomeBuild.GRCH37, GenomeBuild.GRCH38})
    assert bool(one.sizes) == (one.evidence is not Evidence.UNVERIFIED)
    if one.evidence is Evidence.NONE_FOUND:
        assert all(size.log_shift == 0.0 for size in one.sizes.values())
    if one.evidence in APPLIED:
        assert all(size.log_sd > 0.0 for size in one.sizes.values())


def test_positions_of_one_region_differ_between_builds_by_one_offset() -> None:
    offsets: dict[str, set[int]] = {}
    for one in variants().values():
        if one.positions and one.gene.startswith("CYP2C"):
            offset = one.positions[GenomeBuild.GRCH37] - one.positions[GenomeBuild.GRCH38]
            offsets.setdefault(one.chromosome, set()).add(offset)
    assert offsets == {"10": {1_759_757}}


def test_one_copy_changes_little() -> None:
    shifts = [one.sizes[1].log_shift for one in variants().values() if 1 in one.sizes]
    assert all(0.65 < math.exp(shift) < 1.2 for shift in shifts)


def test_variants_that_are_not_listed_cannot_be_kept() -> None:
    with pytest.raises(NotFoundError):
        Call(rsid="rs429358", alleles=("C", "T"))
    with pytest.raises(NotFoundError):
        Genotype(uncalled={"rs429358": Uncalled.ABSENT})


@pytest.mark.parametrize("alleles", [(), ("C",), ("C", "T", "T"), ("C", "A"), ("", "C")])
def test_impossible_alleles_are_refused(alleles: tuple[str, ...]) -> None:
    with pytest.raises(DataError):
        Call(rsid="rs7903146", alleles=alleles)


def test_genotype_cannot_say_two_things_of_one_variant() -> None:
    call = Call(rsid="rs7903146", alleles=("C", "T"))
    with pytest.raises(DataError):
        Genotype(calls={"rs7903146": call}, uncalled={"rs7903146": Uncalled.NOT_CALLED})
    with pytest.raises(DataError):
        Genotype(calls={"rs1057910": call})


def test_document_gives_back_the_genotype(tmp_path: Path) -> None:
    saved = Genotype(
        build=GenomeBuild.GRCH37,
        calls={
            "rs72552763": Call(rsid="rs72552763", alleles=("GAT", "-"), phased=True),
            "rs1050828": Call(rsid="rs1050828", alleles=("T",), other_strand=True, assumed=True),
        },
        uncalled={"rs7903146": Uncalled.AMBIGUOUS_STRAND},
    )
    save_genotype(saved, tmp_path / "genotype.json")
    assert load_genotype(tmp_path / "genotype.json") == saved
    assert stat.S_IMODE((tmp_path / "genotype.json").stat().st_mode) == 0o600


def test_newer_document_is_refused() -> None:
    with pytest.raises(DataError) as refused:
        genotype_from_json({**genotype(rs7903146="CT").to_json(), "schema": "glucotwin-genotype/2"})
    assert refused.value.code is ErrorCode.UNSUPPORTED_VERSION


def test_damaged_document_is_refused_or_read(tmp_path: Path) -> None:
    place, text = tmp_path / "genotype.json", json.dumps(genotype(rs7903146="CT").to_json()).encode()
    for data in (*damaged(text), b"[]", b"null", b"[" * 100_000, b'{"schema": "glucotwin-genotype/1"}'):
        place.write_bytes(data)
        try:
            load_genotype(place)
        except GlucoTwinError:
            continue
    with pytest.raises(NotFoundError):
        load_genotype(tmp_path / "missing.json")


def test_usual_alleles_change_nothing() -> None:
    assert prior(rs7903146="CC", rs1057910="AA").factors == {}


def test_copies_add_up_on_the_logarithm_and_errors_in_quadrature() -> None:
    factor = prior(rs1799853="CT", rs1057910="AC").factors[Quantity.SULFONYLUREA_CLEARANCE]
    assert factor.log_shift == pytest.approx(-0.48)
    assert factor.extra_log_sd == pytest.approx(math.hypot(0.06, 0.06))
    assert factor.rsids == ("rs1799853", "rs1057910")
    low, high = factor.interval
    assert low < factor.factor < high
    assert factor.text.startswith("sulfonylurea clearance: x 0.62")


def test_size_of_cyp2c9_agrees_with_the_measured_clearances() -> None:
    measured = {"AC": 8.7 / 13.0, "CC": 2.2 / 13.0}
    for alleles, ratio in measured.items():
        factor = prior(rs1057910=alleles).factors[Quantity.SULFONYLUREA_CLEARANCE]
        assert factor.factor == pytest.approx(ratio, rel=0.01)


def test_metformin_response_agrees_with_the_published_hba1c_reduction() -> None:
    factor = prior(rs8192675="TC").factors[Quantity.METFORMIN_RESPONSE].factor
    assert (factor - 1.0) * 1.12 == pytest.approx(0.17, abs=0.01)


@pytest.mark.parametrize("rsid", [rsid for rsid, one in variants().items() if one.evidence not in APPLIED])
def test_variants_without_an_established_effect_are_shown_and_not_applied(rsid: str) -> None:
    effect_allele = variants()[rsid].effect_allele
    call = Call(rsid=rsid, alleles=(effect_allele, effect_allele))
    answer = genotype_prior(Genotype(calls={rsid: call}))
    assert [effect.is_applied for effect in answer.effects] == [False]
    assert answer.factors == {}


def test_each_effect_and_all_can_be_switched_off() -> None:
    person = genotype(rs7903146="TT", rs1799853="CT", rs1057910="AC")
    part = genotype_prior(person, off=["rs7903146", "rs1057910"])
    assert part.factors.keys() == {Quantity.SULFONYLUREA_CLEARANCE}
    assert part.factors[Quantity.SULFONYLUREA_CLEARANCE].rsids == ("rs1799853",)
    assert [effect.is_off for effect in part.effects] == [False, True, True]
    assert genotype_prior(person, enabled=False).factors == {}
    with pytest.raises(NotFoundError):
        genotype_prior(person, off=["rs1"])


def test_mans_only_x_counts_as_two_and_one_of_two_has_no_size() -> None:
    man = Genotype(calls={"rs1050828": Call(rsid="rs1050828", alleles=("T",))})
    assert Quantity.HBA1C_AT_SAME_GLUCOSE in genotype_prior(man).factors
    woman = prior(rs1050828="CT")
    assert woman.factors == {}
    assert woman.effects[0].size is None
