"""The file of a campaign: who, which days, which algorithms with which devices, and how often."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from glucotwin.core.yaml_file import parse_yaml, read_yaml_text
from glucotwin.workflows.simulate import DEFAULT_BODY

HINT = "See docs/how-to/close-the-loop.md for the format, or examples/loop/campaign.yaml."

Name = Annotated[str, Field(min_length=1, max_length=60)]


class ArmPart(BaseModel):
    """An algorithm with its devices."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    algorithm: str
    name: str = ""
    sensor: str = "ideal"
    pump: str = "ideal"
    automatic: bool = True

    @property
    def label(self) -> str:
        """For tables: the name, or the algorithm's."""
        return self.name or self.algorithm


class CampaignFile(BaseModel):
    """A campaign; every arm has the same people, days and seeds, so that chance is common to all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["glucotwin-campaign/1"]
    body: str = DEFAULT_BODY
    subjects: str = ""
    scenario: Name
    variant: str = ""
    days: int | None = Field(default=None, ge=1, le=366)
    zone: str = "UTC"
    seeds: tuple[Annotated[int, Field(ge=0)], ...] = Field(default=(1,), min_length=1, max_length=100)
    arms: tuple[ArmPart, ...] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _names_differ(self) -> "CampaignFile":
        labels = [arm.label for arm in self.arms]
        if len(set(labels)) != len(labels):
            raise ValueError("two arms have the same name: give them different ones")
        if len(set(self.seeds)) != len(self.seeds):
            raise ValueError("a seed is there twice")
        return self


def read_campaign(path: Path) -> CampaignFile:
    """The campaign of a YAML file.

    Raises:
        DataError: the file cannot be read or is no campaign; says where and what to do.
    """
    return parse_yaml(read_yaml_text(path, hint=HINT), CampaignFile, name=path.name, hint=HINT)
