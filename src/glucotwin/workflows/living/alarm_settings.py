"""Use case: what a person's alarms go by in a service: thresholds, quiet hours, and who is told when one stays on."""

from collections.abc import Collection

from typing_extensions import TypedDict

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import Role
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.forecast.alarm.registry import RULES, behaviour_of, check_settings
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.reports.section.alarm import alarm_title
from glucotwin.store.account import read_account
from glucotwin.store.artefact import ALARM_SETTINGS, read_artefact, write_artefact
from glucotwin.store.database import Database
from glucotwin.store.desk import Desk
from glucotwin.store.member import list_members
from glucotwin.store.person import lock_person


class AlarmKindState(TypedDict):
    """How a kind of alarm behaves for the person."""

    kind: AlarmKind
    title: str
    enabled: bool
    urgent: bool
    repeat_min: float | None
    quiet: bool


class AlarmContact(TypedDict):
    """A carer, who can be told when an alarm stays on."""

    account_id: str
    display_name: str


class AlarmSettingsAnswer(TypedDict):
    """What a person's alarms go by, what that means for each kind, and which carers could be told."""

    settings: AlarmSettings
    kinds: list[AlarmKindState]
    contacts: list[AlarmContact]


def alarm_settings_of(desk: Desk, person_id: str) -> AlarmSettings:
    """What a person's alarms go by; the usual while nothing else was chosen."""
    content = read_artefact(desk, person_id, ALARM_SETTINGS)
    return AlarmSettings() if content is None else AlarmSettings.model_validate_json(content)


def change_alarm_settings(desk: Desk, person_id: str, settings: AlarmSettings) -> None:
    """Lets a person's alarms go by other settings from the next moment on.

    Args:
        desk: of an account that may change the person.
        person_id: whose alarms.
        settings: all of them; what is left out is as usual.

    Raises:
        NotFoundError: there is no such person within reach.
        DataError: a kind's behaviour makes no sense with them, or somebody is to be told who is no carer.
    """
    lock_person(desk, person_id)
    check_settings(settings)
    carers = _carers(desk, person_id)
    for caregiver in settings.caregivers:
        if caregiver.contact not in carers:
            raise DataError(ErrorCode.INVALID_VALUE, message("living-no-carer"))
    write_artefact(desk, person_id, ALARM_SETTINGS, settings.model_dump_json(exclude_unset=True).encode())


def alarm_settings_answer(database: Database, desk: Desk, person_id: str) -> AlarmSettingsAnswer:
    """A person's alarm settings, as an answer."""
    settings = alarm_settings_of(desk, person_id)
    names = names_of(database, _carers(desk, person_id))
    return {
        "settings": settings,
        "kinds": [_kind_state(settings, kind) for kind in RULES],
        "contacts": [{"account_id": one, "display_name": name} for one, name in names.items()],
    }


def names_of(database: Database, account_ids: Collection[str]) -> dict[str, str]:
    """Names that accounts gave themselves."""
    if not account_ids:
        return {}
    with database.signing_in() as connection:
        return {one: read_account(connection, database.keystore, one).display_name for one in account_ids}


def _carers(desk: Desk, person_id: str) -> tuple[str, ...]:
    return tuple(one.account_id for one in list_members(desk, person_id) if one.role is Role.CARER)


def _kind_state(settings: AlarmSettings, kind: AlarmKind) -> AlarmKindState:
    behaviour = behaviour_of(settings, kind)
    return {
        "kind": kind,
        "title": alarm_title(kind),
        "enabled": behaviour.enabled,
        "urgent": RULES[kind].is_urgent,
        "repeat_min": behaviour.repeat_min,
        "quiet": behaviour.quiet,
    }
