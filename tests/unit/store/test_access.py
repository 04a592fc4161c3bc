"""Who may do what: every role with every action, with and without consent; the database agrees."""

import itertools

import pytest

from glucotwin.core.error import ConflictError, ConsentError, NotAllowedError, NotFoundError
from glucotwin.core.profile import Role
from glucotwin.store.access import ROLES, VIEW, Access, Action, Purpose, access_to
from glucotwin.store.account import Account
from glucotwin.store.consent import grant_consent, list_consents, revoke_consent
from glucotwin.store.database import Database
from glucotwin.store.desk import desk_of
from glucotwin.store.member import add_member, list_members, remove_member
from glucotwin.store.person import StoredPerson, list_people, read_person, write_person
from glucotwin.store.record import add_records, read_records
from made_up_store import let_see, made_up_account, made_up_person, made_up_readings

MEMBERS = (Role.PERSON, Role.CARER, Role.CLINICIAN, Role.RESEARCHER)


def _consent(database: Database, account: Account, person: StoredPerson, purpose: Purpose) -> None:
    with desk_of(database, account.account_id) as desk:
        grant_consent(desk, person.person_id, purpose, version=1, granted_by="self")


@pytest.mark.parametrize(("role", "action"), list(itertools.product(MEMBERS, Action)))
def test_every_role_with_every_action(role: Role, action: Action) -> None:
    everything = Access(person_id="x", role=role, consents=frozenset(Purpose))
    nothing = Access(person_id="x", role=role, consents=frozenset())
    if role not in ROLES[action]:
        for access in (everything, nothing):
            with pytest.raises(NotAllowedError):
                access.require(action)
        return
    everything.require(action)
    needs_consent = VIEW[role] is not None or action in {Action.ASK_TWIN, Action.RUN_TWIN}
    if needs_consent:
        with pytest.raises(ConsentError):
            nothing.require(action)
    else:
        nothing.require(action)


@pytest.mark.parametrize("role", [Role.CARER, Role.CLINICIAN, Role.RESEARCHER])
def test_others_see_data_only_while_the_person_consents(database: Database, role: Role) -> None:
    owner, other = made_up_account(database), made_up_account(database)
    person = made_up_person(database, owner)
    with desk_of(database, owner.account_id) as desk:
        add_records(desk, person.person_id, {"glucose": made_up_readings(5)})
    let_see(database, owner, person, other, role)
    purpose = VIEW[role]
    assert purpose is not None

    def seen() -> int:
        with desk_of(database, other.account_id) as desk:
            return len(read_records(desk, person.person_id))

    assert seen() == 0
    _consent(database, owner, person, purpose)
    assert seen() == 1
    with desk_of(database, other.account_id) as desk:
        assert access_to(desk, person.person_id, Action.READ_DATA).role is role
    with desk_of(database, owner.account_id) as desk:
        assert revoke_consent(desk, person.person_id, purpose).status == "revoked"
    assert seen() == 0
    with pytest.raises(ConsentError), desk_of(database, other.account_id) as desk:
        access_to(desk, person.person_id, Action.READ_DATA)


def test_a_stranger_does_not_learn_that_a_person_exists(database: Database) -> None:
    owner, stranger = made_up_account(database), made_up_account(database)
    person = made_up_person(database, owner)
    with desk_of(database, stranger.account_id) as desk:
        with pytest.raises(NotFoundError):
            access_to(desk, person.person_id, Action.SEE_PERSON)
        with pytest.raises(NotFoundError):
            read_person(desk, person.person_id)
        with pytest.raises(NotFoundError):
            write_person(desk, person)
        assert list_people(desk) == ()
        assert list_members(desk, person.person_id) == ()


def test_a_researcher_cannot_write_even_past_the_table_of_roles(database: Database) -> None:
    owner, researcher = made_up_account(database), made_up_account(database)
    person = made_up_person(database, owner)
    let_see(database, owner, person, researcher, Role.RESEARCHER)
    _consent(database, owner, person, Purpose.RESEARCH_EXPORT)
    with pytest.raises(NotFoundError), desk_of(database, researcher.account_id) as desk:
        add_records(desk, person.person_id, {"glucose": made_up_readings(5)})


def test_consents_are_told_with_their_history(database: Database) -> None:
    owner = made_up_account(database)
    person = made_up_person(database, owner)
    _consent(database, owner, person, Purpose.PERSONAL_TWIN)
    _consent(database, owner, person, Purpose.PERSONAL_TWIN)
    with desk_of(database, owner.account_id) as desk:
        status = {one.purpose: one.status for one in list_consents(desk, person.person_id)}
        assert status == {
            Purpose.CARE_VIEW: "none",
            Purpose.PERSONAL_TWIN: "active",
            Purpose.POPULATION_LEARNING: "none",
            Purpose.RESEARCH_EXPORT: "none",
        }
        with pytest.raises(NotFoundError):
            grant_consent(desk, person.person_id, Purpose.CARE_VIEW, version=99, granted_by="self")


def test_the_last_person_stays(database: Database) -> None:
    owner, other = made_up_account(database), made_up_account(database)
    person = made_up_person(database, owner)
    with desk_of(database, owner.account_id) as desk:
        with pytest.raises(ConflictError):
            remove_member(desk, person.person_id, owner.account_id)
        add_member(desk, person.person_id, other.account_id, Role.PERSON)
        remove_member(desk, person.person_id, owner.account_id)
    with desk_of(database, other.account_id) as desk:
        assert [one.account_id for one in list_members(desk, person.person_id)] == [other.account_id]
