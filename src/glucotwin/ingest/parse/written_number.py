"""Numbers as vendors write them: with a decimal point or comma, and with cells that are no numbers at all."""

import polars as pl


def written_numbers(texts: pl.Series) -> pl.Series:
    """Finite numbers of texts; null where a text is blank or no number.

    ``27,5`` and ``27.5`` are the same; of a point and a comma in one number the last is the decimal mark.

    Args:
        texts: one number per row.
    """
    plain = texts.cast(pl.String).str.strip_chars().str.replace_all(r"[\s\x{00a0}\x{202f}]", "")
    point_last = plain.str.contains(r",.*\.").fill_null(False)
    without_commas = plain.str.replace_all(",", "", literal=True)
    with_point = plain.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    has_comma = plain.str.contains(",", literal=True).fill_null(False)
    chosen = plain.zip_with(~has_comma, without_commas.zip_with(point_last, with_point))
    values = chosen.cast(pl.Float64, strict=False)
    return values.set(~values.is_finite().fill_null(True), None)
