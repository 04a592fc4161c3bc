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

COLUMNS = ("variant", "gene", "genotype", "copies", "changes", "size", "evidence", "applied", "meaning")


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
    from glucotwin.core.message import message
    from glucotwin.workflows.genotype import genotype_of

    with console.progress(message("genotype-progress")) as progress:
        answer = genotype_of(file, off=off, sample=sample, out=out, progress=progress)
    if console.as_json:
        console.write_json(answer.to_json())
        return
    console.write(_page(answer))
    console.say(message("genotype-not-advice"))


def _page(answer: "GenotypeAnswer") -> str:
    from glucotwin.core.message import message

    effects, factors = answer.prior.effects, answer.prior.factors.values()
    header = tuple(message(f"genotype-column-{name}") for name in COLUMNS)
    table = aligned([header, *(_row(effect) for effect in effects)]) if effects else message("genotype-none")
    together = [f"  {factor.text}" for factor in factors] or [f"  {message('genotype-nothing')}"]
    saved = [] if answer.saved_to is None else ["", message("genotype-saved", path=str(answer.saved_to))]
    uncalled = _uncalled(answer)
    return "\n".join(
        [
            _about(answer),
            "",
            table,
            "",
            message("genotype-together"),
            *together,
            message("genotype-not-used"),
            *(["", message("genotype-not-known"), *uncalled] if uncalled else []),
            *saved,
        ]
    )


def _uncalled(answer: "GenotypeAnswer") -> list[str]:
    """A line for each reason, with the variants."""
    from glucotwin.core.message import message

    grouped: dict[str, list[str]] = {}
    for rsid, reason in answer.genotype.uncalled.items():
        grouped.setdefault(str(reason), []).append(rsid)
    return [f"  {message(f'genotype-uncalled-{reason}')}: {', '.join(rsids)}" for reason, rsids in grouped.items()]


def _about(answer: "GenotypeAnswer") -> str:
    from glucotwin.core.message import message

    file = answer.file
    told = "" if file.format_title == "a saved genotype" else f" ({message(f'genotype-build-{file.build_source}')})"
    lines = [message("genotype-read", format=file.format_title, build=str(answer.genotype.build), told=told)]
    if file.contradicts_comments:
        lines.append(message("genotype-contradicts"))
    if file.unreadable_lines:
        lines.append(message("genotype-unreadable", count=file.unreadable_lines))
    return "\n".join(lines)


def _row(effect: "VariantEffect") -> tuple[str, ...]:
    from glucotwin.core.message import message

    call, variant = effect.call, effect.call.variant
    marks = (("other-strand", call.other_strand), ("assumed", call.assumed))
    notes = ", ".join(message(f"genotype-mark-{name}") for name, holds in marks if holds)
    applied = "off" if effect.is_off else "yes" if effect.is_applied else "no"
    return (
        variant.rsid,
        f"{variant.gene} {variant.name}".strip(),
        f"{call.text} ({notes})" if notes else call.text,
        message("genotype-copies", copies=call.copies, allele=variant.effect_allele),
        str(variant.quantity),
        _size(effect),
        str(variant.evidence),
        message(f"genotype-applied-{applied}"),
        variant.meaning if call.copies else message("genotype-usual"),
    )


def _size(effect: "VariantEffect") -> str:
    import math

    from glucotwin.core.message import message

    if effect.size is None:
        return "?"
    low, high = (math.exp(effect.size.log_shift + sign * 1.96 * effect.size.log_sd) for sign in (-1, 1))
    factor = f"x {math.exp(effect.size.log_shift):.2f}"
    if not effect.size.log_sd:
        return factor
    return message("genotype-size", factor=factor, low=f"{low:.2f}", high=f"{high:.2f}")
