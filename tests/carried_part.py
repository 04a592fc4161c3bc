"""What of a timeline comes back from an export, by what its writer says it carries."""

import polars as pl

from glucotwin.domain.frame import STREAMS, conform_frame
from glucotwin.domain.glucose import Censoring
from glucotwin.domain.insulin import BasalKind
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.write.writer import DataWriter


def carried_part(writer: DataWriter, timeline: Timeline, stream: str) -> pl.DataFrame:
    """The rows and the fields of a stream that the writer carries."""
    carried = writer.carried[stream]
    frame = carried.written(timeline.streams[stream])
    kept: dict[str, pl.Expr | pl.Series] = {"time": frame["time"]}
    for name, words in carried.fields.items():
        kept[name] = frame[name] if words is None else frame[name].set(~frame[name].is_in(list(words)), None)
    reduced = pl.DataFrame(kept)
    defaults = {"purpose": "unknown", "product": "unknown" if stream == "pen" else "rapid"}
    present = {name: word for name, word in defaults.items() if name in reduced.columns}
    conformed = conform_frame(
        STREAMS[stream], reduced.with_columns(pl.col(name).fill_null(word) for name, word in present.items())
    )
    return _with_nightscouts_words(stream, conformed) if writer.name == "nightscout" else conformed


def _with_nightscouts_words(stream: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A table as Nightscout has it: times in ms, one bound for LOW, no scheduled segments."""
    frame = frame.with_columns(pl.col("time").dt.round("1ms"))
    if stream == "glucose":
        low, high = (pl.col("censoring") == str(bound) for bound in (Censoring.LOW, Censoring.HIGH))
        bounded = pl.when(low).then(39.0).when(high).then(400.0).otherwise("glucose_mgdl")
        return frame.with_columns(glucose_mgdl=bounded)
    if stream == "basal":
        return frame.with_columns(pl.col("kind").replace(str(BasalKind.SCHEDULED), str(BasalKind.TEMPORARY)))
    return frame
