"""The PID controller without announced meals; see ``pid``."""

from glucotwin.control.pid import unannounced_controller as controller

__all__ = ["controller"]
