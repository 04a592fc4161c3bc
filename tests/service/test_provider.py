"""Sign-in through a provider: there and back, what is not believed, and linking accounts."""

import json
import logging
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient

from glucotwin.service.identity.provider import Provider
from glucotwin.service.identity.setting import ProviderSettings
from glucotwin.service.state import Service
from glucotwin.store.database import Database
from local_server import LocalServer, Reply
from made_up_service import API, Browser, client_of, made_up_running, sign_up
from made_up_store import PASSWORD
from oidc_provider import CLIENT_ID, CLIENT_SECRET, Json, MadeUpProvider, made_up_provider

IN, REFUSED = "/#/now", "/#/now?problem=sign-in-refused"


@dataclass
class Clock:
    """Seconds that a test lets pass."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Journey:
    """A service, its provider, and browsers that go from one to the other."""

    service: Service
    provider: MadeUpProvider
    server: LocalServer
    clock: Clock
    subjects: Any = field(default_factory=lambda: iter(range(10**6)))

    def client(self) -> TestClient:
        made = client_of(self.service)
        made.follow_redirects = False
        return made

    def begin(self, client: TestClient) -> str:
        """Begins in a browser, and returns where it is sent."""
        sent = client.get(f"{API}/session/provider")
        assert sent.status_code == 302, sent.text
        return sent.headers["location"]

    def at_provider(self, address: str) -> dict[str, str]:
        """Goes through the provider, and returns what it sends back with."""
        back = httpx2.get(address, trust_env=False, verify=False)
        assert back.status_code == 302, back.text
        parts = urlsplit(back.headers["location"])
        assert (parts.netloc, parts.path) == ("localhost", f"{API}/session/provider/callback")
        return dict(parse_qsl(parts.query))

    def come_back(self, client: TestClient, words: dict[str, str]) -> str:
        """Comes back with these words, and returns which page is shown then."""
        shown = client.get(f"{API}/session/provider/callback", params=words)
        assert shown.status_code == 302, shown.text
        return shown.headers["location"]

    def enter(self, client: TestClient) -> str:
        """There and back."""
        return self.come_back(client, self.at_provider(self.begin(client)))

    def link(self, browser: Browser) -> str:
        """There and back, to link somebody's account."""
        browser.client.follow_redirects = False
        sent = browser.post("/session/provider/link")
        assert sent.status_code == 200, sent.text
        return self.come_back(browser.client, self.at_provider(sent.json()["address"]))


@pytest.fixture(scope="module")
def running() -> Generator[tuple[MadeUpProvider, LocalServer]]:
    with made_up_provider() as made:
        yield made


@pytest.fixture
def journey(database: Database, running: tuple[MadeUpProvider, LocalServer]) -> Journey:
    provider, server = running
    fresh = MadeUpProvider(url=server.url, subject=f"subject-{len(server.asked)}")
    vars(provider).update(vars(fresh))
    server.failures.clear()
    clock = Clock()
    settings = ProviderSettings(
        issuer=server.url,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        name="Clinic",
        public_url="http://localhost",
    )
    service = made_up_running(database, provider=Provider(settings, steady=clock))
    service.pending.clock = clock
    service.sign_ins.clock = clock
    return Journey(service=service, provider=provider, server=server, clock=clock)


def test_there_and_back_makes_an_account_and_enters_it_again(journey: Journey) -> None:
    journey.provider.more = {
        "name": "Ada Example",
        "email": "ada@clinic.example",
        "email_verified": True,
        "locale": "de-AT",
    }
    client = journey.client()
    assert journey.enter(client) == IN
    told = client.get(f"{API}/session").json()
    account = told["account"]
    assert (account["display_name"], account["login"], account["locale"]) == ("Ada Example", "ada@clinic.example", "de")
    made = client.post(
        f"{API}/people", json={"display_name": "Ada", "zone": "UTC"}, headers={"X-CSRF-Token": told["csrf_token"]}
    )
    assert made.status_code == 201
    again = journey.client()
    assert journey.enter(again) == IN
    assert again.get(f"{API}/session").json()["account"] == account
    cookie = next(one for one in again.cookies.jar if one.name == "glucotwin_session")
    assert cookie.get_nonstandard_attr("SameSite") == "strict"
    assert [one.name for one in again.cookies.jar] == ["glucotwin_session"]


