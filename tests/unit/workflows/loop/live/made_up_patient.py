"""A person made of one line of arithmetic, for tests of what goes on around a live run."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np

from glucotwin.control.controller import Decision, Seen
from glucotwin.control.setting import TherapySetting
from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.testing.controller import probing_setting
from glucotwin.workflows.loop.live.dose_log import Command, Delivery, numbers_of
from glucotwin.workflows.loop.live.patient import AbstractPatient

SCHEDULED_U_PER_H, MEAL_AT, MEAL_G = 1.0, 3, 40.0


def setting() -> TherapySetting:
    """Plain settings as numbers."""
    plain = probing_setting(SCHEDULED_U_PER_H)
    return TherapySetting(**{name: np.asarray(getattr(plain, name)) for name in TherapySetting.__dataclass_fields__})


class MadeUpPatient(AbstractPatient):
    """Glucose falls from 160 mg/dL by 10 a step; the pump keeps a list of what it was given."""

    def __init__(self, steps: int = 12, *, automatic: bool = True) -> None:
        self._steps, self.automatic = steps, automatic
        self.given: list[Command] = []
        self.fails_at: int | None = None

    @property
    def number(self) -> int:
        return len(self.given)

    @property
    def steps(self) -> int:
        return self._steps

    @property
    def seen(self) -> Seen:
        quiet = dict.fromkeys(Seen.__dataclass_fields__, 0.0)
        now = {"minute": 5.0 * self.number, "minute_of_day": 600.0 + 5.0 * self.number}
        told = {"announced_carbs_g": MEAL_G if self.number == MEAL_AT else 0.0}
        values = {**quiet, **now, **told, "glucose_mgdl": 160.0 - 10.0 * self.number}
        return Seen(**{name: jnp.asarray([value]) for name, value in values.items()})

    def command_for(self, decision: Decision) -> Command:
        wanted, seen = numbers_of(decision), numbers_of(self.seen)
        return Command(
            number=self.number,
            minute_utc=10_000 + 5 * self.number,
            seen=seen,
            wanted=wanted,
            rate_u_per_h=wanted["rate_u_per_h"] if self.automatic else SCHEDULED_U_PER_H,
            bolus_u=wanted["bolus_u"],
            safe_rate_u_per_h=wanted["rate_u_per_h"],
            safe_bolus_u=wanted["bolus_u"],
            scheduled_u_per_h=SCHEDULED_U_PER_H,
            on_board_u=0.0,
            clamps=0,
        )

    def deliver(self, command: Command) -> Delivery:
        if command.number != self.number:
            raise ConflictError(ErrorCode.ALREADY_EXISTS, "The pump had this command.")
        if command.number == self.fails_at:
            raise RuntimeError("The power is gone.")
        self.given.append(replace(command))
        return Delivery(
            number=command.number,
            glucose_mgdl=150.0 - 10.0 * command.number,
            basal_u_total=sum(one.rate_u_per_h for one in self.given) / 12.0,
            bolus_u_total=sum(one.bolus_u for one in self.given),
            rescue_carbs_g_total=0.0,
        )
