"""LibreLinkUp: what a FreeStyle Libre app shares with followers, through pylibrelinkup.

The account is the follower's. pylibrelinkup knows the regions, headers and readings; its connection is replaced by one
with time limits (``web.Web``), and its models of whole answers are not used, because one field that changes (an alarm
that sounds, an account without a birth date) would lose every reading. The graph reaches back twelve hours; the current
reading is newer than the graph and counts only until the graph has one of about its time, which the different
``source`` lets the merging of sources decide. ``FactoryTimestamp`` is UTC and ``ValueInMgPerDl`` always mg/dL.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Self, cast

import polars as pl
from pydantic import SecretStr, ValidationError
from pylibrelinkup import APIUrl, PyLibreLinkUp
from pylibrelinkup.models.data import GlucoseMeasurement

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.domain.frame import TIME_TYPE
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.ingest.format import Imported, PersonHints
from glucotwin.ingest.live.credential import Credential
from glucotwin.ingest.live.reading import check_mgdl, left_out, possible_number
from glucotwin.ingest.live.source import (
    AnswerError,
    BusyError,
    LiveSource,
    SignInError,
    SourceError,
    SourceRequest,
    UnreachableError,
)
from glucotwin.ingest.live.web import Web, json_of

LOW_MGDL, HIGH_MGDL = 40.0, 500.0
"""Bounds of the sensor; in the US the upper one is 400, which then comes with ``isHigh``."""
US_HIGH_MGDL = 400.0
GRAPH = "libre-link-up"
CURRENT = "libre-link-up current"
STEPS: Mapping[str, str] = {
    "tou": "accept the new terms of use",
    "pp": "accept the new privacy policy",
    "verifyEmail": "verify its e-mail address",
}
REFUSED, LOCKED, SERVICE_DOWN, TOO_OLD = 2, 429, 911, 920
"""Values of ``status`` in answers."""


class _Follower(PyLibreLinkUp):
    """pylibrelinkup's client over connections of ours."""

    def __init__(self, *, email: str, password: str, region: APIUrl, web: Web) -> None:
        super().__init__(email=email, password=password, api_url=region)
        self._web = web

    def call(self, path: str, body: object = None) -> Mapping[str, object]:
        """The JSON object at a path, if it tells of no failure."""
        method = "GET" if body is None else "POST"
        answer = self._web.ask(method, path, headers=self._sent(), body=body)
        try:
            value = json_of(answer, title=self._web.title)
        except AnswerError:
            value = None
        fields = cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}
        failure = _failure(fields)
        if failure is not None:
            raise failure
        self._web.checked(answer)
        if not fields:
            raise AnswerError("LibreLinkUp's answer is no JSON object.", hint="Try again later.")
        return fields

    def _sent(self) -> dict[str, str]:
        # How an answer may be packed and how long a connection lives is the connection's own matter.
        own = {"accept-encoding", "connection", "content-type"}
        return {name: value for name, value in self._get_headers().items() if name.lower() not in own}

    def sign_in(self) -> str | None:
        """Signs in; gives the name of another region when the account is kept there."""
        answer = self.call("llu/auth/login", body=self.login_args.model_dump())
        data = _object(answer, "data")
        if data.get("redirect"):
            return str(data.get("region") or "")
        step = STEPS.get(str(_object(data, "step").get("type")))
        if step is not None:
            raise SignInError(
                "The LibreLinkUp account has something to do first.", hint=f"Open the LibreLinkUp app and {step}."
            )
        token, user = _object(data, "authTicket").get("token"), _object(data, "user").get("id")
        if not isinstance(token, str) or not isinstance(user, str):
            raise AnswerError("LibreLinkUp gives no session.", hint="Open the LibreLinkUp app once; try again later.")
        self._set_token(token)
        self._set_account_id_hash(user)
        return None


