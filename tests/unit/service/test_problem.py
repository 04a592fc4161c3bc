"""Every kind of error has one status, and nothing else gets out."""

import json

import pytest

from glucotwin.core.error import (
    ConflictError,
    ConsentError,
    DataError,
    ErrorCode,
    FitError,
    GlucoTwinError,
    NotAllowedError,
    NotFoundError,
    SafetyError,
    SolverError,
    UnitError,
)
from glucotwin.service.limit import too_many
from glucotwin.service.problem import BY_CODE, NotSignedInError, problem_of, status_of


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (NotFoundError, 404),
        (ConflictError, 409),
        (NotAllowedError, 403),
        (SafetyError, 451),
        (DataError, 422),
        (UnitError, 422),
        (FitError, 422),
        (SolverError, 422),
    ],
)
def test_a_kind_of_error_has_its_status(kind: type[GlucoTwinError], status: int) -> None:
    assert status_of(kind(ErrorCode.INVALID_VALUE, "so")) == status


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_has_a_status_of_a_refusal(code: ErrorCode) -> None:
    assert status_of(GlucoTwinError(code, "so")) in {*range(400, 500), 502, 503, 504, 507}
    assert code not in BY_CODE or status_of(GlucoTwinError(code, "so")) == BY_CODE[code]


def test_a_problem_tells_code_detail_and_hint() -> None:
    answer = problem_of(NotSignedInError(ErrorCode.NOT_SIGNED_IN, "Nobody.", hint="Sign in."))
    told = json.loads(bytes(answer.body))
    assert (answer.status_code, told["code"], told["detail"], told["hint"]) == (
        401,
        "not-signed-in",
        "Nobody.",
        "Sign in.",
    )
    assert answer.media_type == "application/problem+json"


def test_a_missing_consent_names_its_purpose_and_a_wait_its_length() -> None:
    missing = problem_of(ConsentError(ErrorCode.CONSENT_MISSING, "No.", purpose="care-view"))
    assert json.loads(bytes(missing.body))["purpose"] == "care-view"
    assert problem_of(too_many(12.3)).headers["retry-after"] == "12"
