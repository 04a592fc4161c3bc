"""The tables. What tells of a person is sealed with the person's key; what queries need is left plain.

The migrations make them (``glucotwin.store.migration``), together with the policies of row-level security; a test
compares the two.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()


def _time(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _person(*, primary_key: bool = False, nullable: bool = False) -> Column[object]:
    owner = ForeignKey("person.person_id", ondelete="CASCADE")
    return Column("person_id", Uuid(as_uuid=False), owner, primary_key=primary_key, nullable=nullable)


def _account(name: str = "account_id", *, primary_key: bool = False) -> Column[object]:
    owner = ForeignKey("account.account_id", ondelete="CASCADE")
    return Column(name, Uuid(as_uuid=False), owner, primary_key=primary_key, nullable=False)


account = Table(
    "account",
    metadata,
    Column("account_id", Uuid(as_uuid=False), primary_key=True),
    Column("login_index", String(64), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("is_admin", Boolean, nullable=False),
    _time("created_at"),
)
"""Who may sign in. ``sealed`` holds login and name; the login is found by a keyed index."""

web_session = Table(
    "web_session",
    metadata,
    Column("session_hash", String(64), primary_key=True),
    _account(),
    Column("csrf_token", String(64), nullable=False),
    _time("created_at"),
    _time("expires_at"),
    Index("web_session_account", "account_id"),
)

person = Table(
    "person",
    metadata,
    Column("person_id", Uuid(as_uuid=False), primary_key=True),
    Column("created_by", Uuid(as_uuid=False), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("frozen", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    _time("created_at"),
)
"""``sealed`` holds name, attributes and therapy settings; ``revision`` counts changes of the data."""

membership = Table(
    "membership",
    metadata,
    _person(primary_key=True),
    _account(primary_key=True),
    Column("role", String(16), nullable=False),
    _time("since"),
    CheckConstraint("role IN ('person', 'carer', 'clinician', 'researcher')", name="membership_role"),
    Index("membership_account", "account_id"),
)

consent = Table(
    "consent",
    metadata,
    Column("consent_id", BigInteger, Identity(always=True), primary_key=True),
    _person(),
    Column("purpose", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("granted_by", String(16), nullable=False),
    _time("granted_at"),
    _time("revoked_at", nullable=True),
    Index("consent_person", "person_id", "purpose"),
)
"""One row per grant; it holds while it is not revoked."""

api_token = Table(
    "api_token",
    metadata,
    Column("token_id", Uuid(as_uuid=False), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("secret_hash", String(40), nullable=False, unique=True),
    _account(),
    _person(nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("scopes", ARRAY(String(16)), nullable=False),
    _time("created_at"),
    _time("expires_at"),
    _time("last_used_at", nullable=True),
    Index("api_token_account", "account_id"),
)
"""``secret_hash`` is a hash of what Nightscout's clients send (SHA-1 of the secret); tokens are long and random."""

