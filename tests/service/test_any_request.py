"""Whatever is sent, as described or not, is answered: never with an error of the service itself."""

import itertools
import json
from collections.abc import Callable, Generator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from glucotwin.service.document import interface_document
from glucotwin.service.limit import BackOff
from glucotwin.service.problem import CONTENT_TYPE
from glucotwin.service.state import Service
from glucotwin.store.database import Database
from made_up_service import API, Browser, made_up_running, sign_up, with_twin

# The requests' maker draws from the `random` module itself.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")
BASE = "http://localhost"
FEW, MANY = 2, 25
NEVER = {
    "GET /api/v1/people/{person_id}/live": "never ends",
    "DELETE /api/v1/session": "signs out who asks",
    "POST /api/v1/people/{person_id}/erase": "takes away who is asked about",
}
"""What other tests ask."""
OPERATIONS = {
    found.ok().label: found.ok()
    for found in schemathesis.openapi.from_dict(interface_document()).get_all_operations()
    if isinstance(found, Ok) and found.ok().label not in NEVER
}
CHANGING = {"POST", "PUT", "PATCH"}
NAMES = (
    *("_id", "date", "dateString", "created_at", "sgv", "type", "eventType", "carbs", "insulin", "identifier", "app"),
    *("resourceType", "srvModified", "entry", "resource", "valueQuantity", "effectiveDateTime", "subject"),
)
WORDS = ("sgv", "Bundle", "Observation", "2024-03-01T08:00:00Z", "transaction", "Meal Bolus")
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(WORDS)
)
DOCUMENTS = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), inner, max_size=6)
    ),
    max_leaves=12,
)
"""Bodies of endpoints that take whatever other programs send, which the description says nothing about."""


@pytest.fixture(scope="module")
def service(database: Database) -> Generator[Service]:
    """A service on which nobody waits after a failed sign-in: its clock is always further on."""
    made = made_up_running(database, sign_ins=BackOff(clock=itertools.count(0, 10**6).__next__))
    yield made
    made.close()


@pytest.fixture(scope="module")
def browser(service: Service) -> Browser:
    return sign_up(service, "any")


@pytest.fixture(scope="module")
def person_id(browser: Browser) -> str:
    made = browser.person()
    reading = {"time": "2024-03-01T08:00:00Z", "glucose_mgdl": 104}
    assert browser.post(f"/people/{made}/readings", {"readings": [reading]}).status_code == 200
    return made


@pytest.fixture(scope="module")
def person_with_twin(service: Service, browser: Browser) -> str:
    made, _ = with_twin(service, browser)
    return made


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_breaks_the_service(browser: Browser, person_id: str, label: str) -> None:
    _try(browser, {"person_id": person_id}, label, most=FEW)


@pytest.mark.slow
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_of_many_breaks_a_service_with_a_twin(browser: Browser, person_with_twin: str, label: str) -> None:
    _try(browser, {"person_id": person_with_twin}, label, most=MANY)


def _try(browser: Browser, known: dict[str, str], label: str, *, most: int) -> None:
    operation = OPERATIONS[label]
    token = browser.token("read", "write", person_id=known["person_id"])
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @_settings(most)
        @given(operation.as_strategy(generation_mode=mode), DOCUMENTS, st.sampled_from((True, True, False)))
        def ask(case: Any, document: object, is_known: bool) -> None:
            if is_known:
                case.path_parameters = {**(case.path_parameters or {}), **_of(known, case.path_parameters)}
            told = case.as_transport_kwargs(base_url=BASE)
            _answered(_sent(browser, told, token, document), label)

        _run(ask)


def _run(ask: Callable[[], None]) -> None:
    try:
        ask()
    except Unsatisfiable:
        # An operation without parameters cannot be asked in a wrong way.
        return


def _settings(most: int) -> Any:
    return settings(
        max_examples=most,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )


def _of(known: dict[str, str], given: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in known.items() if name in (given or {})}


def _sent(browser: Browser, told: dict[str, Any], token: dict[str, str], document: object) -> Any:
    headers = {"X-CSRF-Token": browser.csrf, **{str(name): value for name, value in told["headers"].items()}}
    if f"{API}/" not in told["url"] or "entries" in told["url"]:
        headers |= token
    body: dict[str, Any] = {}
    if "json" in told:
        body["content"] = json.dumps(told["json"])
    elif told.get("files"):
        body["files"] = told["files"]
        headers.pop("Content-Type", None)
    elif isinstance(told.get("data"), bytes):
        body["content"] = told["data"]
    elif told["method"] in CHANGING:
        body["content"] = json.dumps(document)
    kept = dict(browser.client.cookies)
    answer = browser.client.request(told["method"], told["url"], params=told["params"], headers=headers, **body)
    # Some requests sign somebody else in.
    browser.client.cookies.clear()
    browser.client.cookies.update(kept)
    return answer


def _answered(answer: Any, label: str) -> None:
    assert answer.status_code < 500, f"{label}: {answer.status_code} {answer.text}"
    if answer.status_code >= 400 and answer.headers["content-type"] == CONTENT_TYPE:
        assert answer.json()["status"] == answer.status_code
