"""Every file of the open research data beside the repository is read, or refused for the right reason."""

from collections import Counter
from pathlib import Path

import pytest

from research_archive import members, outcome

ARCHIVES = {
    "azt1d/AZT1D_dev.zip": {"azt1d": 21},
    "shanghai/ShanghaiT1DM_dev.zip": {"shanghai": 9},
    "shanghai/ShanghaiT2DM_dev.zip": {"shanghai": 69},
    "t1d_uom/T1D-UOM_dev.zip": {"t1d-uom": 75, "invalid-value": 12, "unrecognised-format": 3},
    "uci_aim94/uci_aim94.zip": {"aim94": 70, "unrecognised-format": 3},
    "cgm_only/Bris-T1D_Open.zip": {"glucose-ml": 20, "missing-column": 1, "unrecognised-format": 1},
    "cgm_only/Colas_2019.zip": {"invalid-value": 208, "missing-column": 1, "unrecognised-format": 1},
    "cgm_only/Hall_2018.zip": {"glucose-ml": 57, "missing-column": 1, "unrecognised-format": 1},
    "cgm_only/PhysioCGM.zip": {"glucose-ml": 9, "missing-column": 1, "unrecognised-format": 1},
}
"""How often each format reads or each reason refuses: documents and tables of people are no records; 208 files have no
dates, and the clock of 12 is wrong."""


@pytest.mark.slow
@pytest.mark.parametrize("archive", ARCHIVES)
def test_every_file_is_read_or_refused_for_its_reason(samples: Path, tmp_path: Path, archive: str) -> None:
    files = members(samples / "datasets" / archive, tmp_path)
    assert Counter(outcome(file, zone="Europe/London") for file in files) == Counter(ARCHIVES[archive])


def test_arrays_of_ten_people_are_refused(samples: Path) -> None:
    assert outcome(samples / "datasets" / "stochastic_t1dm" / "dataset.npz") == "unrecognised-format"


@pytest.mark.parametrize(
    ("sample", "name"),
    [
        ("bigideas_sample/Food_Log_001.csv", "big-ideas"),
        ("hupa_sample/HUPA0001P_excerpt.csv", "hupa"),
        ("bigideas_sample/README.md", "unrecognised-format"),
        ("hupa_sample/README.md", "unrecognised-format"),
    ],
)
def test_every_sample_is_read_or_refused_for_its_reason(samples: Path, sample: str, name: str) -> None:
    assert outcome(samples / "exports" / sample) == name
