"""Insulin and carbohydrate in the rows of a CareLink export.

Of a bolus of a 780G there are three rows: the calculator's with the carbohydrate and whether it was delivered, one with
what was selected, and, minutes later, one with what was delivered, which alone counts. Insulin that the pump gave by
itself is a single total of the day, at midnight, and is spread over that day; the programmed rates of such a day did
not run. An older pump logs its rates when they change, temporary ones and suspensions; the 670G every micro-bolus.
"""

from datetime import timedelta

import polars as pl

from glucotwin.core.error import ErrorCode, UnitError
from glucotwin.domain.insulin import BasalKind, DosePurpose
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.pump.extended_bolus import TimedBoluses, with_durations
from glucotwin.ingest.pump.rate_change import segments_until_next
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

BOLUS_TYPE = "Bolus Type"
BOLUS_SOURCE = "Bolus Source"
SELECTED = "Bolus Volume Selected (U)"
DELIVERED = "Bolus Volume Delivered (U)"
BOLUS_DURATION = "Bolus Duration (h:mm:ss)"
BOLUS_NUMBER = "Bolus Number"
BASAL_RATE = "Basal Rate (U/h)"
TEMPORARY_AMOUNT = "Temp Basal Amount"
TEMPORARY_TYPE = "Temp Basal Type"
TEMPORARY_DURATION = "Temp Basal Duration (h:mm:ss)"
SUSPEND = "Suspend"
CARBS = "BWZ Carb Input"
CALCULATOR_STATUS = "BWZ Status"

DAILY_TOTAL = "CLOSED_LOOP_AUTO_INSULIN"
MICRO_BOLUS = ("CLOSED_LOOP_MICRO_BOLUS", "CLOSED_LOOP_AUTO_BASAL")
MICRO_BOLUS_MIN = 5.0
PURPOSES = {
    "CLOSED_LOOP_AUTO_BOLUS": DosePurpose.AUTOMATED,
    "CLOSED_LOOP_BG_CORRECTION": DosePurpose.CORRECTION,
    "CLOSED_LOOP_FOOD_BOLUS": DosePurpose.MEAL,
    "CLOSED_LOOP_BG_CORRECTION_AND_FOOD_BOLUS": DosePurpose.MEAL,
}
DELIVERED_WITHIN = timedelta(hours=24)
"""A bolus number comes again some months later; until when a selected bolus is looked for among those delivered."""
NEARLY_WHOLE = timedelta(minutes=30)
"""A file that ends so shortly before midnight holds the total of the whole day."""


def therapy_of(rows: pl.DataFrame) -> TherapyKind | None:
    """Closed loop or pump, by the insulin in the rows; None when there is none."""
    if _text(rows, BOLUS_SOURCE).str.contains("CLOSED_LOOP").any():
        return TherapyKind.CLOSED_LOOP
    delivered = _text(rows, DELIVERED).count() + _text(rows, BASAL_RATE).count()
    return TherapyKind.PUMP if delivered else None


def boluses(rows: pl.DataFrame) -> TimedBoluses:
    """Boluses as delivered, at the time at which the pump reports them.

    Args:
        rows: rows with ``time``, oldest first.
    """
    given = _with(rows, BOLUS_TYPE, BOLUS_SOURCE, SELECTED, DELIVERED, BOLUS_DURATION, BOLUS_NUMBER).filter(
        (pl.col(SELECTED).is_not_null() | pl.col(DELIVERED).is_not_null())
        & ~pl.col(BOLUS_SOURCE).is_in([DAILY_TOTAL, *MICRO_BOLUS]).fill_null(False)
    )
    read = given.with_columns(
        selected_u=written_numbers(given[SELECTED]),
        delivered_u=written_numbers(given[DELIVERED]),
        extended_min=_minutes(given[BOLUS_DURATION]),
        extended=pl.col(BOLUS_TYPE).str.contains("(?i)square").fill_null(False),
    )
    delivered = read.filter(pl.col("delivered_u") > 0)
    nothing = pl.concat([read.filter(pl.col("delivered_u") <= 0), _never_delivered(read)], how="diagonal")
    unread = read.filter(pl.col("delivered_u").is_null() & pl.col(DELIVERED).is_not_null())
    frame, steps, findings = with_durations(
        delivered.select(
            "time",
            insulin_u=pl.when("extended").then(0.0).otherwise("delivered_u"),
            extended_u=pl.when("extended").then("delivered_u").otherwise(0.0),
            extended_min="extended_min",
            purpose=pl.col(BOLUS_SOURCE).replace_strict(
                {source: str(purpose) for source, purpose in PURPOSES.items()}, default=str(DosePurpose.UNKNOWN)
            ),
        )
    )
    not_delivered = findings_in(
        nothing, FindingCode.NOT_DELIVERED, severity=Severity.INFO, action=Action.DROPPED, stream="bolus"
    )
    return TimedBoluses(frame, steps, (*findings, *unreadable_rows(len(unread), stream="bolus"), *not_delivered))


