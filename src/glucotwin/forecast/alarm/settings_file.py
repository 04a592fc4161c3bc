"""Alarm settings in a YAML or JSON file."""

from pathlib import Path

from glucotwin.core.yaml_file import parse_yaml, read_yaml_text
from glucotwin.forecast.alarm.registry import check_settings
from glucotwin.forecast.alarm.settings import AlarmSettings

HINT = "The settings are described in docs/how-to/alarms.md."


def load_alarm_settings(path: Path) -> AlarmSettings:
    """Settings from a file.

    Args:
        path: YAML, of which JSON is a part.

    Raises:
        DataError: it cannot be read, has an unknown or unsafe setting; says where.
    """
    return check_settings(parse_yaml(read_yaml_text(path, hint=HINT), AlarmSettings, name=path.name, hint=HINT))
