"""Device files: what is known about a device, with its sources, as a checked model."""

from importlib import resources
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from glucotwin.core.yaml_file import parse_yaml

HINT = "See docs/devices."
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
NotNegative = Annotated[float, Field(ge=0.0)]


class Part(BaseModel):
    """A part of a device file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PublishedAccuracy(Part):
    """What a study found, in percent.

    Attributes:
        mard_pct: mean absolute relative difference.
        within_15_pct, within_20_pct: within 15 (20) mg/dL below, and percent above, the study's limit.
        limit_mgdl: of the study; 80 or 100.
        study: where.
    """

    mard_pct: float | None = None
    within_15_pct: float | None = None
    within_20_pct: float | None = None
    limit_mgdl: float = 100.0
    study: str


class About(Part):
    """What a device is and where its numbers come from.

    Attributes:
        title: what it is, in words.
        sources: of the numbers.
        assumed: which numbers have no source, or were fitted, and to what.
        verdict: what it is good for and what it lacks.
    """

    title: str
    sources: tuple[str, ...]
    assumed: tuple[str, ...] = ()
    verdict: str


class WearPart(Part):
    """See ``CgmWear``."""

    interval_min: Annotated[int, Field(ge=1)]
    low_mgdl: NotNegative
    high_mgdl: Positive
    step_mgdl: Positive = 1.0
    delay_min: NotNegative = 0.0
    warm_up_min: NotNegative
    life_days: Positive
    survives_fraction: Annotated[float, Field(gt=0.0, le=1.0)]
    change_min: NotNegative
    calibrated_every_min: NotNegative = 0.0


class JohnsonPart(Part):
    """See ``Johnson``."""

    gamma: float
    delta: Positive
    lambda_mgdl: Positive
    xi_mgdl: float


class ErrorPart(Part):
    """See ``CgmError``; with ``like``, another sensor's error with its spread scaled.

    Attributes:
        like: the other sensor's name.
        calibration_scale, noise_scale: factors of its calibration error and of its noise.
        gain, offset_mgdl: means of a0 a1 a2 and b0 b1 b2.
        memory, shock_sd_mgdl: means of alpha1 alpha2, and of sigma.
        gain_sd, offset_sd_mgdl: between calibrations, of a0 and b0, where there is no covariance.
        covariance: of a0 a1 a2 b0 alpha1 alpha2 sigma.
        common: alpha1 alpha2 sigma of the second process.
        largest_noise_sd_mgdl: of a sensor that is sold.
        node_min: minutes between noise nodes.
        johnson: what becomes of the noise.
    """

    like: str = ""
    calibration_scale: NotNegative = 1.0
    noise_scale: NotNegative = 1.0
    gain: tuple[float, float, float] = (1.0, 0.0, 0.0)
    offset_mgdl: tuple[float, float, float] = (0.0, 0.0, 0.0)
    memory: tuple[float, float] = (0.0, 0.0)
    shock_sd_mgdl: NotNegative = 0.0
    gain_sd: NotNegative = 0.0
    offset_sd_mgdl: NotNegative = 0.0
    covariance: tuple[tuple[float, ...], ...] = ()
    covariance_scale: NotNegative = 1.0
    common: tuple[float, float, float] = (0.0, 0.0, 0.0)
    largest_noise_sd_mgdl: float = 1000.0
    node_min: Annotated[int, Field(ge=1)] = 5
    johnson: JohnsonPart | None = None


class DisturbancePart(Part):
    """See ``Pressure``, ``Dropout`` and ``Acetaminophen``."""

    compression_per_night: NotNegative = 0.0
    gaps_per_day: NotNegative = 0.0
    acetaminophen_mgdl_per_mg_per_l: NotNegative = 0.0


class CgmFile(Part):
    """A continuous sensor."""

    kind: Literal["cgm"]
    about: About
    published: PublishedAccuracy | None = None
    wear: WearPart
    error: ErrorPart
    disturbance: DisturbancePart = DisturbancePart()


class SkewPart(Part):
    """See ``SkewNormal``."""

    location: float
    scale: Positive
    shape: float


class MeterFile(Part):
    """A finger-stick meter."""

    kind: Literal["meter"]
    about: About
    published: PublishedAccuracy | None = None
    limit_mgdl: Positive
    absolute_mgdl: SkewPart
    relative: SkewPart
    low_mgdl: Positive
    high_mgdl: Positive


class FlashFile(Part):
    """A sensor that is scanned."""

    kind: Literal["flash"]
    about: About
    published: PublishedAccuracy | None = None
    measures: str


class CalibratedFile(Part):
    """A sensor that its wearer calibrates with a meter."""

    kind: Literal["calibrated"]
    about: About
    published: PublishedAccuracy | None = None
    measures: str
    meter: str
    every_min: Positive
    trust_fraction: Fraction


class MechanicsPart(Part):
    """See ``PumpMechanics``."""

    rate_step_u_per_h: NotNegative
    bolus_step_u: NotNegative
    largest_rate_u_per_h: Positive
    largest_bolus_u: Positive
    pulse_u: NotNegative = 0.0
    bolus_u_per_min: Positive
    reservoir_u: Positive
    wear_days: NotNegative
    change_min: NotNegative
    empty_min: NotNegative
    wheel_u: NotNegative = 0.0
    wheel_mean: float = 1.0
    wheel_first: float = 0.0
    wheel_second: float = 0.0


class PublishedDelivery(Part):
    """What came out of pumps on a balance, over so many hours at a rate.

    Attributes:
        rate_u_per_h, hours: what was asked.
        median_u, low_u, high_u: what came, over all pumps and windows of that length.
        study: where.
    """

    rate_u_per_h: Positive
    hours: Annotated[int, Field(ge=1)]
    median_u: NotNegative
    low_u: NotNegative
    high_u: NotNegative
    study: str


class PumpFile(Part):
    """A pump.

    Attributes:
        mechanics: see ``PumpMechanics``.
        occlusion_alarm_u: missing insulin that raises the alarm.
        set_failures_per_day: of sets that fail with lasting high glucose.
        published_delivery: what was measured of real ones.
        alarm_hours, alarm_source: hours in which real ones notice a total occlusion at 1 U/h, and where that stands.
    """

    kind: Literal["pump"]
    about: About
    mechanics: MechanicsPart
    occlusion_alarm_u: Positive
    set_failures_per_day: NotNegative
    published_delivery: tuple[PublishedDelivery, ...] = ()
    alarm_hours: tuple[NotNegative, Positive] | None = None
    alarm_source: str = ""


class PenFile(Part):
    """A pen."""

    kind: Literal["pen"]
    about: About
    step_u: Positive
    largest_dose_u: Positive
    missed_fraction: Fraction
    doubled_fraction: Fraction
    unlogged_fraction: Fraction


class KetoneFile(Part):
    """A ketone meter or monitor; see ``KetoneMonitor``.

    Attributes:
        published_within_pct: share within 0.225 mmol/L below, and 20 % of the reference from, 1.5 mmol/L.
    """

    kind: Literal["ketone"]
    about: About
    published_within_pct: float | None = None
    interval_min: Annotated[int, Field(ge=1)]
    delay_min: NotNegative
    gain_sd: NotNegative
    reading_sd: NotNegative
    floor_sd_mmoll: NotNegative
    step_mmoll: Positive
    high_mmoll: Positive


class TrackerFile(Part):
    """A watch; see ``ActivityTracker``.

    Attributes:
        published_error_pct: mean absolute error of how hard a bout was.
    """

    kind: Literal["tracker"]
    about: About
    published_error_pct: float | None = None
    threshold_fraction: Fraction
    missed_fraction: Fraction
    phantom_per_day: NotNegative
    phantom_min: NotNegative
    phantom_activity_fraction: Fraction
    log_sd: NotNegative


File = TypeVar("File", bound=BaseModel)


def read_device_file(folder: str, name: str, model: type[File]) -> File:
    """A device that ships with the package.

    Args:
        folder: of ``data``.
        name: of the device.
        model: of the file.

    Raises:
        DataError: the file does not fit the model.
    """
    text = resources.files("glucotwin.devices").joinpath("data", folder, f"{name}.yaml").read_text(encoding="utf-8")
    return parse_yaml(text, model, name=f"{name}.yaml", hint=HINT)
