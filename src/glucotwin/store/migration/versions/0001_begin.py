"""All tables of the service, and who may see which rows.

The application's role owns nothing, so that the policies hold for it; ``FORCE`` makes them hold for the owner too,
who gets a policy of its own, because the functions that the policies ask read tables that have policies themselves.
"""

from alembic import op

revision = "0001"
down_revision = None

APP = "glucotwin_app"
STAMP = "timestamp with time zone NOT NULL"

TABLES = f"""
CREATE TABLE account (
    account_id uuid PRIMARY KEY, login_index varchar(64) NOT NULL UNIQUE, password_hash text NOT NULL,
    sealed bytea NOT NULL, is_admin boolean NOT NULL, created_at {STAMP});
CREATE TABLE web_session (
    session_hash varchar(64) PRIMARY KEY, account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    csrf_token varchar(64) NOT NULL, created_at {STAMP}, expires_at {STAMP});
CREATE INDEX web_session_account ON web_session (account_id);
CREATE TABLE person (
    person_id uuid PRIMARY KEY, created_by uuid NOT NULL, sealed bytea NOT NULL, frozen boolean NOT NULL,
    revision bigint NOT NULL, created_at {STAMP});
CREATE TABLE membership (
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    role varchar(16) NOT NULL, since {STAMP}, PRIMARY KEY (person_id, account_id),
    CONSTRAINT membership_role CHECK (role IN ('person', 'carer', 'clinician', 'researcher')));
CREATE INDEX membership_account ON membership (account_id);
CREATE TABLE consent (
    consent_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE, purpose varchar(32) NOT NULL,
    version integer NOT NULL, granted_by varchar(16) NOT NULL, granted_at {STAMP},
    revoked_at timestamp with time zone);
CREATE INDEX consent_person ON consent (person_id, purpose);
CREATE TABLE api_token (
    token_id uuid PRIMARY KEY, token_hash varchar(64) NOT NULL UNIQUE, secret_hash varchar(40) NOT NULL UNIQUE,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    person_id uuid REFERENCES person ON DELETE CASCADE, sealed bytea NOT NULL, scopes varchar(16)[] NOT NULL,
    created_at {STAMP}, expires_at {STAMP}, last_used_at timestamp with time zone);
CREATE INDEX api_token_account ON api_token (account_id);
CREATE TABLE record_block (
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE, stream varchar(32) NOT NULL, day date NOT NULL,
    content bytea NOT NULL, PRIMARY KEY (person_id, stream, day));
CREATE TABLE withdrawal (
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE, record_hash varchar(32) NOT NULL, at {STAMP},
    PRIMARY KEY (person_id, record_hash));
CREATE TABLE accepted_request (
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE, key_hash varchar(64) NOT NULL,
    body_hash varchar(64) NOT NULL, sealed bytea NOT NULL, at {STAMP}, PRIMARY KEY (person_id, key_hash));
CREATE TABLE artefact (
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE, name varchar(64) NOT NULL, content bytea NOT NULL,
    at {STAMP}, PRIMARY KEY (person_id, name));
CREATE TABLE forecast (
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    forecast_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, issued_at {STAMP}, origin {STAMP},
    twin_hash varchar(64) NOT NULL, content bytea NOT NULL);
CREATE INDEX forecast_person ON forecast (person_id, origin);
CREATE TABLE alarm_event (
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    alarm_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at {STAMP}, content bytea NOT NULL);
CREATE INDEX alarm_event_person ON alarm_event (person_id, at);
CREATE TABLE job (
    job_id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    asked_by uuid NOT NULL REFERENCES account ON DELETE CASCADE, kind varchar(16) NOT NULL,
    status varchar(16) NOT NULL, stage text NOT NULL, progress_permille integer NOT NULL, error bytea,
    created_at {STAMP}, finished_at timestamp with time zone);
CREATE INDEX job_person ON job (person_id, created_at);
CREATE TABLE audit (
    sequence bigint PRIMARY KEY, at {STAMP}, actor varchar(16) NOT NULL, role varchar(16) NOT NULL,
    subject varchar(16), action varchar(64) NOT NULL, outcome varchar(32) NOT NULL, previous varchar(64) NOT NULL,
    sha256 varchar(64) NOT NULL, CONSTRAINT audit_sha256 UNIQUE (sha256));
CREATE INDEX audit_subject ON audit (subject, sequence);
"""

