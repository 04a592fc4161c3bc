"""Files of several people behind one path, and genotypes, are not mixed into one timeline."""

from pathlib import Path

import pytest

from glucotwin.core.error import DataError, NotFoundError
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.reader import import_path

HEADER = (
    "EventDateTime,DeviceMode,BolusType,Basal,CorrectionDelivered,TotalBolusInsulinDelivered,FoodDelivered,CarbSize,CGM"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, glucose_mgdl in ((2, 120), (17, 150)):
        rows = (f"2024-03-01 08:{minute:02d}:00,,,,,,,,{glucose_mgdl}" for minute in range(0, 60, 5))
        (tmp_path / f"Subject {number}.csv").write_text("\n".join([HEADER, *rows]))
    return tmp_path


def test_files_of_several_people_are_refused_and_the_people_listed(folder: Path) -> None:
    with pytest.raises(DataError, match="2 people: subject-17, subject-2") as caught:
        import_path(folder)
    assert "--only subject-17" in caught.value.hint


@pytest.mark.parametrize("name", ["subject-2", "Subject 2"])
def test_one_person_can_be_chosen(folder: Path, name: str) -> None:
    timeline = import_path(folder, ImportOptions(only=name)).timeline
    assert set(timeline.frame(GlucoseReading)["glucose_mgdl"]) == {120.0}


def test_unknown_person_is_told_who_there_is(folder: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        import_path(folder, ImportOptions(only="subject-3"))
    assert "subject-17, subject-2" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "# rsid\tchromosome\tposition\tgenotype\nrs7903146\t10\t114758349\tCT\n",
        "rsid,chromosome,position,result,allele1,allele2\nrs7903146,10,114758349,CT,C,T\n",
        "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\n",
    ],
)
def test_genotype_is_refused_with_the_command_that_reads_it(tmp_path: Path, text: str) -> None:
    file = tmp_path / "genome.txt"
    file.write_text(text)
    with pytest.raises(DataError, match="is a genotype") as caught:
        import_path(file)
    assert "glucotwin genotype" in caught.value.hint
