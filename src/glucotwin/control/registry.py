"""Every dosing algorithm that can run in a closed loop, by name."""

from importlib import import_module
from importlib.metadata import EntryPoint

from glucotwin.control.catalogue import CONTROLLERS, PLUGIN_GROUP, controller_names, controller_plugins
from glucotwin.control.controller import AbstractController, AnyController
from glucotwin.control.python_controller import AbstractPythonController, AnyPythonController
from glucotwin.core.error import ErrorCode, ModelError, NotFoundError


def find_any_controller(name: str) -> AnyController | AnyPythonController:
    """A dosing algorithm with its default tuning: ours, or one that an installed package brings.

    Raises:
        NotFoundError: there is none of this name.
        ModelError: the package that brings it is broken.
    """
    module = CONTROLLERS.get(name)
    if module is not None:
        made: AnyController = import_module(module).controller()
        return made
    plugin = controller_plugins().get(name)
    if plugin is not None:
        return _from_plugin(plugin)
    raise NotFoundError(
        ErrorCode.UNKNOWN_NAME,
        f"There is no dosing algorithm {name!r} for a closed loop.",
        hint=f"Choose one of: {', '.join(controller_names())}.",
    )


def find_controller(name: str) -> AnyController:
    """A dosing algorithm that compiles into a program, with its default tuning.

    Raises:
        NotFoundError: there is none of this name.
        ModelError: the package that brings it is broken, or it is plain Python.
    """
    found = find_any_controller(name)
    if isinstance(found, AbstractPythonController):
        raise ModelError(
            ErrorCode.INVALID_VALUE,
            f"The dosing algorithm {name!r} is plain Python and cannot be compiled into a replay.",
            hint="It runs in glucotwin loop run and loop compare.",
        )
    return found


def _from_plugin(plugin: EntryPoint) -> AnyController | AnyPythonController:
    """What an entry point's function makes; other people's code may fail in any way, and all of them name it."""
    where = f"{plugin.name} = {plugin.value}"
    try:
        made = plugin.load()()
    except Exception as error:
        raise ModelError(
            ErrorCode.BROKEN_PLUGIN,
            f"The dosing algorithm {where} (entry point of {PLUGIN_GROUP}) cannot be made: "
            f"{type(error).__name__}: {error}.",
            hint="Update or remove the package that brings it.",
        ) from error
    if not isinstance(made, AbstractController | AbstractPythonController):
        raise ModelError(
            ErrorCode.BROKEN_PLUGIN,
            f"The entry point {where} of {PLUGIN_GROUP} made a {type(made).__name__}, which is no dosing algorithm.",
            hint="It names a function without arguments that makes an AbstractController or AbstractPythonController.",
        )
    return made