FUNCTIONS = """
CREATE FUNCTION app_account() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.account', true), '')::uuid $$;
CREATE FUNCTION app_signs_in() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('app.sign_in', true), '') = 'on' $$;
CREATE FUNCTION app_related() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT person_id FROM membership WHERE account_id = app_account() $$;
CREATE FUNCTION app_owned() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT person_id FROM membership WHERE account_id = app_account() AND role = 'person' $$;
CREATE FUNCTION app_readable() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT m.person_id FROM membership m WHERE m.account_id = app_account() AND (m.role = 'person' OR EXISTS (
    SELECT 1 FROM consent c WHERE c.person_id = m.person_id AND c.revoked_at IS NULL
    AND c.purpose = CASE m.role WHEN 'researcher' THEN 'research-export' ELSE 'care-view' END)) $$;
CREATE FUNCTION app_writable() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT m.person_id FROM membership m WHERE m.account_id = app_account()
    AND m.role <> 'researcher' AND m.person_id IN (SELECT app_readable()) $$;
CREATE FUNCTION app_may_begin(one uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT 1 FROM person WHERE person_id = one AND created_by = app_account())
    AND NOT EXISTS (SELECT 1 FROM membership WHERE person_id = one) $$;
"""

# Subqueries without the row in them are run once per statement, not once per row.
READ, WRITE = "person_id IN (SELECT app_readable())", "person_id IN (SELECT app_writable())"
OWNER, RELATED = "person_id IN (SELECT app_owned())", "person_id IN (SELECT app_related())"
MINE = "(account_id = app_account() OR app_signs_in())"
DATA = ("record_block", "withdrawal", "accepted_request", "artefact", "alarm_event", "job")
POLICIES = {
    "account": {"SELECT": MINE, "INSERT": "app_signs_in()", "UPDATE": MINE, "DELETE": "account_id = app_account()"},
    "web_session": {"SELECT": MINE, "INSERT": MINE, "UPDATE": MINE, "DELETE": MINE},
    # Who sees whether a person exists is decided by membership alone; what is sealed needs the consent besides.
    "person": {
        "SELECT": f"({RELATED} OR created_by = app_account())",
        "INSERT": "created_by = app_account()",
        "UPDATE": WRITE,
        "DELETE": OWNER,
    },
    "membership": {
        "SELECT": f"(account_id = app_account() OR {OWNER})",
        "INSERT": f"({OWNER} OR (account_id = app_account() AND role = 'person' AND app_may_begin(person_id)))",
        "UPDATE": OWNER,
        "DELETE": f"({OWNER} OR account_id = app_account())",
    },
    "consent": {"SELECT": RELATED, "INSERT": OWNER, "UPDATE": OWNER, "DELETE": OWNER},
    "api_token": {
        "SELECT": MINE,
        "INSERT": f"(account_id = app_account() AND (person_id IS NULL OR {RELATED}))",
        "UPDATE": MINE,
        "DELETE": f"(account_id = app_account() OR {OWNER})",
    },
    # The ledger: nobody changes what was said.
    "forecast": {"SELECT": READ, "INSERT": WRITE, "DELETE": OWNER},
    **{name: {"SELECT": READ, "INSERT": WRITE, "UPDATE": WRITE, "DELETE": WRITE} for name in DATA},
}
"""By table and command, the rows that the application's role may touch for the account it works for."""


def upgrade() -> None:
    """Makes everything."""
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    for table, rules in POLICIES.items():
        _protect(table, rules)
    op.execute(f"GRANT SELECT, INSERT ON audit TO {APP}")
    op.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")


def _protect(table: str, rules: dict[str, str]) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
    for command, rule in rules.items():
        given = {"SELECT": f"USING ({rule})", "DELETE": f"USING ({rule})", "INSERT": f"WITH CHECK ({rule})"}
        clause = given.get(command, f"USING ({rule}) WITH CHECK ({rule})")
        op.execute(f"CREATE POLICY {table}_{command.lower()} ON {table} FOR {command} TO {APP} {clause}")
    op.execute(f"GRANT {', '.join(rules)} ON {table} TO {APP}")


def downgrade() -> None:
    """Takes everything back."""
    names = [*POLICIES, "audit"]
    op.execute(f"DROP TABLE {', '.join(names)} CASCADE")
    for function in ("app_may_begin(uuid)", "app_writable()", "app_readable()", "app_owned()", "app_related()"):
        op.execute(f"DROP FUNCTION {function}")
    for function in ("app_signs_in()", "app_account()"):
        op.execute(f"DROP FUNCTION {function}")
