import pytest

from glucotwin.core.validity import Validity


@pytest.mark.parametrize(
    ("reasons", "cautions", "valid"),
    [((), (), True), ((), ("validity-age-unknown",), True), (("validity-pregnant",), (), False)],
)
def test_only_reasons_against_make_an_answer_invalid(
    reasons: tuple[str, ...], cautions: tuple[str, ...], valid: bool
) -> None:
    found = Validity(reasons_against=reasons, cautions=cautions)
    assert found.valid is valid
    assert found.to_json() == {"valid": valid, "reasons_against": list(reasons), "cautions": list(cautions)}
