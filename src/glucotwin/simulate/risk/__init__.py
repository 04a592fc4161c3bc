"""Risk scenarios of dosing devices: three views of the same hours, arm by arm."""
