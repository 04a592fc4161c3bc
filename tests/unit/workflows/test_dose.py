"""One decision of a dosing algorithm."""

import io
import json

import pytest

from glucotwin.core.error import NotAllowedError
from glucotwin.core.profile import Authority
from glucotwin.workflows.dose import decide_dose
from made_up_oref import request


def test_researcher_is_answered() -> None:
    assert "result" in decide_dose(io.StringIO(json.dumps(request())), algorithm="oref0")


def test_nobody_is_shown_doses_in_the_review_profile() -> None:
    with pytest.raises(NotAllowedError):
        decide_dose(io.StringIO(json.dumps(request())), algorithm="oref0", authority=Authority())
