"""Every format that can be imported: a new one is a class in a file of its own and a line here."""

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.ingest.canonical.read import CanonicalCsvFormat
from glucotwin.ingest.dataset.aim94 import Aim94Format
from glucotwin.ingest.dataset.azt1d import Azt1dFormat
from glucotwin.ingest.dataset.big_ideas import BigIdeasFormat
from glucotwin.ingest.dataset.brist1d import BrisT1dFormat
from glucotwin.ingest.dataset.cgmacros import CgMacrosFormat
from glucotwin.ingest.dataset.d1namo import D1namoFormat
from glucotwin.ingest.dataset.glucose_ml import GlucoseMlFormat
from glucotwin.ingest.dataset.hupa import HupaFormat
from glucotwin.ingest.dataset.shanghai import ShanghaiFormat
from glucotwin.ingest.dataset.t1d_uom import T1dUomFormat
from glucotwin.ingest.diary.cronometer import CronometerFormat
from glucotwin.ingest.diary.lab_table import LabTableFormat
from glucotwin.ingest.diary.myfitnesspal import MyFitnessPalFormat
from glucotwin.ingest.diary.mysugr import MySugrFormat
from glucotwin.ingest.fhir.read import FhirFormat
from glucotwin.ingest.format import DataFormat
from glucotwin.ingest.genotype.read import is_genotype
from glucotwin.ingest.health.apple_health import AppleHealthFormat
from glucotwin.ingest.health.fitbit import FitbitFormat
from glucotwin.ingest.health.garmin_fit import GarminFitFormat
from glucotwin.ingest.loop_report import LoopReportFormat
from glucotwin.ingest.nightscout.read import NightscoutFormat
from glucotwin.ingest.open_mhealth import OpenMHealthFormat
from glucotwin.ingest.pump.carelink import CareLinkFormat
from glucotwin.ingest.pump.diasend import DiasendFormat
from glucotwin.ingest.pump.glooko import GlookoFormat
from glucotwin.ingest.pump.tandem import TandemFormat
from glucotwin.ingest.sensor.dexcom_clarity import DexcomClarityFormat
from glucotwin.ingest.sensor.libreview import LibreViewFormat
from glucotwin.ingest.sensor.sibionics import SibionicsFormat
from glucotwin.ingest.source import FileHead, refuse_what_is_no_text
from glucotwin.ingest.tidepool.read import TidepoolFormat
from glucotwin.ingest.tidepool_table import TidepoolTableFormat

FORMATS: tuple[DataFormat, ...] = (
    Azt1dFormat(),
    TidepoolFormat(),
    DexcomClarityFormat(),
    LibreViewFormat(),
    SibionicsFormat(),
    CareLinkFormat(),
    TandemFormat(),
    GlookoFormat(),
    DiasendFormat(),
    NightscoutFormat(),
    LoopReportFormat(),
    TidepoolTableFormat(),
    AppleHealthFormat(),
    FitbitFormat(),
    GarminFitFormat(),
    MyFitnessPalFormat(),
    CronometerFormat(),
    MySugrFormat(),
    LabTableFormat(),
    FhirFormat(),
    OpenMHealthFormat(),
    T1dUomFormat(),
    ShanghaiFormat(),
    HupaFormat(),
    BrisT1dFormat(),
    D1namoFormat(),
    CgMacrosFormat(),
    BigIdeasFormat(),
    Aim94Format(),
    GlucoseMlFormat(),
    CanonicalCsvFormat(),
)
"""The formats, in the order in which they are asked; the surest one reads the file."""


def recognised_format(head: FileHead) -> DataFormat:
    """The format that recognises the file most surely.

    Raises:
        DataError: none recognises it.
    """
    sureness, index = max((one.recognise(head), -index) for index, one in enumerate(FORMATS))
    if sureness > 0:
        return FORMATS[-index]
    refuse_what_is_no_text(head)
    if is_genotype(head):
        raise DataError(
            ErrorCode.UNRECOGNISED_FORMAT,
            message("import-genotype", name=head.name),
            hint=message("import-genotype-hint"),
        )
    start = head.header if len(head.header) <= 80 else f"{head.header[:77]}..."
    raise DataError(
        ErrorCode.UNRECOGNISED_FORMAT,
        f"{head.name!r} is none of the known formats; it begins with {start!r}.",
        hint=f"Known are {', '.join(one.title for one in FORMATS)}; others can be rewritten as canonical CSV.",
    )
