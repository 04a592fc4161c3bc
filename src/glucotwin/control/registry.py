"""Every dosing algorithm that can run in a closed loop, by name."""

from importlib import import_module

from glucotwin.control.catalogue import CONTROLLERS
from glucotwin.control.controller import AnyController
from glucotwin.core.error import ErrorCode, NotFoundError


def find_controller(name: str) -> AnyController:
    """A dosing algorithm with its default tuning.

    Raises:
        NotFoundError: there is none of this name.
    """
    module = CONTROLLERS.get(name)
    if module is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            f"There is no dosing algorithm {name!r} for a closed loop.",
            hint=f"Choose one of: {', '.join(CONTROLLERS)}.",
        )
    made: AnyController = import_module(module).controller()
    return made