def _never_delivered(read: pl.DataFrame) -> pl.DataFrame:
    """Selected boluses after which none of that number and size was delivered within a day."""
    keys = [BOLUS_NUMBER, "selected_u"]
    selected = read.filter(pl.col(DELIVERED).is_null() & pl.col("selected_u").is_not_null())
    later = read.filter(pl.col(DELIVERED).is_not_null()).select(*keys, delivered_at="time")
    pairs = selected.with_row_index("row").join(later, on=keys, how="inner", nulls_equal=True)
    wait = pl.col("delivered_at") - pl.col("time")
    found = pairs.filter((wait >= timedelta(0)) & (wait <= DELIVERED_WITHIN))["row"]
    return selected.with_row_index("row").filter(~pl.col("row").is_in(found.unique().to_list())).drop("row")


def carbohydrate_at_the_pump(rows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Carbohydrate typed into the bolus calculator, unless its bolus was not delivered.

    Args:
        rows: rows with ``time``.

    Raises:
        UnitError: carbohydrate is in exchanges, whose size the file does not say.
    """
    column = next((name for name in rows.columns if name.startswith(CARBS)), CARBS)
    given = _with(rows, column, CALCULATOR_STATUS).filter(pl.col(column).is_not_null())
    if len(given) and "gram" not in column.lower():
        raise UnitError(
            ErrorCode.UNKNOWN_UNIT,
            f"The column {column!r} is not in grams, and how much an exchange holds is not in the file.",
            hint="Switch the report in CareLink to grams and export it again.",
        )
    read = given.with_columns(carbs_g=written_numbers(given[column]))
    refused = pl.col(CALCULATOR_STATUS).str.contains("(?i)not delivered").fill_null(False)
    eaten = read.filter((pl.col("carbs_g") > 0) & ~refused)
    return eaten.select("time", "carbs_g"), (
        *unreadable_rows(read["carbs_g"].null_count(), stream="meal"),
        *findings_in(
            read.filter(refused),
            FindingCode.NOT_DELIVERED,
            severity=Severity.INFO,
            action=Action.DROPPED,
            stream="meal",
        ),
    )


def basal_segments(rows: pl.DataFrame, zone: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Basal insulin: daily totals of automatic insulin, micro-boluses, and rates where there are no totals.

    Args:
        rows: rows with ``time`` and ``local``, oldest first.
        zone: of the local times.
    """
    totals, total_findings = _daily_totals(rows, zone)
    days = totals["day"].to_list()
    programmed = rows.filter(~pl.col("local").dt.date().is_in(days))
    left_out = _text(rows, BASAL_RATE).count() - _text(programmed, BASAL_RATE).count()
    rates, unread = _rates(programmed)
    frame = pl.concat([totals.drop("day"), _micro_boluses(rows), rates], how="vertical_relaxed")
    return frame, (
        *total_findings,
        *unreadable_rows(unread, stream="basal"),
        *passed_over(left_out, kinds="programmed basal rates of days on which the pump set the rate itself"),
    )


def _daily_totals(rows: pl.DataFrame, zone: str) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Totals of automatic insulin spread over their local day; that of the last day until the end of the file."""
    given = _with(rows, BOLUS_SOURCE, DELIVERED).filter(pl.col(BOLUS_SOURCE) == DAILY_TOTAL)
    end = rows["time"].max()
    days = given.with_columns(
        total_u=written_numbers(given[DELIVERED]), midnight=pl.col("local").dt.truncate("1d")
    ).unique(["midnight", "total_u"], maintain_order=True)
    read = days.filter(pl.col("total_u").is_not_null())
    start = utc_from_local(read["midnight"], zone).time
    next_day = utc_from_local(read["midnight"] + timedelta(days=1), zone).time
    spread = read.select(
        time=start, day=pl.col("midnight").dt.date(), total_u=pl.col("total_u"), until=next_day
    ).with_columns(
        until=pl.when(pl.lit(end).is_between(pl.col("time") + timedelta(hours=1), pl.col("until") - NEARLY_WHOLE))
        .then(pl.lit(end))
        .otherwise("until")
    )
    duration = (pl.col("until") - pl.col("time")).dt.total_microseconds() / 60e6
    frame = spread.select(
        "time",
        duration_min=duration,
        rate_u_per_h=pl.col("total_u") / duration * 60.0,
        kind=pl.lit(str(BasalKind.AUTOMATED)),
        day="day",
    )
    return frame, (
        *unreadable_rows(len(days) - len(read), stream="basal"),
        *findings_in(
            frame, FindingCode.DAILY_TOTALS_ONLY, severity=Severity.WARNING, action=Action.CORRECTED, stream="basal"
        ),
    )


def _micro_boluses(rows: pl.DataFrame) -> pl.DataFrame:
    """What a 670G gives every five minutes, as basal."""
    given = _with(rows, BOLUS_SOURCE, DELIVERED).filter(pl.col(BOLUS_SOURCE).is_in(MICRO_BOLUS))
    read = given.with_columns(micro_u=written_numbers(given[DELIVERED])).filter(pl.col("micro_u").is_not_null())
    return read.select(
        "time",
        duration_min=pl.lit(MICRO_BOLUS_MIN),
        rate_u_per_h=pl.col("micro_u") * 60.0 / MICRO_BOLUS_MIN,
        kind=pl.lit(str(BasalKind.AUTOMATED)),
    )


def _rates(rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Segments of the programmed rates, as temporary rates and suspensions changed them."""
    changes = _scheduled(rows)
    temporary, unread = _temporary(rows)
    suspended = (
        _with(rows, SUSPEND)
        .filter(pl.col(SUSPEND).is_not_null())
        .select("time", suspended=~pl.col(SUSPEND).str.contains("(?i)normal|resume"))
    )
    unread += _text(rows, BASAL_RATE).count() - len(changes)
    points = (
        pl.concat(
            [frame.select("time") for frame in (changes, temporary, suspended)] + [temporary.select(time="until")]
        )
        .unique()
        .sort("time")
    )
    state = points.join_asof(changes, on="time").join_asof(temporary, on="time").join_asof(suspended, on="time")
    running = (pl.col("time") < pl.col("until")).fill_null(False)
    temporary_rate = pl.coalesce("temporary_u_per_h", pl.col("fraction") * pl.col("scheduled_u_per_h"))
    off = pl.col("suspended").fill_null(False)
    rated = state.select(
        "time",
        rate_u_per_h=pl.when(off).then(0.0).when(running).then(temporary_rate).otherwise("scheduled_u_per_h"),
        kind=pl.when(off)
        .then(pl.lit(str(BasalKind.SUSPENDED)))
        .when(running)
        .then(pl.lit(str(BasalKind.TEMPORARY)))
        .otherwise(pl.lit(str(BasalKind.SCHEDULED))),
    )
    segments = segments_until_next(rated).filter(pl.col("rate_u_per_h").is_not_null())
    return segments.select("time", "duration_min", "rate_u_per_h", "kind"), unread


def _scheduled(rows: pl.DataFrame) -> pl.DataFrame:
    given = _with(rows, BASAL_RATE).filter(pl.col(BASAL_RATE).is_not_null())
    read = given.with_columns(scheduled_u_per_h=written_numbers(given[BASAL_RATE]))
    return read.filter(pl.col("scheduled_u_per_h").is_not_null()).select("time", "scheduled_u_per_h")


def _temporary(rows: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Temporary rates, in U/h or as a share of the programmed one, with their planned end; and how many are unread."""
    given = _with(rows, TEMPORARY_AMOUNT, TEMPORARY_TYPE, TEMPORARY_DURATION).filter(
        pl.col(TEMPORARY_AMOUNT).is_not_null() | pl.col(TEMPORARY_DURATION).is_not_null()
    )
    percent = pl.col(TEMPORARY_TYPE).str.contains("(?i)percent|%")
    amount = written_numbers(given[TEMPORARY_AMOUNT])
    read = given.with_columns(amount=amount, minutes=_minutes(given[TEMPORARY_DURATION])).filter(
        pl.col("minutes").is_not_null() & percent.is_not_null()
    )
    return read.select(
        "time",
        until=pl.col("time") + pl.duration(seconds=(pl.col("minutes") * 60.0).cast(pl.Int64)),
        temporary_u_per_h=pl.when(~percent).then("amount"),
        fraction=pl.when(percent).then(pl.col("amount") / 100.0),
    ), len(given) - len(read)


def _minutes(texts: pl.Series) -> pl.Series:
    """Minutes of ``1:30:00``."""
    pattern = r"^(\d+):(\d{2})(?::(\d{2}))?$"
    hours, minutes, seconds = (texts.str.extract(pattern, group).cast(pl.Float64) for group in (1, 2, 3))
    return hours * 60.0 + minutes + seconds.fill_null(0.0) / 60.0


def _text(rows: pl.DataFrame, column: str) -> pl.Series:
    return _with(rows, column)[column]


def _with(rows: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """The rows with all these columns, blank where the file lacks one."""
    absent = [name for name in columns if name not in rows.columns]
    return rows.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)
