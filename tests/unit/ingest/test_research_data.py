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

EXPORTS = {
    "unrecognised-format": (
        "README.md",
        "bigideas_sample/README.md",
        "fhir/HL7_cgm_examples.fsh",
        "fitbit_takeout/README.md",
        "garmin_fit/compressed-speed-distance-records.csv",
        "genotype/pharmcat_CYP2C9_s2s3_GRCh38.vcf",
        "genotype/snps_23andme.txt",
        "genotype/snps_ancestry.txt",
        "genotype/snps_ftdna.csv",
        "genotype/snps_myheritage.csv",
        "genotype/snps_testvcf.vcf",
        "genotype/snps_testvcf_chr_prefix.vcf",
        "genotype/snps_testvcf_phased.vcf",
        "glooko/README_upstream.md",
        "hupa_sample/README.md",
        "tandem_tconnect/README.md",
    ),
    "apple-health": (
        "apple_health/export_apple-health-parser.xml",
        "apple_health/export_healthkit-to-sqlite.xml",
    ),
    "big-ideas": ("bigideas_sample/Food_Log_001.csv",),
    "carelink": ("carelink/carelink_GuardianConnect_EU_semicolon.csv",),
    "dexcom-clarity": (
        "dexcom_clarity/clarity_G6_12col_resaved_DateOfBirth.csv",
        "dexcom_clarity/clarity_G6_mgdl_2024_quoted_BOM_full.csv",
        "dexcom_clarity/clarity_synthetic.csv",
    ),
    "fhir-r4": ("fhir/sensotrend_R4_bundle_trimmed.json",),
    "tidepool": (
        "fhir/sensotrend_tidepool_input.json",
        "tidepool/jill-jellyfish-lite.json",
    ),
    "garmin-fit": (
        "garmin_fit/20170518-191602-1740899583.fit",
        "garmin_fit/activity-small-fenix2-run.fit",
        "garmin_fit/garmin-fr935-cr.fit",
    ),
    "glooko": (
        "glooko/mock/alarms_data_1.csv",
        "glooko/mock/bg_data_1.csv",
        "glooko/mock/carbs_data_1.csv",
        "glooko/mock/cgm_data_1.csv",
        "glooko/mock/insulin_data_1.csv",
        "glooko/synthetic_JohnDoe_demo-data.zip",
    ),
    "hupa": ("hupa_sample/HUPA0001P_excerpt.csv",),
    "libreview": (
        "libreview/libre3_synthetic.csv",
        "libreview/libreview_UK_mmol_padded.csv",
        "libreview/libreview_US_mgdl_resaved_MDYY.csv",
    ),
    "loop-report": (
        "loop/example_issue_report_1.json",
        "loop/example_issue_report_2.json",
    ),
    "invalid-value": (
        "myfitnesspal/README.md",
        "mysugr/README.md",
        "openmhealth/blood-glucose-3.0-FAIL-invalid-specimen-source.json",
        "openmhealth/blood-glucose-3.0-FAIL-missing-time-frame.json",
        "openmhealth/blood-glucose-4.0-FAIL-invalid-specimen-source.json",
        "openmhealth/blood-glucose-4.0-FAIL-missing-time-frame.json",
    ),
    "nightscout": (
        "nightscout/glupredkit/nightscout_entries.json",
        "nightscout/glupredkit/nightscout_treatments.json",
        "nightscout/nightscout-data-with-treatments.csv",
        "nightscout/nightscout_entries.json",
        "nightscout/nightscout_treatments.json",
    ),
    "missing-column": ("nightscout/glupredkit/nightscout_expected_output.csv",),
    "too-little-data": (
        "nightscout/glupredkit/nightscout_profiles.json",
        "nightscout/nightscout_profile.json",
        "openmhealth/blood-glucose-3.0-with-everything.json",
        "openmhealth/blood-glucose-4.0-with-everything.json",
    ),
    "open-mhealth": (
        "openmhealth/blood-glucose-3.0-with-date-time-time-frame.json",
        "openmhealth/blood-glucose-4.0-with-date-time-time-frame.json",
    ),
    "sibionics": ("sibionics/SiSensingCGM-01.20.00.00.xls",),
    "tandem": ("tandem_tconnect/therapy_timeline_tslimX2.csv",),
    "tidepool-table": (
        "tidepool/jill-jellyfish-lite.csv",
        "tidepool/jill-jellyfish-lite.xlsx",
    ),
}
"""Which files each format reads or each reason refuses. Refused are notes and specifications, genotypes (they have a
command of their own), bad examples of Open mHealth and its statistics over months, a profile without records, and a
table that another program computed."""


@pytest.mark.slow
@pytest.mark.parametrize("archive", ARCHIVES)
def test_every_file_is_read_or_refused_for_its_reason(samples: Path, tmp_path: Path, archive: str) -> None:
    files = members(samples / "datasets" / archive, tmp_path)
    assert Counter(outcome(file, zone="Europe/London") for file in files) == Counter(ARCHIVES[archive])


def test_arrays_of_ten_people_are_refused(samples: Path) -> None:
    assert outcome(samples / "datasets" / "stochastic_t1dm" / "dataset.npz") == "unrecognised-format"


@pytest.mark.slow
@pytest.mark.parametrize(("name", "sample"), [(name, one) for name, files in EXPORTS.items() for one in files])
def test_every_sample_is_read_or_refused_for_its_reason(samples: Path, name: str, sample: str) -> None:
    assert outcome(samples / "exports" / sample, zone="Europe/London") == name


def test_every_sample_is_listed(samples: Path) -> None:
    folder = samples / "exports"
    there = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}
    assert there == {one for files in EXPORTS.values() for one in files}
