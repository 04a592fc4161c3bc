"""``glucotwin alarms list``: every alarm and how it behaves."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.alarms import ListedAlarm


@click.command(
    "list", cls=Command, examples=("glucotwin alarms list", "glucotwin alarms list --settings alarms.yaml --json")
)
@click.option(
    "--settings", "settings_file", type=click.Path(path_type=Path), help="YAML file with a person's settings."
)
@click.pass_obj
def command(console: Console, settings_file: Path | None) -> None:
    """List every alarm, the most pressing first, and how it behaves with a person's settings."""
    from glucotwin.core.message import message
    from glucotwin.forecast.alarm.settings import AlarmSettings
    from glucotwin.forecast.alarm.settings_file import load_alarm_settings
    from glucotwin.workflows.alarms import listed_alarms

    settings = AlarmSettings() if settings_file is None else load_alarm_settings(settings_file)
    alarms = listed_alarms(settings)
    if console.as_json:
        values = {"settings": settings.model_dump(mode="json"), "alarms": [one.to_json() for one in alarms]}
        console.write_json(values | {"limits": message("alarm-limits")})
        return
    names = ("alarm", "on", "raise", "clear", "after", "repeat", "snooze", "quiet")
    rows = [tuple(message(f"alarm-list-column-{name}") for name in names), *(_row(one) for one in alarms)]
    abouts = [f"{message(f'alarm-{one.kind}-title')}: {message(f'alarm-{one.kind}-about')}" for one in alarms]
    console.write("\n".join([aligned(rows), "", *abouts, "", message("alarm-limits")]))


def _row(alarm: "ListedAlarm") -> tuple[str, ...]:
    from glucotwin.core.message import message

    one = alarm.behaviour

    def minutes(value: float | None, *, nothing: str) -> str:
        return message("alarm-list-minutes", minutes=f"{value:g}") if value else message(nothing)

    on = "alarm-list-always" if alarm.is_urgent else "alarm-list-yes" if one.enabled else "alarm-list-no"
    return (
        message(f"alarm-{alarm.kind}-title"),
        message(on),
        f"{100.0 * one.raise_at:.0f} %",
        f"{100.0 * one.clear_at:.0f} %",
        minutes(one.raise_after_min, nothing="alarm-list-at-once"),
        minutes(one.repeat_min, nothing="alarm-list-never"),
        minutes(one.longest_snooze_min, nothing="alarm-list-never"),
        message("alarm-list-silent" if one.quiet else "alarm-list-sounds"),
    )