record_block = Table(
    "record_block",
    metadata,
    _person(primary_key=True),
    Column("stream", String(32), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""All records of a stream that began on a day (UTC), sealed together."""

withdrawal = Table(
    "withdrawal",
    metadata,
    _person(primary_key=True),
    Column("record_hash", String(32), primary_key=True),
    _time("at"),
)

refusal = Table(
    "refusal",
    metadata,
    _person(primary_key=True),
    Column("step_id", String(16), primary_key=True),
    _time("at"),
)
"""Records that somebody took out; the originals stay in their blocks."""

document = Table(
    "document",
    metadata,
    _person(primary_key=True),
    Column("collection", String(16), primary_key=True),
    Column("name_hash", String(32), primary_key=True),
    Column("same_hash", String(32), nullable=False),
    Column("part", String(8), nullable=False),
    Column("deleted", Boolean, nullable=False),
    _time("at"),
    _time("changed_at"),
    Column("content", LargeBinary, nullable=False),
    UniqueConstraint("person_id", "collection", "same_hash", name="document_same"),
    Index("document_at", "person_id", "collection", "at"),
    Index("document_changed", "person_id", "collection", "changed_at"),
)
"""What apps keep here as they would on a Nightscout site; records follow from it. ``same_hash`` tells repeats."""

accepted_request = Table(
    "accepted_request",
    metadata,
    _person(primary_key=True),
    Column("key_hash", String(64), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    _time("at"),
)
"""Answers to requests with an idempotency key."""

artefact = Table(
    "artefact",
    metadata,
    _person(primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    _time("at"),
)
"""Files and folders such as a twin's lineage and its state in step, sealed whole."""

forecast = Table(
    "forecast",
    metadata,
    _person(),
    Column("forecast_id", BigInteger, Identity(always=True), primary_key=True),
    _time("issued_at"),
    _time("origin"),
    Column("twin_hash", String(64), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Index("forecast_person", "person_id", "origin"),
)
"""The ledger: rows are added and never changed."""

alarm_event = Table(
    "alarm_event",
    metadata,
    _person(),
    Column("alarm_id", BigInteger, Identity(always=True), primary_key=True),
    _time("at"),
    Column("content", LargeBinary, nullable=False),
    Index("alarm_event_person", "person_id", "at"),
)

job = Table(
    "job",
    metadata,
    Column("job_id", Uuid(as_uuid=False), primary_key=True),
    _person(),
    _account("asked_by"),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("stage", Text, nullable=False),
    Column("progress_permille", Integer, nullable=False),
    Column("error", LargeBinary, nullable=True),
    _time("created_at"),
    _time("finished_at", nullable=True),
    Column("request", LargeBinary, nullable=True),
    Column("result", LargeBinary, nullable=True),
    Index("job_person", "person_id", "created_at"),
)
"""``error``, ``request`` and ``result`` are sealed. A question (``kind`` compare) is its account's alone."""

channel = Table(
    "channel",
    metadata,
    Column("channel_id", Uuid(as_uuid=False), primary_key=True),
    _person(),
    _account(),
    Column("kind", String(16), nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("told_through", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    _time("created_at"),
    Index("channel_person", "person_id"),
)
"""Where an account wants a person's alarms. ``told_through`` is the last alarm that was told there."""

proposal = Table(
    "proposal",
    metadata,
    Column("proposal_id", Uuid(as_uuid=False), primary_key=True),
    _person(),
    Column("proposed_by", Uuid(as_uuid=False), nullable=False),
    Column("status", String(16), nullable=False),
    Column("content", LargeBinary, nullable=False),
    _time("created_at"),
    Column("decided_by", Uuid(as_uuid=False), nullable=True),
    _time("decided_at", nullable=True),
    Column("decision", LargeBinary, nullable=True),
    CheckConstraint("status IN ('waiting', 'signed', 'declined', 'ended')", name="proposal_status"),
    Index("proposal_person", "person_id", "created_at"),
)
"""What a clinician proposes to a person, who is shown it when it is signed. ``content`` stays as it was written."""

proposal_answer = Table(
    "proposal_answer",
    metadata,
    Column("answer_id", BigInteger, Identity(always=True), primary_key=True),
    Column("proposal_id", Uuid(as_uuid=False), ForeignKey("proposal.proposal_id", ondelete="CASCADE"), nullable=False),
    _person(),
    Column("answered_by", Uuid(as_uuid=False), nullable=False),
    Column("content", LargeBinary, nullable=False),
    _time("at"),
    Index("proposal_answer_proposal", "proposal_id"),
)
"""What a person or carer says to it; rows are added and never changed."""

envelope = Table(
    "envelope",
    metadata,
    Column("envelope_id", Uuid(as_uuid=False), primary_key=True),
    _person(),
    Column("signed_by", Uuid(as_uuid=False), nullable=False),
    _time("signed_at"),
    _time("valid_until"),
    Column("content", LargeBinary, nullable=False),
    Column("ended_as", String(16), nullable=True),
    Column("ended_by", Uuid(as_uuid=False), nullable=True),
    _time("ended_at", nullable=True),
    Column("ending", LargeBinary, nullable=True),
    CheckConstraint("ended_as IN ('withdrawn', 'superseded')", name="envelope_ended_as"),
    Index("envelope_person", "person_id", "signed_at"),
    Index("envelope_one", "person_id", unique=True, postgresql_where=text("ended_at IS NULL")),
)
"""Limits that a clinician signed for a person. ``content`` stays as it was signed; one at a time has not been ended."""

moment_advice = Table(
    "moment_advice",
    metadata,
    Column("advice_id", Uuid(as_uuid=False), primary_key=True),
    _person(),
    Column("asked_by", Uuid(as_uuid=False), nullable=False),
    _time("asked_at"),
    Column("has_insulin", Boolean, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("taken_by", Uuid(as_uuid=False), nullable=True),
    _time("taken_at", nullable=True),
    Column("taking", LargeBinary, nullable=True),
    Index("moment_advice_person", "person_id", "asked_at"),
)
"""Advice on a moment as it was given. ``content`` stays as it is; ``taking`` says which option was done, and when."""

questionnaire_response = Table(
    "questionnaire_response",
    metadata,
    _person(primary_key=True),
    Column("response_id", String(16), primary_key=True),
    Column("answered_by", Uuid(as_uuid=False), nullable=False),
    _time("at"),
    Column("content", LargeBinary, nullable=False),
    Index("questionnaire_response_at", "person_id", "at"),
)
"""What people said of themselves: which questionnaire and its answers are sealed. Rows are never changed."""

account_identity = Table(
    "account_identity",
    metadata,
    Column("identity_index", String(64), primary_key=True),
    Column("provider_index", String(64), nullable=False),
    _account(),
    _time("created_at"),
    UniqueConstraint("account_id", "provider_index", name="account_identity_provider"),
)
"""Who may sign in through a provider of identities: keyed indices of the provider and of whom it knows them as."""

course_pass = Table(
    "course_pass",
    metadata,
    _account(primary_key=True),
    Column("course", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    _time("passed_at"),
)
"""Which version of a course an account answered all checks of."""

audit = Table(
    "audit",
    metadata,
    Column("sequence", BigInteger, primary_key=True),
    _time("at"),
    Column("actor", String(16), nullable=False),
    Column("role", String(16), nullable=False),
    Column("subject", String(16), nullable=True),
    Column("action", String(64), nullable=False),
    Column("outcome", String(32), nullable=False),
    Column("previous", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    UniqueConstraint("sha256", name="audit_sha256"),
    Index("audit_subject", "subject", "sequence"),
)
"""Who did what, by pseudonyms; every row holds the hash of the one before."""

PERSONAL = tuple(table for table in metadata.tables.values() if "person_id" in table.columns)
"""Tables of which every row belongs to one person."""
OWN = (account, web_session, account_identity, course_pass)
"""Tables of which every row belongs to one account."""
