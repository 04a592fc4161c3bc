"""Syncing: resumes, repeats nothing, follows edits, and loses nothing when it is cut off."""

import json
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import polars as pl
import pytest
from pydantic import SecretStr

from glucotwin.core.error import ConflictError, DataError, ErrorCode
from glucotwin.domain import archive
from glucotwin.domain.archive import load_timeline, save_timeline, timeline_hash
from glucotwin.domain.person import Person, TherapyKind
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.format import Imported, ImportOptions, PersonHints
from glucotwin.ingest.live.backoff import Backoff
from glucotwin.ingest.live.folder import FolderSource
from glucotwin.ingest.live.nightscout import NightscoutSource
from glucotwin.ingest.live.source import (
    BusyError,
    LiveSource,
    SignInError,
    SourceError,
    SourceRequest,
    UnreachableError,
)
from glucotwin.ingest.live.state import SourceState, SyncState, resume_from
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity
from glucotwin.workflows import sync as sync_module
from glucotwin.workflows.poll import PollEvent, poll, stopped_by_signals
from glucotwin.workflows.sync import continued_options, recover, sync
from local_server import NightscoutSite, Reply, serving

START = datetime(2024, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PERSON = ImportOptions(person_id="anna", zone="UTC")


class MadeUpSource(LiveSource):
    """Gives what a test wants it to."""

    name = "made-up"
    title = "Made up"
    record_source = "made-up"
    overlap = timedelta(hours=1)

    def __init__(self, streams: Mapping[str, list[tuple[float, float]]] | None = None, *, whose: str = "anna") -> None:
        self.streams = dict(streams or {})
        self.whose = whose
        self.asked: list[datetime | None] = []
        self.error: SourceError | None = None
        self.findings: tuple[Finding, ...] = ()

    @classmethod
    def reached_by(cls, request: SourceRequest) -> Self:
        return cls()

    @property
    def account(self) -> str:
        return self.whose

    def fetch(self, since: datetime | None) -> Imported:
        self.asked.append(since)
        if self.error:
            raise self.error
        quantity = {"glucose": "glucose_mgdl", "bolus": "insulin_u", "meal": "carbs_g"}
        streams = {
            name: pl.DataFrame(
                {
                    "time": [START + minute * MINUTE for minute, _ in rows],
                    quantity[name]: [value for _, value in rows],
                    "source": ["made-up"] * len(rows),
                },
                schema_overrides={"time": pl.Datetime("us", "UTC")},
            )
            for name, rows in self.streams.items()
        }
        kept = {name: frame.filter(pl.col("time") >= (since or START)) for name, frame in streams.items()}
        hints = PersonHints(therapy=TherapyKind.PUMP, cgm_device="Made up")
        return Imported(
            streams={name: frame for name, frame in kept.items() if len(frame)}, person=hints, findings=self.findings
        )


def rows(folder: Path, stream: str, quantity: str) -> list[tuple[float, float]]:
    frame = load_timeline(folder).streams[stream]
    return [((time - START) / MINUTE, value) for time, value in frame.select("time", quantity).iter_rows()]


def every_five(first: int, last: int) -> list[tuple[float, float]]:
    return [(float(minute), 100.0 + minute % 7) for minute in range(first, last, 5)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "line"


def test_resumes_at_the_newest_reading_and_repeats_nothing(folder: Path) -> None:
    source = MadeUpSource({"glucose": every_five(0, 300)})
    first = sync(source, folder, PERSON)
    source.streams["glucose"] = every_five(0, 600)
    second = sync(source, folder)
    third = sync(source, folder)
    assert source.asked == [None, START + 235 * MINUTE, START + 535 * MINUTE]
    assert (first.added, second.added, third.added) == ({"glucose": 60}, {"glucose": 60}, {})
    assert (first.saved, second.saved, third.saved) == (True, True, False)
    assert rows(folder, "glucose", "glucose_mgdl") == every_five(0, 600)
    assert second.newest == START + 595 * MINUTE


def test_repeated_and_late_readings_in_any_order_are_each_there_once(folder: Path) -> None:
    source = MadeUpSource({"glucose": [*every_five(0, 300), *every_five(0, 300)][::-1]})
    sync(source, folder, PERSON)
    late = every_five(300, 400)
    source.streams["glucose"] = [*every_five(0, 300), *late[10:]]
    sync(source, folder)
    source.streams["glucose"] = [*late, *every_five(0, 300)]
    answer = sync(source, folder)
    assert answer.added == {"glucose": 10}
    assert rows(folder, "glucose", "glucose_mgdl") == every_five(0, 400)


def test_reading_that_the_source_corrects_is_replaced(folder: Path) -> None:
    source = MadeUpSource({"glucose": every_five(0, 100)})
    sync(source, folder, PERSON)
    source.streams["glucose"] = [*every_five(0, 95), (95.0, 180.0)]
    answer = sync(source, folder)
    assert answer.withdrawn == {"glucose": 1}
    assert rows(folder, "glucose", "glucose_mgdl")[-1] == (95.0, 180.0)
    assert len(rows(folder, "glucose", "glucose_mgdl")) == 20


def test_readings_that_the_source_has_forgotten_stay(folder: Path) -> None:
    source = MadeUpSource({"glucose": every_five(0, 300)})
    sync(source, folder, PERSON)
    source.streams["glucose"] = every_five(290, 310)
    assert sync(source, folder).withdrawn == {}
    source.streams = {}
    assert not sync(source, folder).saved
    assert rows(folder, "glucose", "glucose_mgdl") == every_five(0, 310)


def test_meals_that_were_edited_or_deleted_are_followed(folder: Path) -> None:
    readings = every_five(0, 300)
    source = MadeUpSource({"glucose": readings, "meal": [(10.0, 50.0), (250.0, 30.0), (280.0, 20.0)]})
    sync(source, folder, PERSON)
    source.streams["meal"] = [(10.0, 50.0), (250.0, 45.0), (290.0, 5.0)]
    answer = sync(source, folder)
    assert answer.withdrawn == {"meal": 2}
    assert rows(folder, "meal", "carbs_g") == [(10.0, 50.0), (250.0, 45.0), (290.0, 5.0)]


def test_all_meals_gone_at_once_is_not_believed(folder: Path) -> None:
    source = MadeUpSource({"glucose": every_five(0, 300), "meal": [(280.0, 20.0)]})
    sync(source, folder, PERSON)
    del source.streams["meal"]
    assert sync(source, folder).withdrawn == {}
    assert rows(folder, "meal", "carbs_g") == [(280.0, 20.0)]


def test_insulin_that_lags_behind_is_waited_for() -> None:
    newest = {"glucose": START + timedelta(hours=100), "bolus": START + timedelta(hours=90)}
    assert resume_from(newest, timedelta(hours=1)) == START + timedelta(hours=89)
    newest["bolus"] = START
    assert resume_from(newest, timedelta(hours=1)) == START + timedelta(hours=27)
    assert resume_from({"glucose": START}, timedelta(hours=1)) == START - timedelta(hours=1)
    assert resume_from({}, timedelta(hours=1)) is None


def test_reading_from_the_future_is_no_newest_one(folder: Path) -> None:
    source = MadeUpSource({"glucose": [*every_five(0, 100), (1e6, 100.0)]})
    answer = sync(source, folder, PERSON, now=START + 100 * MINUTE)
    assert answer.newest == START + 95 * MINUTE
    assert len(rows(folder, "glucose", "glucose_mgdl")) == 21


def test_imported_timeline_goes_on_where_its_files_end(folder: Path) -> None:
    imported = MadeUpSource({"glucose": every_five(0, 300)}).fetch(None)
    person = Person(person_id="anna", zone="Europe/Berlin")
    quality = {
        "schema": "glucotwin-quality/2",
        "sources": [{"name": "a.csv", "sha256": "00", "format": "x", "records": 60, "refused": None}],
        "findings": [
            {
                "code": "unreadable-rows",
                "severity": "warning",
                "stream": "glucose",
                "action": "dropped",
                "count": 3,
                "values": {},
                "first_time": None,
                "last_time": None,
                "file": "",
            },
            {"code": "from-the-future"},
        ],
    }
    save_timeline(
        Timeline(person=person, streams=imported.streams), folder, manifest_inputs={"source-1": "00"},
        reports={"quality": quality},
    )  # fmt: skip
    source = MadeUpSource({"glucose": every_five(0, 400)})
    answer = sync(source, folder)
    assert source.asked == [START + 235 * MINUTE]
    assert answer.added == {"glucose": 20}
    line = load_timeline(folder)
    assert (line.person.zone, line.person.therapy, line.person.cgm_device) == (
        "Europe/Berlin",
        TherapyKind.PUMP,
        "Made up",
    )
    report = json.loads((folder / "quality.json").read_text())
    assert [one["name"] for one in report["sources"]] == ["a.csv", "Made up"]
    assert next((one["code"], one["count"]) for one in report["findings"]) == ("unreadable-rows", 3)
    assert set(json.loads((folder / "manifest.json").read_text())["inputs"]) == {"source-1", "sync-made-up"}


def test_findings_go_on_without_being_counted_twice(folder: Path) -> None:
    def finding(count: int, first: int, last: int) -> Finding:
        return Finding(
            code=FindingCode.IMPOSSIBLE_VALUES,
            severity=Severity.WARNING,
            stream="glucose",
            action=Action.DROPPED,
            count=count,
            first_time=START + first * MINUTE,
            last_time=START + last * MINUTE,
        )

    source = MadeUpSource({"glucose": every_five(0, 100)})
    for finish, found in ((100, finding(4, 0, 90)), (200, finding(2, 80, 90)), (300, finding(3, 200, 220))):
        source.streams["glucose"], source.findings = every_five(0, finish), (found,)
        sync(source, folder, PERSON)
    report = json.loads((folder / "quality.json").read_text())
    assert [one["count"] for one in report["findings"] if one["code"] == "impossible-values"] == [7]


def test_nothing_is_made_of_nothing(folder: Path) -> None:
    answer = sync(MadeUpSource(), folder, PERSON)
    assert not answer.saved
    assert not folder.exists()


def test_pseudonym_is_made_up_when_none_is_given(folder: Path) -> None:
    sync(MadeUpSource({"glucose": every_five(0, 20)}), folder)
    name = load_timeline(folder).person.person_id
    sync(MadeUpSource({"glucose": every_five(0, 40)}), folder)
    assert name.startswith("person-")
    assert load_timeline(folder).person.person_id == name


def test_data_of_two_people_are_not_mixed(folder: Path) -> None:
    sync(MadeUpSource({"glucose": every_five(0, 20)}), folder, PERSON)
    before = timeline_hash(load_timeline(folder))
    other = MadeUpSource({"glucose": every_five(0, 40)}, whose="ben")
    with pytest.raises(ConflictError, match="--moved"):
        sync(other, folder)
    with pytest.raises(ConflictError, match="of anna"):
        sync(MadeUpSource(), folder, ImportOptions(person_id="ben"))
    assert other.asked == []
    assert timeline_hash(load_timeline(folder)) == before
    assert sync(other, folder, moved=True).added == {"glucose": 4}
    assert sync(other, folder).added == {}


def test_state_holds_nothing_secret_or_personal(folder: Path) -> None:
    sync(MadeUpSource({"glucose": every_five(0, 20)}, whose="anna@example.org"), folder, PERSON)
    assert "anna@example.org" not in "".join(file.read_text() for file in folder.glob("*.json"))


@pytest.mark.parametrize("failing", ["fetch", "save", "write", "rename"])
def test_crash_anywhere_loses_nothing(folder: Path, failing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = MadeUpSource({"glucose": every_five(0, 300)})
    sync(source, folder, PERSON)
    before = timeline_hash(load_timeline(folder))
    source.streams["glucose"] = every_five(0, 600)

    def crash(*arguments: object, **named: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if failing == "fetch":
            patch.setattr(source, "fetch", crash)
        elif failing == "save":
            patch.setattr(sync_module, "save_timeline", crash)
        elif failing == "write":
            patch.setattr(archive, "timeline_hash", crash)
        else:
            patch.setattr(Path, "rename", crash)
        with pytest.raises(KeyboardInterrupt):
            sync(source, folder)
    assert timeline_hash(load_timeline(folder)) == before
    assert [path.name for path in folder.parent.iterdir()] == ["line"]
    assert sync(source, folder).added == {"glucose": 60}
    assert rows(folder, "glucose", "glucose_mgdl") == every_five(0, 600)


@pytest.mark.parametrize("whole", [True, False])
def test_process_killed_while_replacing_is_made_up_for(
    folder: Path, whole: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync_module, "REPLACING_S", 0.0)
    source = MadeUpSource({"glucose": every_five(0, 300)})
    sync(source, folder, PERSON)
    old, draft = (folder.with_name(f".line.{letter * 32}") for letter in "ab")
    folder.rename(old)
    source.streams["glucose"] = every_five(0, 600)
    sync(source, draft, PERSON)
    if not whole:
        (draft / "glucose.parquet").write_bytes(b"half")
    assert recover(folder)
    assert len(rows(folder, "glucose", "glucose_mgdl")) == (120 if whole else 60)
    sync(source, folder)
    assert rows(folder, "glucose", "glucose_mgdl") == every_five(0, 600)


def test_nothing_to_recover(tmp_path: Path) -> None:
    assert not recover(tmp_path / "line")
    assert not recover(tmp_path / "no" / "line")
    (tmp_path / f".line.{'a' * 32}").mkdir()
    assert not recover(tmp_path / "line")


def test_timeline_that_others_save_meanwhile_keeps_theirs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, other = MadeUpSource({"glucose": every_five(0, 300)}), MadeUpSource({"meal": [(10.0, 50.0)]})
    sync(source, folder, PERSON)
    source.streams["glucose"] = every_five(0, 400)
    fetch = source.fetch

    def fetch_slowly(since: datetime | None) -> Imported:
        sync(other, folder, since=START)
        return fetch(since)

    monkeypatch.setattr(source, "fetch", fetch_slowly)
    assert sync(source, folder).saved
    assert rows(folder, "meal", "carbs_g") == [(10.0, 50.0)]
    assert rows(folder, "glucose", "glucose_mgdl") == every_five(0, 400)


def test_others_that_never_stop_saving_are_told_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = MadeUpSource({"glucose": every_five(0, 300)})
    sync(source, folder, PERSON)
    source.streams["glucose"] = every_five(0, 400)
    versions = iter("abcdefghijkl")
    monkeypatch.setattr(sync_module, "_version", lambda path: next(versions))
    with pytest.raises(ConflictError, match="keep changing"):
        sync(source, folder)


def test_folder_that_is_no_timeline_is_never_touched(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("important")
    source = MadeUpSource({"glucose": every_five(0, 300)})
    with pytest.raises(ConflictError):
        sync(source, folder, PERSON)
    assert source.asked == []


def test_damaged_state_is_told_of() -> None:
    with pytest.raises(DataError):
        SyncState.from_json({"sources": 5})
    with pytest.raises(DataError, match="version"):
        SyncState.from_json({"format": "glucotwin-sync/9"})
    state = SyncState().having("x", SourceState(newest={"glucose": START}, memory={"a": "b"}))
    assert SyncState.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_gap_that_a_forgetful_source_leaves_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MadeUpSource, "reach", timedelta(hours=12))
    source = MadeUpSource({"glucose": every_five(0, 300)})
    assert sync(source, folder, PERSON, now=START + timedelta(hours=6)).out_of_reach is None
    assert sync(source, folder, now=START + timedelta(hours=10)).out_of_reach is None
    missing = sync(source, folder, now=START + timedelta(hours=30)).out_of_reach
    assert missing == (START + 295 * MINUTE, START + timedelta(hours=18))


def test_zone_of_the_stored_person_is_used(folder: Path) -> None:
    assert continued_options(folder, ImportOptions()).zone is None
    sync(MadeUpSource({"glucose": every_five(0, 20)}), folder, ImportOptions(zone="Europe/Berlin"))
    assert continued_options(folder, ImportOptions()).zone == "Europe/Berlin"
    assert continued_options(folder, ImportOptions(zone="Asia/Tokyo")).zone == "Asia/Tokyo"


def test_folder_of_exports_is_taken_in_once(tmp_path: Path, folder: Path) -> None:
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "a.csv").write_text("time,glucose_mgdl\n2024-03-01T08:00Z,100\n2024-03-01T08:05Z,101\n")
    (exports / "b.csv").write_text("nonsense\n")
    assert sync(FolderSource(exports, settle_s=0.0), folder, PERSON).added == {"glucose": 2}
    again = sync(FolderSource(exports, settle_s=0.0), folder)
    assert (again.added, again.files, again.saved) == ({}, (), False)
    (exports / "c.csv").write_text("time,glucose_mgdl\n2024-03-01T08:05Z,101\n2024-03-01T08:10Z,102\n")
    assert sync(FolderSource(exports, settle_s=0.0), folder).added == {"glucose": 1}
    report = json.loads((folder / "quality.json").read_text())
    assert {one["name"]: one["format"] for one in report["sources"]} == {
        "a.csv": "canonical-csv",
        "b.csv": "",
        "c.csv": "canonical-csv",
    }


@dataclass
class LoopSite:
    """A looping person's Nightscout that fills up while it is synced."""

    site: NightscoutSite = field(default_factory=NightscoutSite)

    def __post_init__(self) -> None:
        self.site.documents["profile"].append(
            {
                "_id": "p",
                "startDate": "2024-01-01T00:00:00.000Z",
                "defaultProfile": "Day",
                "units": "mg/dl",
                "store": {
                    "Day": {
                        "timezone": "Europe/Berlin",
                        "units": "mg/dl",
                        "basal": [{"time": "00:00", "value": 0.8}, {"time": "06:00", "value": 1.1}],
                    }
                },
            }
        )

    def pass_hours(self, first: int, last: int) -> None:
        for minute in range(first * 60, last * 60, 5):
            time = START + minute * MINUTE
            self.site.entry(time, 100 + minute % 37, device="loop://phone")
            if minute % 15 == 0 and (minute // 60) % 7 != 3:
                rate = (minute % 45) / 20
                self.site.treatment(time + MINUTE, "Temp Basal", duration=30, absolute=rate, enteredBy="Loop")
            if minute % 240 == 0:
                self.site.treatment(time, "Meal Bolus", insulin=3.5, carbs=40, enteredBy="Loop")
            if minute % 720 == 0:
                self.site.treatment(time, "Site Change", enteredBy="Loop")


def test_many_syncs_of_a_site_give_what_one_gives(tmp_path: Path) -> None:
    loop = LoopSite()
    piecewise, at_once = tmp_path / "piecewise", tmp_path / "at-once"
    with serving(loop.site) as server:

        def take_in(folder: Path) -> None:
            source = NightscoutSource(server.url, token=SecretStr(loop.site.token))
            sync(source, folder, ImportOptions(person_id="anna"))
            source.close()

        hour = 0
        for step in (30, 1, 1, 7, 2, 26, 1, 5):
            loop.pass_hours(hour, hour + step)
            hour += step
            take_in(piecewise)
        take_in(at_once)
    one, other = load_timeline(piecewise), load_timeline(at_once)
    assert one.person == other.person
    assert one.settings == other.settings
    assert set(one.streams) == {"glucose", "bolus", "meal", "basal", "device"}
    for name, frame in other.streams.items():
        assert one.streams[name].rows() == frame.rows(), name
    assert timeline_hash(one) == timeline_hash(other)


def test_service_goes_on_after_failures_that_pass() -> None:
    outcomes: list[Any] = [
        UnreachableError("down"),
        UnreachableError("down"),
        BusyError("busy", retry_after_s=900.0),
        "fine",
        UnreachableError("down"),
        "fine",
    ]
    stop, waited, told = threading.Event(), list[float](), list[PollEvent]()

    def sync_once() -> Any:
        outcome = outcomes.pop(0)
        if not outcomes:
            stop.set()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    count = poll(
        sync_once,
        every=timedelta(minutes=1),
        stop=stop,
        tell=told.append,
        backoff=Backoff(first_s=50.0, most_s=400.0),
        wait=waited.append,
    )
    assert count == 2
    assert waited == [60.0, 100.0, 900.0, 60.0, 60.0, 60.0]
    assert [one.error is None for one in told] == [False, False, False, True, False, True]


def test_waiting_times_double_up_to_a_limit_and_honour_the_source() -> None:
    backoff = Backoff(first_s=10.0, most_s=60.0)
    assert [backoff.wait_s(failures) for failures in (1, 2, 3, 4, 500)] == [10.0, 20.0, 40.0, 60.0, 60.0]
    assert backoff.wait_s(1, asked_s=3600.0) == 3600.0
    assert backoff.wait_s(3, asked_s=1.0) == 40.0


@pytest.mark.parametrize("error", [SignInError("no"), DataError(ErrorCode.INVALID_VALUE, "odd")])
def test_service_ends_when_trying_again_would_not_help(error: Exception) -> None:
    calls: list[int] = []

    def sync_once() -> Any:
        calls.append(1)
        raise error

    with pytest.raises(type(error)):
        poll(sync_once, every=timedelta(minutes=1), stop=threading.Event(), tell=print, wait=lambda seconds: None)
    assert len(calls) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_wait_at_once_and_lets_a_sync_finish(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    finished: list[str] = []

    def sync_once() -> Any:
        os.kill(os.getpid(), number)
        finished.append("whole")
        return "fine"

    with stopped_by_signals() as stop:
        count = poll(sync_once, every=timedelta(hours=1), stop=stop, tell=lambda event: None)
    assert (count, finished) == (1, ["whole"])
    assert signal.getsignal(number) is before


def test_stop_from_elsewhere_ends_the_wait() -> None:
    outcome: list[int] = []

    def run(enter: Callable[[], Any]) -> None:
        with enter() as stop:
            threading.Timer(0.05, stop.set).start()
            outcome.append(poll(lambda: "fine", every=timedelta(hours=1), stop=stop, tell=lambda event: None))  # pyright: ignore

    thread = threading.Thread(target=run, args=(stopped_by_signals,))
    thread.start()
    thread.join(timeout=10.0)
    assert outcome == [1]


def test_failure_changes_nothing(folder: Path) -> None:
    with serving(lambda asked: Reply(status=500)) as server:
        source = NightscoutSource(server.url, pause=lambda seconds: None)
        with pytest.raises(UnreachableError):
            sync(source, folder, PERSON)
        source.close()
    assert not folder.exists()
