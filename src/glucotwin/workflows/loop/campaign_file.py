"""The file of a campaign: who, which days, which algorithms with which devices, what goes wrong, and how often."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from glucotwin.core.yaml_file import parse_yaml, read_yaml_text
from glucotwin.devices.fault_rate import check_fault_text
from glucotwin.workflows.loop.person import SettingFactors
from glucotwin.workflows.simulate import DEFAULT_BODY

HINT = "See docs/how-to/close-the-loop.md for the format, or examples/loop/campaign.yaml."

Name = Annotated[str, Field(min_length=1, max_length=60)]
Factor = Annotated[float, Field(ge=0.2, le=5.0)]
AS_PLANNED = "as planned"


class ArmPart(BaseModel):
    """An algorithm with its devices; those of the file where it names none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    algorithm: str
    name: str = ""
    sensor: str = ""
    pump: str = ""
    automatic: bool = True

    @property
    def label(self) -> str:
        """For tables: the name, or the algorithm's."""
        return self.name or self.algorithm


class SettingPart(BaseModel):
    """What the pump's settings are times what fits the person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    basal: Factor = 1.0
    carb_ratio: Factor = 1.0
    correction_factor: Factor = 1.0

    @property
    def factors(self) -> SettingFactors:
        """As the loop takes them."""
        return SettingFactors(basal=self.basal, carb_ratio=self.carb_ratio, correction_factor=self.correction_factor)


class HazardPart(BaseModel):
    """Circumstances under which every arm runs; what is not named is as in the file and the arm.

    Attributes:
        faults: of the devices, each ``KIND:FROM-TO[:SIZE]`` or the name of rates (``typical``) by which every person's
            own are drawn, alike for all arms.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    scenario: str = ""
    variant: str = ""
    sensor: str = ""
    pump: str = ""
    faults: tuple[str, ...] = ()
    settings: SettingPart = SettingPart()

    def check_faults(self) -> None:
        """Passes when every fault is one.

        Raises:
            DataError: one is written otherwise, or does not fit.
        """
        for one in self.faults:
            check_fault_text(one)


class CampaignFile(BaseModel):
    """A campaign; every arm has the same people, days, hazards and seeds, so that chance is common to all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["glucotwin-campaign/1"]
    title: str = ""
    body: str = DEFAULT_BODY
    subjects: str = ""
    cohort: str = ""
    people: int | None = Field(default=None, ge=1)
    scenario: Name
    variant: str = ""
    days: int | None = Field(default=None, ge=1, le=366)
    zone: str = "UTC"
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(default=(1,), min_length=1, max_length=100)
    sensor: str = "ideal"
    pump: str = "ideal"
    arms: tuple[ArmPart, ...] = Field(min_length=1, max_length=20)
    hazards: tuple[HazardPart, ...] = Field(default=(HazardPart(name=AS_PLANNED),), min_length=1, max_length=60)

    @model_validator(mode="after")
    def _consistent(self) -> "CampaignFile":
        for kind, labels in (
            ("arms", [arm.label for arm in self.arms]),
            ("hazards", [one.name for one in self.hazards]),
        ):
            if len(set(labels)) != len(labels):
                raise ValueError(f"two {kind} have the same name: give them different ones")
        if len(set(self.seeds)) != len(self.seeds):
            raise ValueError("a seed is there twice")
        if self.cohort and self.subjects:
            raise ValueError("people come from a cohort or are subjects of the body: leave one of the two out")
        return self


def read_campaign(path: Path) -> CampaignFile:
    """The campaign of a YAML file.

    Raises:
        DataError: the file cannot be read or is no campaign, or a fault is none; says where and what to do.
    """
    file = parse_yaml(read_yaml_text(path, hint=HINT), CampaignFile, name=path.name, hint=HINT)
    for hazard in file.hazards:
        hazard.check_faults()
    return file