class LibreLinkUpSource(LiveSource):
    """The readings that a follower sees in LibreLinkUp."""

    name = "libre-link-up"
    title = "LibreLinkUp"
    credentials: ClassVar[tuple[Credential, ...]] = (
        Credential(name="username", title="E-mail of the LibreLinkUp account", hidden=False),
        Credential(name="password", title="Password"),
        Credential(
            name="patient",
            title="First or full name of the person, as the app shows it (empty: the only one)",
            hidden=False,
            required=False,
        ),
    )
    regions: ClassVar[tuple[str, ...]] = tuple(region.name.lower() for region in APIUrl)
    record_source = GRAPH
    reach = timedelta(hours=12)

    def __init__(
        self,
        *,
        username: SecretStr,
        password: SecretStr,
        patient: SecretStr | None = None,
        region: str = APIUrl.EU.name.lower(),
        url: str | None = None,
    ) -> None:
        """Takes what is needed; nothing is connected yet.

        Args:
            username: of the follower's account.
            password: of the same.
            patient: first or full name of the person, when the account follows several.
            region: where the account is kept; the service says so itself when it is another.
            url: of the service; default: the region's, and then other regions are not gone to.

        Raises:
            DataError: the region is unknown, or the address none.
        """
        self._region = _region(region)
        self._url = url
        self._web = Web(url or self._region.value, title=self.title)
        self._username, self._password, self._patient = username, password, patient
        self._follower: _Follower | None = None
        self._connection = ""

    @classmethod
    def reached_by(cls, request: SourceRequest) -> Self:
        """The account of the request's credentials."""
        return cls(
            username=request.credentials.get("username", SecretStr("")),
            password=request.credentials.get("password", SecretStr("")),
            patient=request.credentials.get("patient"),
            region=request.region or cls.regions[0],
            url=request.url,
        )

    @property
    def account(self) -> str:
        """The user's name and whom it follows."""
        followed = "" if self._patient is None else self._patient.get_secret_value()
        return f"{self._username.get_secret_value()}|{followed}".lower()

    def fetch(self, since: datetime | None) -> Imported:
        """Readings of the last twelve hours."""
        if self._follower is None:
            self._sign_in()
            return self._fetched()
        try:
            return self._fetched()
        except SignInError:  # tickets expire
            self._follower = None
            self._sign_in()
            return self._fetched()

    def close(self) -> None:
        """Closes the connections."""
        self._web.close()

    def _sign_in(self) -> None:
        follower = self._new_follower()
        elsewhere = follower.sign_in()
        if elsewhere is not None and self._url is None:
            self._region = _region(elsewhere)
            self._web.close()
            self._web = Web(self._region.value, title=self.title)
            follower = self._new_follower()
            elsewhere = follower.sign_in()
        if elsewhere is not None:
            raise SignInError("The LibreLinkUp account is kept in another region.", hint=f"Use --region {elsewhere}.")
        self._connection = self._followed(follower)
        self._follower = follower

    def _new_follower(self) -> _Follower:
        return _Follower(
            email=self._username.get_secret_value(),
            password=self._password.get_secret_value(),
            region=self._region,
            web=self._web,
        )

    def _followed(self, follower: _Follower) -> str:
        """Identifier of the person whose readings are wanted."""
        listed = follower.call("llu/connections").get("data")
        people = (
            [cast("Mapping[str, object]", one) for one in listed if isinstance(one, Mapping)]
            if isinstance(listed, list)
            else []
        )
        wanted = "" if self._patient is None else self._patient.get_secret_value().strip().casefold()
        found = [one for one in people if not wanted or wanted in _names(one)]
        if len(found) != 1 or not isinstance(found[0].get("patientId"), str):
            raise NotFoundError(
                ErrorCode.UNKNOWN_NAME,
                f"The LibreLinkUp account follows {len(people)} people, {len(found)} of whom are meant.",
                hint="Say whose readings are wanted, as the app names them: `patient = …` in the file of secrets. "
                "Without anybody, let the wearer invite the account first.",
            )
        return str(found[0]["patientId"])

    def _fetched(self) -> Imported:
        follower = self._follower or self._new_follower()
        data = _object(follower.call(f"llu/connections/{self._connection}/graph"), "data")
        graph = data.get("graphData")
        if not isinstance(graph, list):
            raise AnswerError("LibreLinkUp's answer holds no list of readings.", hint="Try again later.")
        current = _object(data, "connection").get("glucoseMeasurement")
        return imported_from_graph(cast("Sequence[object]", graph), [] if current is None else [current])


