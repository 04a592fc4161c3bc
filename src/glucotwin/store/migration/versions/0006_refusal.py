"""Steps of imports that were refused: the original values are used."""

from alembic import op

revision = "0006"
down_revision = "0005"

APP = "glucotwin_app"
TABLE = """
CREATE TABLE refusal (
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE, step_id varchar(16) NOT NULL,
    at timestamp with time zone NOT NULL, PRIMARY KEY (person_id, step_id));
"""
READ, WRITE = "person_id IN (SELECT app_readable())", "person_id IN (SELECT app_writable())"
RULES = {"SELECT": f"USING ({READ})", "INSERT": f"WITH CHECK ({WRITE})", "DELETE": f"USING ({WRITE})"}


def upgrade() -> None:
    """Makes the table."""
    op.execute(TABLE)
    op.execute("ALTER TABLE refusal ENABLE ROW LEVEL SECURITY; ALTER TABLE refusal FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY refusal_owner ON refusal TO CURRENT_USER USING (true) WITH CHECK (true)")
    for command, clause in RULES.items():
        op.execute(f"CREATE POLICY refusal_{command.lower()} ON refusal FOR {command} TO {APP} {clause}")
    op.execute(f"GRANT {', '.join(RULES)} ON refusal TO {APP}")


def downgrade() -> None:
    """Takes the table away, and with it what was refused."""
    op.execute("DROP TABLE refusal")
