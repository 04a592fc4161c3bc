"""Progress callbacks."""

import pytest

from glucotwin.core.progress import ProgressCallback, part_of, silent


def recorder() -> tuple[list[tuple[str, float]], ProgressCallback]:
    told: list[tuple[str, float]] = []
    return told, lambda stage, fraction: told.append((stage, fraction))


def test_part_is_mapped_onto_its_share_of_the_whole() -> None:
    told, progress = recorder()
    part = part_of(progress, start=0.25, end=0.75)
    for fraction in (0.0, 0.5, 1.0):
        part("fitting", fraction)
    assert told == [("fitting", 0.25), ("fitting", 0.5), ("fitting", 0.75)]


def test_parts_of_parts_nest() -> None:
    told, progress = recorder()
    inner = part_of(part_of(progress, start=0.5, end=1.0), start=0.5, end=1.0)
    inner("drawing", 1.0)
    inner("drawing", 0.0)
    assert told == [("drawing", 1.0), ("drawing", 0.75)]


@pytest.mark.parametrize(("start", "end"), [(-0.1, 0.5), (0.5, 1.1), (0.6, 0.4)])
def test_part_outside_the_whole_is_refused(start: float, end: float) -> None:
    with pytest.raises(ValueError, match="within 0 to 1"):
        part_of(silent, start=start, end=end)


def test_silent_callback_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    silent("anything", 0.5)
    assert capsys.readouterr() == ("", "")