def test_what_the_provider_is_asked(journey: Journey) -> None:
    address = journey.begin(journey.client())
    asked = dict(parse_qsl(urlsplit(address).query))
    assert asked["redirect_uri"] == "http://localhost/api/v1/session/provider/callback"
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    assert len({asked[name] for name in ("state", "nonce", "code_challenge")}) == 3
    assert CLIENT_SECRET not in address


def test_a_name_that_only_the_user_information_tells(journey: Journey) -> None:
    journey.provider.user = {"name": "Bob Example", "email": "not-checked@clinic.example"}
    client = journey.client()
    assert journey.enter(client) == IN
    account = client.get(f"{API}/session").json()["account"]
    assert account["display_name"] == "Bob Example"
    assert account["login"].startswith("oidc-")


def test_an_address_never_opens_somebody_elses_account(journey: Journey) -> None:
    owner = sign_up(journey.service, "taken")
    journey.provider.more = {"email": owner.login, "email_verified": True}
    client = journey.client()
    assert journey.enter(client) == IN
    account = client.get(f"{API}/session").json()["account"]
    assert account["account_id"] != owner.account_id
    assert account["login"].startswith("oidc-")


def test_nobody_signs_in_with_a_password_to_an_account_without_one(journey: Journey) -> None:
    client = journey.client()
    journey.enter(client)
    login = client.get(f"{API}/session").json()["account"]["login"]
    for password in (PASSWORD, "", "None"):
        answer = journey.client().post(f"{API}/session", json={"login": login, "password": password})
        assert answer.status_code == 401


def test_a_closed_installation_enters_those_it_knows_alone(journey: Journey) -> None:
    owner = sign_up(journey.service, "known")
    assert journey.link(owner) == "/#/settings"
    journey.service.registration_open = False
    client = journey.client()
    assert journey.enter(client) == IN
    assert client.get(f"{API}/session").json()["account"]["account_id"] == owner.account_id
    journey.provider.subject += "-new"
    assert journey.enter(journey.client()) == "/#/now?problem=not-allowed"


@pytest.mark.parametrize(
    "words", [{"state": "another"}, {"state": ""}, {"code": "another"}, {"iss": "https://another.example"}, {"iss": ""}]
)
def test_other_words_than_the_providers_enter_nobody(journey: Journey, words: dict[str, str]) -> None:
    client = journey.client()
    back = journey.at_provider(journey.begin(client))
    assert journey.come_back(client, back | words) == REFUSED
    assert client.get(f"{API}/session").status_code == 401
    assert journey.come_back(client, back) == REFUSED


def test_a_return_is_good_once_in_the_browser_that_began_and_for_ten_minutes(journey: Journey) -> None:
    client = journey.client()
    back = journey.at_provider(journey.begin(client))
    assert journey.come_back(journey.client(), back) == REFUSED
    assert journey.come_back(client, back) == REFUSED
    back = journey.at_provider(journey.begin(client))
    assert journey.come_back(client, back) == IN
    assert journey.come_back(client, back) == REFUSED
    back = journey.at_provider(journey.begin(client))
    journey.clock.now += 601
    assert journey.come_back(client, back) == REFUSED


def test_who_declines_at_the_provider_comes_back_to_the_page(journey: Journey) -> None:
    client = journey.client()
    state = dict(parse_qsl(urlsplit(journey.begin(client)).query))["state"]
    words = {"state": state, "error": "access_denied", "error_description": "<b>No</b>"}
    assert journey.come_back(client, words) == REFUSED


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": []},
        {"aud": [CLIENT_ID, "another"]},
        {"azp": "another"},
        {"aud": [CLIENT_ID, "another"], "azp": "another"},
        {"iss": "https://another.example"},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"exp": "never"},
        {"iat": 4_000_000_000},
        {"iat": None},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"at_hash": "another"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_in_is_not_believed(journey: Journey, change: Json) -> None:
    def changed(claims: Json) -> Json:
        return {name: value for name, value in (claims | change).items() if value is not None}

    journey.provider.change_claims = changed
    assert journey.enter(journey.client()) == REFUSED


