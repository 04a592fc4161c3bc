"""What a Nightscout site says of itself."""

from datetime import datetime

from glucotwin.service.nightscout.app import App
from glucotwin.service.schema import Json
from glucotwin.workflows.nightscout.document import ENTRIES, KEPT, epoch_ms, iso_ms

VERSION, API_VERSION = "15.0.3", "3.0.4"
"""Versions of Nightscout and of its third interface whose shapes are spoken here; apps refuse older ones."""
THRESHOLDS = {"bgHigh": 250, "bgTargetTop": 180, "bgTargetBottom": 70, "bgLow": 54}
"""Bounds of the consensus in mg/dL, by which followers colour their curves."""


def status_json(now: datetime) -> Json:
    """Version 1."""
    return {
        "status": "ok",
        "name": "GlucoTwin",
        "version": VERSION,
        "serverTime": iso_ms(now),
        "serverTimeEpoch": epoch_ms(now),
        "apiEnabled": True,
        "careportalEnabled": True,
        "boluscalcEnabled": False,
        "settings": {
            "units": "mg/dl",
            "timeFormat": 24,
            "customTitle": "GlucoTwin",
            "thresholds": THRESHOLDS,
            "enable": ["careportal", "iob", "cob", "pump", "loop", "openaps"],
        },
        "extendedSettings": {},
        "runtimeState": "loaded",
    }


def status_json_v3(app: App) -> Json:
    """Version 3: also what the token may do with each collection."""
    letters = ("r" if "read" in app.token.scopes else "") + ("cud" if "write" in app.token.scopes else "")
    return {**version_json(app.now), "apiPermissions": dict.fromkeys((ENTRIES, *KEPT), letters)}


def version_json(now: datetime) -> Json:
    """Which versions are spoken."""
    storage = {"storage": "glucotwin", "version": VERSION}
    return {"version": VERSION, "apiVersion": API_VERSION, "srvDate": epoch_ms(now), "storage": storage}
