"""Records of what an import changes, for the stream ``correction``."""

import polars as pl

from glucotwin.domain.correction import Correction
from glucotwin.domain.frame import schema_of
from glucotwin.ingest.quality import FindingCode


def corrections(
    rows: pl.DataFrame, *, stream: str, quantity: str, original: str, corrected: str | None, code: FindingCode
) -> pl.DataFrame:
    """A row of the stream ``correction`` for every row of a table.

    Args:
        rows: what was changed or left out, with ``time``.
        stream: the stream the rows belong to.
        quantity: the field concerned.
        original: column of the value as it came; rows without one are passed over.
        corrected: column of the value used; None when the rows were left out.
        code: the finding that tells of it.
    """
    used = pl.lit(None, dtype=pl.Float64) if corrected is None else pl.col(corrected).cast(pl.Float64)
    table = rows.filter(pl.col(original).is_not_null()).select(
        "time",
        source=pl.col("source") if "source" in rows.columns else pl.lit(""),
        stream=pl.lit(stream),
        quantity=pl.lit(quantity),
        original=pl.col(original).cast(pl.Float64),
        corrected=used,
        reason=pl.lit(str(code)),
    )
    return table.select(list(schema_of(Correction)))
