"""Safety envelopes: signed by clinicians, read by whom the person lets see them, ended and otherwise never changed.

The database itself grants no change of what was signed: only the columns that tell of its end may be written.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

APP = "glucotwin_app"
STAMP = "timestamp with time zone"
TABLE = f"""
CREATE TABLE envelope (
    envelope_id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    signed_by uuid NOT NULL, signed_at {STAMP} NOT NULL, valid_until {STAMP} NOT NULL, content bytea NOT NULL,
    ended_as varchar(16), ended_by uuid, ended_at {STAMP}, ending bytea,
    CONSTRAINT envelope_ended_as CHECK (ended_as IN ('withdrawn', 'superseded')));
CREATE INDEX envelope_person ON envelope (person_id, signed_at);
CREATE UNIQUE INDEX envelope_one ON envelope (person_id) WHERE ended_at IS NULL;
"""
TREATED, CARED = "person_id IN (SELECT app_treated())", "person_id IN (SELECT app_cared())"
RULES = {
    "SELECT": f"USING ({TREATED} OR {CARED})",
    "INSERT": f"WITH CHECK ({TREATED} AND signed_by = app_account() AND ended_at IS NULL)",
    "UPDATE": f"USING ({TREATED} AND ended_at IS NULL) WITH CHECK ({TREATED} AND ended_by = app_account())",
}


def upgrade() -> None:
    """Makes the table."""
    op.execute(TABLE)
    op.execute("ALTER TABLE envelope ENABLE ROW LEVEL SECURITY; ALTER TABLE envelope FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY envelope_owner ON envelope TO CURRENT_USER USING (true) WITH CHECK (true)")
    for command, clause in RULES.items():
        op.execute(f"CREATE POLICY envelope_{command.lower()} ON envelope FOR {command} TO {APP} {clause}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (ended_as, ended_by, ended_at, ending) ON envelope TO {APP}")


def downgrade() -> None:
    """Takes the table away, and with it what was signed."""
    op.execute("DROP TABLE envelope")
