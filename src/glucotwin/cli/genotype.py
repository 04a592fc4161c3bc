"""``glucotwin genotype``: the listed variants of a person, and what they would change."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.domain.genotype_effect import VariantEffect
    from glucotwin.workflows.genotype import GenotypeAnswer

HEADER = ("variant", "gene", "genotype", "copies", "changes", "size", "evidence", "applied", "meaning")
REASONS = {
    "absent": "not in the file (which does not mean the usual alleles)",
    "not-called": "not read by the service",
    "half-called": "only one allele read",
    "filtered": "failed the file's own quality filter",
    "unexpected-allele": "other alleles than the variant's",
    "ambiguous-strand": "the strand cannot be told, and is not guessed",
    "contradictory": "the file contradicts itself",
}
NOT_USED = "No twin of this version uses these factors; they are meant for the type 2 models of a later one."
NOT_ADVICE = (
    "This is no medical finding: do not change a treatment because of it; ask your clinic for a validated test."
)


@click.command(
    "genotype",
    cls=Command,
    examples=(
        "glucotwin genotype genome_raw_data.txt",
        "glucotwin genotype genome.vcf.gz --off rs7903146 --json",
        "glucotwin genotype genome_raw_data.zip --out my-genotype.json",
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--off", multiple=True, metavar="RSID", help="Switch a variant's effect off; `all` for all. Repeatable.")
@click.option("--sample", type=click.IntRange(min=1), help="Which sample of a VCF with several, counting from 1.")
@click.option("--out", type=click.Path(path_type=Path), help="New file to keep the listed variants in, and only those.")
@click.pass_obj
def command(console: Console, file: Path, off: tuple[str, ...], sample: int | None, out: Path | None) -> None:
    """Show which of the listed variants FILE has, and what they would change.

    FILE is the raw data of 23andMe, AncestryDNA, MyHeritage, FamilyTreeDNA or their like, a VCF (also .vcf.gz), or what
    --out saved. Only the listed variants are read; nothing else of the genome is kept, shown or sent anywhere.
    """
    from glucotwin.workflows.genotype import genotype_of

    with console.progress("Reading the genotype") as progress:
        answer = genotype_of(file, off=off, sample=sample, out=out, progress=progress)
    if console.as_json:
        console.write_json(answer.to_json())
        return
    console.write(_page(answer))
    console.say(NOT_ADVICE)


def _page(answer: "GenotypeAnswer") -> str:
    effects, factors = answer.prior.effects, answer.prior.factors.values()
    table = [aligned([HEADER, *(_row(effect) for effect in effects)])] if effects else ["No listed variant was read."]
    together = [f"  {factor.text}" for factor in factors] or ["  nothing"]
    saved = [] if answer.saved_to is None else ["", f"The listed variants are saved to {answer.saved_to}."]
    uncalled = _uncalled(answer)
    return "\n".join(
        [
            _about(answer),
            "",
            *table,
            "",
            "Together they would change (factor, 95 % interval)",
            *together,
            NOT_USED,
            *(["", "Not known", *uncalled] if uncalled else []),
            *saved,
        ]
    )


def _uncalled(answer: "GenotypeAnswer") -> list[str]:
    """A line for each reason, with the variants."""
    grouped: dict[str, list[str]] = {}
    for rsid, reason in answer.genotype.uncalled.items():
        grouped.setdefault(str(reason), []).append(rsid)
    return [f"  {REASONS[reason]}: {', '.join(rsids)}" for reason, rsids in grouped.items()]


def _about(answer: "GenotypeAnswer") -> str:
    file = answer.file
    told = {"comments": "by its comments", "positions": "by its positions", "nothing": "not told by the file"}
    lines = [f"Read {file.format_title}; genome build {answer.genotype.build}"]
    if file.format_title != "a saved genotype":
        lines[0] += f" ({told[file.build_source]})"
    if file.contradicts_comments:
        lines.append("Its comments name another build than its positions; the positions count.")
    if file.unreadable_lines:
        lines.append(f"{file.unreadable_lines} lines could not be read.")
    return ".\n".join(lines).rstrip(".") + "."


def _row(effect: "VariantEffect") -> tuple[str, ...]:
    call, variant = effect.call, effect.call.variant
    marks = ("other strand" if call.other_strand else "", "assumed" if call.assumed else "")
    notes = ", ".join(mark for mark in marks if mark)
    return (
        variant.rsid,
        f"{variant.gene} {variant.name}".strip(),
        f"{call.text} ({notes})" if notes else call.text,
        f"{call.copies} of {variant.effect_allele}",
        str(variant.quantity),
        _size(effect),
        str(variant.evidence),
        "off" if effect.is_off else "yes" if effect.is_applied else "no",
        variant.meaning if call.copies else "usual",
    )


def _size(effect: "VariantEffect") -> str:
    import math

    if effect.size is None:
        return "?"
    low, high = (math.exp(effect.size.log_shift + sign * 1.96 * effect.size.log_sd) for sign in (-1, 1))
    factor = f"x {math.exp(effect.size.log_shift):.2f}"
    return f"{factor} ({low:.2f} to {high:.2f})" if effect.size.log_sd else factor