def test_several_audiences_are_fine_when_we_are_who_asked(journey: Journey) -> None:
    journey.provider.more = {"aud": [CLIENT_ID, "another"], "azp": CLIENT_ID}
    assert journey.enter(journey.client()) == IN


@pytest.mark.parametrize(
    "change",
    [{"alg": "none"}, {"alg": "HS256"}, {"alg": "RS512"}, {"kid": "unknown"}, {"crit": ["x"], "x": 1}],
    ids=str,
)
def test_a_token_that_is_not_signed_as_it_should_is_not_believed(journey: Journey, change: Json) -> None:
    journey.provider.change_header = lambda header: header | change
    assert journey.enter(journey.client()) == REFUSED


def test_a_token_signed_by_somebody_else_is_not_believed(journey: Journey) -> None:
    journey.provider.key = "second"
    journey.provider.change_header = lambda header: header | {"kid": "first"}
    assert journey.enter(journey.client()) == REFUSED


def test_a_new_key_of_the_provider_is_asked_for_once_in_a_while(journey: Journey) -> None:
    assert journey.enter(journey.client()) == IN
    journey.provider.key, before = "second", journey.server.paths().count("/keys")
    assert journey.enter(journey.client()) == REFUSED
    journey.provider.published = ("first", "second")
    assert journey.enter(journey.client()) == REFUSED
    assert journey.server.paths().count("/keys") == before + 1
    journey.clock.now += 11
    assert journey.enter(journey.client()) == IN


def test_returns_of_nobody_wait_ever_longer(journey: Journey) -> None:
    client = journey.client()
    pages = [journey.come_back(client, {"state": "guess", "code": "guess"}) for _ in range(5)]
    assert pages == [REFUSED] * 4 + ["/#/now?problem=too-many-requests"]
    assert client.get(f"{API}/session/provider").headers["location"] == "/#/now?problem=too-many-requests"
    journey.clock.now += 60
    assert journey.enter(client) == IN


def test_a_provider_that_is_down_is_told_and_not_waited_for_by_everybody(journey: Journey) -> None:
    journey.server.failures = [Reply(status=503)]
    asked = len(journey.server.asked)
    for _ in range(3):
        sent = journey.client().get(f"{API}/session/provider")
        assert sent.headers["location"] == "/#/now?problem=source-unreachable"
    assert len(journey.server.asked) == asked + 1
    answer = sign_up(journey.service).post("/session/provider/link")
    assert (answer.status_code, answer.json()["code"]) == (504, "source-unreachable")
    journey.clock.now += 11
    assert journey.enter(journey.client()) == IN


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": "http://clinic.example/token"},
        {"userinfo_endpoint": "http://clinic.example/user"},
        {"jwks_uri": None},
    ],
    ids=str,
)
def test_a_description_that_is_not_the_providers_is_not_followed(journey: Journey, change: Json) -> None:
    journey.provider.change_description = lambda told: told | change
    sent = journey.client().get(f"{API}/session/provider")
    assert sent.headers["location"] == "/#/now?problem=source-answer"


@pytest.mark.parametrize(
    "reply", [Reply(raw=b"<html>"), Reply(value=[1]), Reply(value={"token_type": "Bearer"})], ids=str
)
def test_an_answer_without_a_token_is_told(journey: Journey, reply: Reply) -> None:
    client = journey.client()
    back = journey.at_provider(journey.begin(client))
    journey.server.failures = [reply]
    assert journey.come_back(client, back) == "/#/now?problem=source-answer"


def test_linking_unlinking_and_what_is_told_of_it(journey: Journey) -> None:
    owner = sign_up(journey.service, "owner")
    assert owner.get("/about").json()["provider"] == "Clinic"
    told = owner.get("/session/provider/identity").json()
    assert told == {"provider": "Clinic", "linked_at": None, "may_unlink": True}
    assert journey.link(owner) == "/#/settings"
    assert owner.get("/session/provider/identity").json()["linked_at"] is not None
    client = journey.client()
    assert journey.enter(client) == IN
    assert client.get(f"{API}/session").json()["account"]["account_id"] == owner.account_id
    assert journey.link(owner) == "/#/settings"
    assert owner.send("DELETE", "/session/provider/identity").status_code == 204
    assert owner.send("DELETE", "/session/provider/identity").status_code == 404
    again = journey.client()
    assert journey.enter(again) == IN
    assert again.get(f"{API}/session").json()["account"]["account_id"] != owner.account_id


