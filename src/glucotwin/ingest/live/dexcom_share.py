"""Dexcom Share: the last day of a sensor's readings, through pydexcom.

The account is the sensor wearer's own, not a follower's. pydexcom knows how to sign in, renews sessions and reads
readings; its connection is replaced by one with time limits (``web.Web``), which also lets tests use a server of their
own. Values are in mg/dL; 39 stands for LOW, 401 for HIGH, and 0 to 12 are codes of the sensor's errors.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Self, cast

import polars as pl
from pydantic import SecretStr
from pydexcom import Dexcom, GlucoseReading, Region
from pydexcom.const import DEXCOM_BASE_URLS, MAX_MAX_COUNT, MAX_MINUTES
from pydexcom.errors import AccountError, ArgumentError, DexcomError, SessionError

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.frame import TIME_TYPE
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.ingest.format import Imported, PersonHints
from glucotwin.ingest.live.credential import Credential
from glucotwin.ingest.live.reading import check_mgdl, left_out, possible_number
from glucotwin.ingest.live.source import AnswerError, LiveSource, SignInError, SourceRequest, UnreachableError
from glucotwin.ingest.live.web import Web, WebAnswer, json_of, quiet_logs

LOW_MGDL, HIGH_MGDL = 40.0, 400.0
"""Bounds of the sensor: what is below or above comes as LOW or HIGH."""
LARGEST_CODE = 12
REQUEST_MARGIN_MIN = 10


class _Share(Dexcom):
    """pydexcom's client over a connection of ours."""

    def __init__(self, web: Web, *, username: str, password: str, region: Region) -> None:
        self._web = web
        super().__init__(username=username, password=password, region=region)

    def _post(
        self,
        endpoint: str,
        params: Mapping[str, str | int] | None = None,
        json: Mapping[str, object] | None = None,
    ) -> object:
        answer = self._web.ask("POST", endpoint, parameters=params, body=json or {})
        error = self._told(answer)
        if error is not None:
            raise error
        return json_of(self._web.checked(answer), title=self._web.title)

    def _told(self, answer: WebAnswer) -> DexcomError | None:
        """What the service says went wrong; None when it says nothing or only that it is busy."""
        if answer.status < 400 or answer.status == 429:
            return None
        try:
            value = json_of(answer, title=self._web.title)
        except AnswerError:
            return None
        told = isinstance(value, Mapping) and isinstance(value.get("Code"), str)
        return self._handle_error_code(cast("dict[str, object]", value)) if told else None

    def raw_readings(self, minutes: int) -> object:
        """The readings of the last minutes as JSON; an expired session is renewed once."""
        try:
            return self._get_glucose_readings(minutes, MAX_MAX_COUNT)
        except SessionError:
            self._get_session()
            return self._get_glucose_readings(minutes, MAX_MAX_COUNT)


