"""Use case: what a person's genotype would change in what is believed of them beforehand, and how little."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.genotype import SCHEMA_NAME, Genotype, load_genotype, save_genotype
from glucotwin.domain.genotype_effect import GenotypePrior, genotype_prior
from glucotwin.domain.variant import variants
from glucotwin.ingest.genotype.read import BuildSource, GenotypeFile, read_genotype

ALL = "all"
"""Switches every effect off."""
SAVED_TITLE = "a saved genotype"
_HEAD_BYTES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class GenotypeAnswer:
    """The listed variants of a person and what they would change.

    Attributes:
        file: the genotype and how it was read.
        prior: the effects, each and together.
        saved_to: where the genotype was saved; None when it was not.
    """

    file: GenotypeFile
    prior: GenotypePrior
    saved_to: Path | None

    @property
    def genotype(self) -> Genotype:
        """The person's alleles."""
        return self.file.genotype

    def to_json(self) -> dict[str, object]:
        """The answer as JSON values."""
        return {
            "format": self.file.format_title,
            "build": str(self.genotype.build),
            "build_told_by": str(self.file.build_source),
            "build_contradicts_comments": self.file.contradicts_comments,
            "unreadable_lines": self.file.unreadable_lines,
            "used_by_twins": False,
            "variants": [effect.to_json() for effect in self.prior.effects],
            "uncalled": {rsid: str(reason) for rsid, reason in self.genotype.uncalled.items()},
            "factors": [factor.to_json() for factor in self.prior.factors.values()],
            "saved_to": None if self.saved_to is None else str(self.saved_to),
        }


def genotype_of(
    path: Path,
    *,
    off: Collection[str] = (),
    sample: int | None = None,
    out: Path | None = None,
    progress: ProgressCallback = silent,
) -> GenotypeAnswer:
    """Reads a genotype and works out what it would change.

    Args:
        path: raw data of a genotype service, a VCF, or a genotype that was saved.
        off: rsids of variants whose effect is switched off, or ``all``.
        sample: which sample of a VCF with several, from 1.
        out: file to save the listed variants to, and nothing else; None saves nothing.
        progress: told how far the work has come.

    Raises:
        DataError: the file is no genotype, or damaged.
        NotFoundError: a variant in ``off`` is not listed.
        ConflictError: ``out`` exists.
    """
    if out is not None and (out.exists() or out.is_symlink()):
        raise ConflictError(ErrorCode.ALREADY_EXISTS, f"{out} exists.", hint="Choose another name.")
    genotype_prior(Genotype(), off=[rsid for rsid in off if rsid != ALL])
    file = _saved(path) or read_genotype(path, sample=sample, progress=progress)
    listed_off = variants() if ALL in off else [rsid for rsid in off if rsid != ALL]
    prior = genotype_prior(file.genotype, off=listed_off)
    if out is not None:
        save_genotype(file.genotype, out)
    return GenotypeAnswer(file=file, prior=prior, saved_to=out)


def _saved(path: Path) -> GenotypeFile | None:
    """A genotype that was saved; None when the file is none."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        if SCHEMA_NAME.encode() not in file.read(_HEAD_BYTES):
            return None
    return GenotypeFile(
        genotype=load_genotype(path),
        format_title=SAVED_TITLE,
        build_source=BuildSource.NOTHING,
        contradicts_comments=False,
        unreadable_lines=0,
    )