def imported_from_graph(graph: Sequence[object], current: Sequence[object] = ()) -> Imported:
    """Records of readings as LibreLinkUp's JSON.

    Args:
        graph: readings every few minutes.
        current: the latest reading, if there is one.

    Raises:
        UnitError: the values cannot be mg/dL.
    """
    readings = [*graph, *current]
    values = [value for one in readings if (value := possible_number(one, "ValueInMgPerDl")) is not None]
    check_mgdl(values, LibreLinkUpSource.title)
    rows = [
        (*row, source) for part, source in ((graph, GRAPH), (current, CURRENT)) for one in part if (row := _row(one))
    ]
    schema = {"time": TIME_TYPE, "value": pl.Float64, "high": pl.Boolean, "low": pl.Boolean, "source": pl.String}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    value = pl.col("value")
    censoring = (
        pl.when((value < LOW_MGDL) | (pl.col("low") & (value <= LOW_MGDL)))
        .then(pl.lit(str(Censoring.LOW)))
        .when((value > HIGH_MGDL) | (pl.col("high") & (value >= US_HIGH_MGDL)))
        .then(pl.lit(str(Censoring.HIGH)))
        .otherwise(pl.lit(str(Censoring.NONE)))
    )
    glucose = table.select(
        "time",
        "source",
        glucose_mgdl=value.clip(LOW_MGDL, HIGH_MGDL),
        kind=pl.lit(str(GlucoseKind.CGM)),
        censoring=censoring,
    )
    return Imported(
        streams={"glucose": glucose.sort("time")} if len(glucose) else {},
        person=PersonHints(cgm_device="FreeStyle Libre"),
        findings=left_out(unread=len(readings) - len(rows), codes=0),
    )


def _row(reading: object) -> tuple[datetime, float, bool, bool] | None:
    """Time, value and whether it is beyond the sensor's range; None when it cannot be read."""
    if not isinstance(reading, Mapping):
        return None
    try:
        parsed = GlucoseMeasurement.model_validate({"isHigh": False, "isLow": False, **reading})
    except (ValidationError, ValueError, TypeError):
        return None
    # The library takes a missing value for zero.
    if parsed.value_in_mg_per_dl <= 0:
        return None
    return parsed.factory_timestamp.astimezone(UTC), parsed.value_in_mg_per_dl, parsed.is_high, parsed.is_low


def _failure(answer: Mapping[str, object]) -> SourceError | None:
    """What the service says went wrong; None when nothing did."""
    status = answer.get("status")
    if status == REFUSED:
        return SignInError(
            "LibreLinkUp does not accept the e-mail and password.",
            hint="Use the account of the LibreLinkUp app. Too many attempts lock it, so this is not tried again.",
        )
    if status == LOCKED:
        seconds = possible_number(_object(_object(answer, "data"), "data"), "lockout")
        return BusyError(
            "LibreLinkUp has locked the account for a while, after wrong passwords or too many sign-ins.",
            hint="Wait, and open the LibreLinkUp app once.",
            retry_after_s=seconds,
        )
    if status == SERVICE_DOWN:
        return UnreachableError("LibreLinkUp is down for maintenance.", hint="Try again later.")
    if status == TOO_OLD:
        return SignInError("LibreLinkUp no longer talks to this version of GlucoTwin.", hint="Update GlucoTwin.")
    return None


def _object(fields: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = fields.get(name)
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _names(connection: Mapping[str, object]) -> set[str]:
    first, last = (str(connection.get(name) or "").strip().casefold() for name in ("firstName", "lastName"))
    return {first, last, f"{first} {last}"} - {""}


def _region(name: str) -> APIUrl:
    try:
        return APIUrl.from_string(name)
    except ValueError:
        raise DataError(
            ErrorCode.UNKNOWN_NAME,
            f"LibreLinkUp has no region {name!r}.",
            hint=f"Choose {', '.join(one.name.lower() for one in APIUrl)}.",
        ) from None