def test_an_identity_opens_one_account_and_an_account_has_one_identity(journey: Journey) -> None:
    first, second = sign_up(journey.service, "first"), sign_up(journey.service, "second")
    assert journey.link(first) == "/#/settings"
    assert journey.link(second) == "/#/settings?problem=already-exists"
    journey.provider.subject += "-other"
    assert journey.link(first) == "/#/settings?problem=already-exists"
    assert journey.link(second) == "/#/settings"


def test_the_last_way_in_is_never_taken_away(journey: Journey) -> None:
    client = journey.client()
    journey.enter(client)
    csrf = client.get(f"{API}/session").json()["csrf_token"]
    assert client.get(f"{API}/session/provider/identity").json()["may_unlink"] is False
    answer = client.delete(f"{API}/session/provider/identity", headers={"X-CSRF-Token": csrf})
    assert (answer.status_code, answer.json()["code"]) == (403, "not-allowed")
    assert journey.enter(journey.client()) == IN


def test_who_signed_out_meanwhile_is_not_linked(journey: Journey) -> None:
    owner = sign_up(journey.service, "gone")
    address = owner.post("/session/provider/link").json()["address"]
    back = journey.at_provider(address)
    owner.send("DELETE", "/session")
    owner.client.follow_redirects = False
    assert journey.come_back(owner.client, back) == "/#/settings?problem=sign-in-refused"


def test_a_link_needs_the_secret_of_the_session_and_no_machine_has_it(journey: Journey) -> None:
    owner = sign_up(journey.service, "careful")
    assert owner.client.post(f"{API}/session/provider/link").json()["code"] == "csrf"
    headers = owner.token("read", "write")
    for method, path in (("POST", "/link"), ("GET", "/identity"), ("DELETE", "/identity")):
        answer = journey.client().request(method, f"{API}/session/provider{path}", headers=headers)
        assert answer.json()["code"] == "not-allowed"


def test_signing_out_at_the_provider_comes_back_here(journey: Journey) -> None:
    address = journey.client().get(f"{API}/session/provider/end").headers["location"]
    words = {"theme": "plain", "client_id": CLIENT_ID, "post_logout_redirect_uri": "http://localhost/"}
    assert dict(parse_qsl(urlsplit(address).query)) == words
    assert httpx2.get(address, trust_env=False, verify=False).headers["location"] == "http://localhost/"


@pytest.mark.parametrize(("told", "code"), [(None, "unknown-name"), ("http://clinic.example/end", "source-answer")])
def test_a_provider_without_a_place_to_sign_out(journey: Journey, told: str | None, code: str) -> None:
    journey.provider.change_description = lambda known: known | {"end_session_endpoint": told}
    sent = journey.client().get(f"{API}/session/provider/end")
    assert sent.headers["location"] == f"/#/now?problem={code}"


def test_without_a_provider_there_is_none(service: Service, owner: Browser) -> None:
    assert owner.get("/about").json()["provider"] is None
    for method, path in (("GET", ""), ("GET", "/callback"), ("GET", "/end"), ("POST", "/link"), ("GET", "/identity")):
        assert owner.send(method, f"/session/provider{path}").status_code == 404


def test_codes_and_names_stay_out_of_log_and_audit_but_that_it_happened(
    journey: Journey, caplog: pytest.LogCaptureFixture
) -> None:
    journey.provider.more = {"name": "Unspeakable Name", "email": "unspeakable@clinic.example", "email_verified": True}
    client = journey.client()
    with caplog.at_level(logging.INFO, logger="glucotwin.service"):
        back = journey.at_provider(journey.begin(client))
        journey.come_back(client, back)
        journey.come_back(client, back)
    lines = json.dumps([vars(record).get("fields") for record in caplog.records], default=str)
    assert "/session/provider/callback" in lines
    for word in (*back.values(), "Unspeakable", "unspeakable", journey.provider.subject, CLIENT_SECRET):
        assert word not in lines
    assert CLIENT_SECRET not in repr(journey.service.provider)
