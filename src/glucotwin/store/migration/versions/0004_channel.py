"""Channels of alarms: the table, protected like other data of a person."""

from alembic import op

revision = "0004"
down_revision = "0003"

APP = "glucotwin_app"
TABLE = """
CREATE TABLE channel (
    channel_id uuid PRIMARY KEY, person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE, kind varchar(16) NOT NULL,
    confirmed boolean NOT NULL, told_through bigint NOT NULL, content bytea NOT NULL,
    created_at timestamp with time zone NOT NULL);
CREATE INDEX channel_person ON channel (person_id);
"""
READ, WRITE = "person_id IN (SELECT app_readable())", "person_id IN (SELECT app_writable())"
# Whoever brings readings lets alarms be told to all; each channel is changed by its own account alone.
OWN = "account_id = app_account()"
POLICIES = {
    "SELECT": f"USING ({READ})",
    "INSERT": f"WITH CHECK ({WRITE} AND {OWN})",
    "UPDATE": f"USING ({READ} AND {OWN}) WITH CHECK ({READ} AND {OWN})",
    "DELETE": f"USING ({OWN})",
}


def upgrade() -> None:
    """Makes the table."""
    op.execute(TABLE)
    op.execute("ALTER TABLE channel ENABLE ROW LEVEL SECURITY; ALTER TABLE channel FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY channel_owner ON channel TO CURRENT_USER USING (true) WITH CHECK (true)")
    for command, clause in POLICIES.items():
        op.execute(f"CREATE POLICY channel_{command.lower()} ON channel FOR {command} TO {APP} {clause}")
    op.execute(f"GRANT {', '.join(POLICIES)} ON channel TO {APP}")


def downgrade() -> None:
    """Takes it back."""
    op.execute("DROP TABLE channel")
