"""Identities at a provider by which accounts are entered: looked up before anybody is known, else the account's own."""

from alembic import op

revision = "0009"
down_revision = "0008"

APP = "glucotwin_app"
TABLE = """
CREATE TABLE account_identity (
    identity_index varchar(64) PRIMARY KEY, provider_index varchar(64) NOT NULL,
    account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE, created_at timestamp with time zone NOT NULL,
    CONSTRAINT account_identity_provider UNIQUE (account_id, provider_index));
"""
MINE = "(account_id = app_account() OR app_signs_in())"
RULES = {
    "SELECT": f"USING ({MINE})",
    "INSERT": f"WITH CHECK ({MINE})",
    "DELETE": "USING (account_id = app_account())",
}


def upgrade() -> None:
    """Makes the table."""
    op.execute(TABLE)
    op.execute("ALTER TABLE account_identity ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE account_identity FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY account_identity_owner ON account_identity TO CURRENT_USER USING (true) WITH CHECK (true)"
    )
    for command, clause in RULES.items():
        name = f"account_identity_{command.lower()}"
        op.execute(f"CREATE POLICY {name} ON account_identity FOR {command} TO {APP} {clause}")
    op.execute(f"GRANT {', '.join(RULES)} ON account_identity TO {APP}")


def downgrade() -> None:
    """Takes the table away: who has no password of their own can no longer sign in."""
    op.execute("DROP TABLE account_identity")
