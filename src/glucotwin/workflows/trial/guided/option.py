"""Options of the trial's population and arms."""

from typing import Annotated, Literal

from pydantic import Field

from glucotwin.trial.part import Part

Positive = Annotated[float, Field(gt=0.0, le=10.0)]


class Truth(Part):
    """How the true people differ from each other; the defaults are the trial's own truth.

    Attributes:
        features: whether answers go with beta cell reserve, BMI and kidney in ways that the twin does not know.
        response_factor: on the spread of people's answers.
        adherence_mean, adherence_sd: share of doses taken; half of users take 80 % or more (Danish registers).
        stops_factor: on how often people stop a medicine by themselves.
        noise_factor: on the spread of measured HbA1c.
    """

    features: bool = False
    response_factor: Positive = 1.0
    adherence_mean: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.75
    adherence_sd: Annotated[float, Field(gt=0.0, lt=0.4)] = 0.22
    stops_factor: Annotated[float, Field(ge=0.0, le=10.0)] = 1.0
    noise_factor: Positive = 1.0


class GuidedPopulation(Truth):
    """The truth, and what may be prescribed.

    Attributes:
        target_pct: HbA1c that all arms aim at.
        medicines: that may be added to metformin in every arm.
    """

    target_pct: Annotated[float, Field(gt=5.0, lt=10.0)] = 7.0
    medicines: tuple[str, ...] = (
        "glimepiride",
        "sitagliptin",
        "empagliflozin",
        "pioglitazone",
        "semaglutide",
        "glargine",
    )


class GuidedArm(Part):
    """How an arm treats.

    Attributes:
        policy: ``usual`` care, ``rule`` (the active control), ``strongest`` (the same, the strongest suitable medicine
            first), ``random`` (sham) or ``twin``.
        inertia: of usual care, a row of ``data/inertia.csv``.
        believed: what a wrong twin believes: factors on the answer by class.
    """

    policy: Literal["usual", "rule", "strongest", "random", "twin"]
    inertia: Literal["cleveland", "cprd", "none"] = "cleveland"
    believed: dict[str, float] = Field(default_factory=dict)
