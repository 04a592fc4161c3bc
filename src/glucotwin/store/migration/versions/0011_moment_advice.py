"""Advice on moments: given once, never changed, and taken once.

Advice with insulin is the clinicians' own until it was taken; without, carers and the person see and take it too. The
database grants no change of what was given: only the columns that tell that it was taken may be written.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

APP = "glucotwin_app"
STAMP = "timestamp with time zone"
TABLE = f"""
CREATE TABLE moment_advice (
    advice_id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    asked_by uuid NOT NULL, asked_at {STAMP} NOT NULL, has_insulin boolean NOT NULL, content bytea NOT NULL,
    taken_by uuid, taken_at {STAMP}, taking bytea);
CREATE INDEX moment_advice_person ON moment_advice (person_id, asked_at);
"""
TREATED, CARED = "person_id IN (SELECT app_treated())", "person_id IN (SELECT app_cared())"
FREE = f"({TREATED} OR (NOT has_insulin AND {CARED}))"
RULES = {
    "SELECT": f"USING ({FREE} OR (taken_at IS NOT NULL AND {CARED}))",
    "INSERT": f"WITH CHECK ({FREE} AND asked_by = app_account() AND taken_at IS NULL)",
    "UPDATE": f"USING ({FREE} AND taken_at IS NULL) WITH CHECK ({FREE} AND taken_by = app_account())",
}


def upgrade() -> None:
    """Makes the table."""
    op.execute(TABLE)
    for mode in ("ENABLE", "FORCE"):
        op.execute(f"ALTER TABLE moment_advice {mode} ROW LEVEL SECURITY")
    op.execute("CREATE POLICY moment_advice_owner ON moment_advice TO CURRENT_USER USING (true) WITH CHECK (true)")
    for command, clause in RULES.items():
        op.execute(f"CREATE POLICY moment_advice_{command.lower()} ON moment_advice FOR {command} TO {APP} {clause}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE (taken_by, taken_at, taking) ON moment_advice TO {APP}")


def downgrade() -> None:
    """Takes the table away, and with it what was advised."""
    op.execute("DROP TABLE moment_advice")
