"""Days of several virtual people under an agent, 5 min per step."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from glucotwin.control.relayed import Relayed
from glucotwin.devices.registry import find_pump, find_sensor
from glucotwin.metrics.tally import GlucoseTally
from glucotwin.simulate.stepped_loop import SteppedLoop
from glucotwin.workflows.agent.space import Record, decisions_of, reward_of
from glucotwin.workflows.day_plan import LivedDays
from glucotwin.workflows.loop.arm import Arm, prepare
from glucotwin.workflows.simulate import DEFAULT_BODY, subjects_named

OUTPUTS = ("glucose_mgdl", "reaction.clamps", "reaction.rate_u_per_h", "reaction.bolus_u")


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeSettings:
    """What episodes are made of.

    Attributes:
        subject: a subject, a group from which each episode draws, or ``all``.
        behaviour: how the people live.
        days: length of an episode.
        body: name of the body.
        sensor, pump: names of the devices.
    """

    subject: str = "adult"
    behaviour: str = "typical"
    days: int = 1
    body: str = DEFAULT_BODY
    sensor: str = "ideal"
    pump: str = "ideal"


class Episode:
    """One episode of several people, each with a life of their own.

    Attributes:
        subjects: who.
        record: what they see.
    """

    def __init__(self, settings: EpisodeSettings, *, seed: int, picks: np.ndarray) -> None:
        """At the first decision.

        Args:
            settings: what it is made of.
            seed: of lives and devices.
            picks: whom each person is, as a number that is taken modulo the group's size.

        Raises:
            NotFoundError: there is no such subject, behaviour, body or device.
        """
        group = subjects_named(settings.body, settings.subject)
        # Whoever is there twice has a name, and so a life, for each.
        drawn = [replace(group[int(pick) % len(group)], name=f"{row}:{pick}") for row, pick in enumerate(picks)]
        sensor, pump = find_sensor(settings.sensor), find_pump(settings.pump)
        arm = Arm(name="agent", controller=Relayed(), sensor=sensor, pump=pump)
        days = LivedDays(profile=settings.behaviour, days=settings.days, seed=seed)
        self.subjects = tuple(group[int(pick) % len(group)] for pick in picks)
        self.ready = prepare(arm, days.who(settings.body, tuple(drawn)), days, body=settings.body, seed=seed)
        self.stepped = SteppedLoop(self.ready.bodies, self.ready.loop, self.ready.inputs, outputs=OUTPUTS)
        self.record = Record(len(picks))
        self.record.add(self.stepped.moment)
        self.tallies = [GlucoseTally(1) for _ in picks]
        self.glucose_mgdl = np.full(len(picks), np.nan)

    @property
    def is_over(self) -> bool:
        """Whether all days are lived."""
        return self.stepped.is_over

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, Mapping[str, np.ndarray]]:
        """Lives 5 min.

        Args:
            actions: ``(people, 2)``.

        Returns:
            Reward, whether the episode ended for good, and what else is known, each per person.
        """
        decisions = decisions_of(actions, self.stepped.moment, self.ready.settings)
        kept = self.stepped.step(decisions)
        self.record.add(self.stepped.moment)
        self.glucose_mgdl = np.asarray(kept["glucose_mgdl"][:, 1])
        for row, tally in enumerate(self.tallies):
            tally.add(self.glucose_mgdl[row].reshape(1, 1))
        reward, fatal = reward_of(self.glucose_mgdl, self.stepped.steps - self.stepped.step_number)
        return reward, fatal, self._known(kept)

    def restart(self, rows: np.ndarray) -> None:
        """Lets some people begin anew at the present minute.

        Args:
            rows: who, as booleans.
        """
        self.stepped.restart(rows)
        self.record.forget(rows)
        self.record.add(self.stepped.moment)
        for row in np.flatnonzero(rows):
            self.tallies[row] = GlucoseTally(1)

    def _known(self, kept: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """True glucose, what was given after the limits, the clamps as bits, and the consensus metrics so far."""
        summaries = [tally.summary() for tally in self.tallies]
        metrics = {name: np.array([float(one[name][0]) for one in summaries]) for name in summaries[0]}
        decided = {name.removeprefix("reaction."): kept[name][:, 1] for name in OUTPUTS[1:]}
        return {"glucose_mgdl": self.glucose_mgdl, **decided, **metrics}
