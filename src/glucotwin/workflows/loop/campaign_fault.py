"""The faults of everybody's devices in a campaign: drawn once, and alike for all of its algorithms."""

from collections.abc import Callable, Mapping, Sequence

from glucotwin.devices.registry import has_own_disturbance
from glucotwin.workflows.day_plan import AbstractDays
from glucotwin.workflows.loop.campaign_file import ArmPart, CampaignFile, HazardPart
from glucotwin.workflows.own_fault import Faults, fault_rows, faults_of_people

HazardDays = Callable[[HazardPart, int], AbstractDays]
"""The days of a hazard by the seed of behaviour."""


def sensor_named(file: CampaignFile, arm: ArmPart, hazard: HazardPart) -> str:
    """The sensor that an arm wears under a hazard."""
    return hazard.sensor or arm.sensor or file.sensor


class CampaignFaults:
    """Every person's faults, by hazard, seed, and whether the sensor has disturbances of its own.

    Attributes:
        least_rows: of the schedules of sensor and pump; the most that anybody has, so that all parts share a program.
    """

    def __init__(self, file: CampaignFile, people: Sequence[str], days_of: HazardDays) -> None:
        """Draws them.

        Args:
            file: the campaign.
            people: names of everybody.
            days_of: the days of its hazards.

        Raises:
            DataError: a fault is none.
            NotFoundError: there is no such sensor.
        """
        self._file = file
        self._drawn: dict[tuple[str, int, bool], Mapping[str, Faults]] = {}
        for hazard in file.hazards:
            # One sensor of either kind stands for all: nothing else about it matters here.
            sensors = {has_own_disturbance(name): name for name in self._sensors(hazard)}
            for seed in file.seeds:
                days = days_of(hazard, seed)
                for own, sensor in sensors.items():
                    drawn = faults_of_people(
                        hazard.faults, people, start=days.start, days=days.length_days, seed=seed, sensor=sensor
                    )
                    self._drawn[hazard.name, seed, own] = dict(zip(people, drawn, strict=True))
        self.least_rows = fault_rows(faults for everyone in self._drawn.values() for faults in everyone.values())

    def _sensors(self, hazard: HazardPart) -> tuple[str, ...]:
        return tuple(sensor_named(self._file, arm, hazard) for arm in self._file.arms)

    def of(self, arm: ArmPart, hazard: HazardPart, seed: int, people: Sequence[str]) -> tuple[Faults, ...]:
        """The faults of some of the people, in their order.

        Args:
            arm: whose sensor they wear.
            hazard: under which.
            seed: of the run.
            people: names.
        """
        own = has_own_disturbance(sensor_named(self._file, arm, hazard))
        everyone = self._drawn[hazard.name, seed, own]
        return tuple(everyone[name] for name in people)