class DexcomShareSource(LiveSource):
    """The readings that a person's Dexcom app shares."""

    name = "dexcom-share"
    title = "Dexcom Share"
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential(name="username", title="User name, e-mail or phone number of the wearer's account", hidden=False),
        Credential(name="password", title="Password"),
    )
    regions: ClassVar[tuple[str, ...]] = tuple(region.value for region in (Region.OUS, Region.US, Region.JP))
    record_source = "dexcom-share"
    reach = timedelta(minutes=MAX_MINUTES)

    def __init__(
        self,
        *,
        username: SecretStr,
        password: SecretStr,
        region: str = Region.OUS.value,
        url: str | None = None,
        web: Web | None = None,
    ) -> None:
        """Takes what is needed; nothing is connected yet.

        Args:
            username: of the sensor wearer's account.
            password: of the same.
            region: ``us``, ``ous`` (outside of the US) or ``jp``.
            url: of the service; default: the region's.
            web: how to reach it; default: by its address.

        Raises:
            DataError: the region is unknown, or the address none.
        """
        if region not in self.regions:
            raise DataError(
                ErrorCode.UNKNOWN_NAME, f"Dexcom has no region {region!r}.", hint=f"Choose {', '.join(self.regions)}."
            )
        self._region = Region(region)
        self._web = web or Web(url or DEXCOM_BASE_URLS[self._region], title=self.title)
        self._username, self._password = username, password
        self._share: _Share | None = None

    @classmethod
    def reached_by(cls, request: SourceRequest) -> Self:
        """The account of the request's credentials."""
        return cls(
            username=request.credentials.get("username", SecretStr("")),
            password=request.credentials.get("password", SecretStr("")),
            region=request.region or cls.regions[0],
            url=request.url,
        )

    @property
    def account(self) -> str:
        """The user's name."""
        return self._username.get_secret_value().lower()

    def fetch(self, since: datetime | None) -> Imported:
        """Readings from a moment on, at most of the last day."""
        minutes = MAX_MINUTES
        if since is not None:
            passed_min = (datetime.now(UTC) - since) / timedelta(minutes=1)
            minutes = min(MAX_MINUTES, max(1, int(passed_min) + REQUEST_MARGIN_MIN))
        return imported_from_share(self._raw(minutes))

    def close(self) -> None:
        """Closes the connections."""
        self._web.close()

    def _raw(self, minutes: int) -> Sequence[object]:
        # pydexcom's own messages are replaced: they do not say what to do.
        try:
            with quiet_logs():
                self._share = self._share or _Share(
                    self._web,
                    username=self._username.get_secret_value(),
                    password=self._password.get_secret_value(),
                    region=self._region,
                )
                readings = self._share.raw_readings(minutes)
        except (AccountError, ArgumentError):
            self._share = None
            raise SignInError(
                "Dexcom Share does not accept the user name and password.",
                hint="Use the account of the sensor's wearer, not a follower's, and its region (--region us, ous or "
                "jp); sharing must be on. Too many attempts lock the account, so this is not tried again by itself.",
            ) from None
        except SessionError:
            self._share = None
            raise UnreachableError("Dexcom Share gives no session.", hint="Try again later.") from None
        except DexcomError:
            raise AnswerError("Dexcom Share gives an answer that is not known.", hint="Try again later.") from None
        if not isinstance(readings, list):
            raise AnswerError("Dexcom Share's answer is no list of readings.", hint="Try again later.")
        return cast("Sequence[object]", readings)


def imported_from_share(readings: Sequence[object]) -> Imported:
    """Records of readings as Dexcom Share's JSON.

    Raises:
        UnitError: the values cannot be mg/dL.
    """
    check_mgdl([value for one in readings if (value := possible_number(one, "Value")) is not None], "Dexcom Share")
    rows = [row for one in readings if (row := _row(one)) is not None]
    table = pl.DataFrame(rows, schema={"time": TIME_TYPE, "value": pl.Float64}, orient="row")
    is_code = pl.col("value").is_between(0, LARGEST_CODE)
    value = pl.col("value")
    censoring = (
        pl.when(value < LOW_MGDL)
        .then(pl.lit(str(Censoring.LOW)))
        .when(value > HIGH_MGDL)
        .then(pl.lit(str(Censoring.HIGH)))
        .otherwise(pl.lit(str(Censoring.NONE)))
    )
    glucose = table.filter(~is_code).select(
        "time",
        source=pl.lit(DexcomShareSource.record_source),
        glucose_mgdl=value.clip(LOW_MGDL, HIGH_MGDL),
        kind=pl.lit(str(GlucoseKind.CGM)),
        censoring=censoring,
    )
    codes = len(table) - len(glucose)
    return Imported(
        streams={"glucose": glucose.sort("time")} if len(glucose) else {},
        person=PersonHints(cgm_device="Dexcom"),
        findings=left_out(unread=len(readings) - len(rows), codes=codes),
    )


def _row(reading: object) -> tuple[datetime, float] | None:
    """Time and value of a reading; None when it cannot be read."""
    if not isinstance(reading, Mapping):
        return None
    try:
        parsed = GlucoseReading(cast("dict[str, object]", {**reading, "Trend": "None"}))
        return parsed.datetime.astimezone(UTC), float(parsed.mg_dl)
    except (DexcomError, AttributeError, ValueError, OverflowError, OSError):
        return None
