"""Proposals of clinicians, answers to them, and courses that were passed.

What is not signed is kept from the person by the database too: only clinicians whom the person lets see them read it.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

APP = "glucotwin_app"
STAMP = "timestamp with time zone"
TABLES = f"""
CREATE TABLE proposal (
    proposal_id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    proposed_by uuid NOT NULL, status varchar(16) NOT NULL, content bytea NOT NULL, created_at {STAMP} NOT NULL,
    decided_by uuid, decided_at {STAMP}, decision bytea,
    CONSTRAINT proposal_status CHECK (status IN ('waiting', 'signed', 'declined', 'ended')));
CREATE INDEX proposal_person ON proposal (person_id, created_at);
CREATE TABLE proposal_answer (
    answer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    proposal_id uuid NOT NULL REFERENCES proposal ON DELETE CASCADE,
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    answered_by uuid NOT NULL, content bytea NOT NULL, at {STAMP} NOT NULL);
CREATE INDEX proposal_answer_proposal ON proposal_answer (proposal_id);
CREATE TABLE course_pass (
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE, course varchar(32) NOT NULL,
    version integer NOT NULL, passed_at {STAMP} NOT NULL, PRIMARY KEY (account_id, course, version));
"""
FUNCTIONS = """
CREATE FUNCTION app_treated() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT m.person_id FROM membership m WHERE m.account_id = app_account()
    AND m.role = 'clinician' AND m.person_id IN (SELECT app_readable()) $$;
CREATE FUNCTION app_cared() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT m.person_id FROM membership m WHERE m.account_id = app_account()
    AND m.role IN ('person', 'carer') AND m.person_id IN (SELECT app_readable()) $$;
"""
TREATED, CARED = "person_id IN (SELECT app_treated())", "person_id IN (SELECT app_cared())"
SIGNED = "EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = proposal_answer.proposal_id)"
POLICIES = {
    "proposal": {
        "SELECT": f"USING ({TREATED} OR (status IN ('signed', 'ended') AND {CARED}))",
        "INSERT": f"WITH CHECK ({TREATED} AND proposed_by = app_account() AND status = 'waiting')",
        "UPDATE": f"USING ({TREATED}) WITH CHECK ({TREATED} AND decided_by = app_account())",
    },
    "proposal_answer": {
        "SELECT": f"USING ({TREATED} OR {CARED})",
        "INSERT": f"WITH CHECK ({CARED} AND answered_by = app_account() AND {SIGNED})",
    },
    "course_pass": {
        "SELECT": "USING (account_id = app_account())",
        "INSERT": "WITH CHECK (account_id = app_account())",
    },
}


def upgrade() -> None:
    """Makes the tables."""
    op.execute(TABLES)
    op.execute(FUNCTIONS)
    for table, rules in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)")
        for command, clause in rules.items():
            op.execute(f"CREATE POLICY {table}_{command.lower()} ON {table} FOR {command} TO {APP} {clause}")
        op.execute(f"GRANT {', '.join(rules)} ON {table} TO {APP}")


def downgrade() -> None:
    """Takes them back."""
    op.execute("DROP TABLE proposal_answer; DROP TABLE proposal; DROP TABLE course_pass")
    op.execute("DROP FUNCTION app_treated(); DROP FUNCTION app_cared()")
