"""Filled-in questionnaires: read by whom the person lets see them, written and taken out by the person and carers."""

from alembic import op

revision = "0007"
down_revision = "0006"

APP = "glucotwin_app"
TABLE = """
CREATE TABLE questionnaire_response (
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE, response_id varchar(16) NOT NULL,
    answered_by uuid NOT NULL, at timestamp with time zone NOT NULL, content bytea NOT NULL,
    PRIMARY KEY (person_id, response_id));
CREATE INDEX questionnaire_response_at ON questionnaire_response (person_id, at);
"""
READ, CARED = "person_id IN (SELECT app_readable())", "person_id IN (SELECT app_cared())"
RULES = {
    "SELECT": f"USING ({READ})",
    "INSERT": f"WITH CHECK ({CARED} AND answered_by = app_account())",
    "DELETE": f"USING ({CARED})",
}


def upgrade() -> None:
    """Makes the table."""
    op.execute(TABLE)
    op.execute("ALTER TABLE questionnaire_response ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE questionnaire_response FORCE ROW LEVEL SECURITY")
    owner = "CREATE POLICY questionnaire_response_owner ON questionnaire_response TO CURRENT_USER"
    op.execute(f"{owner} USING (true) WITH CHECK (true)")
    for command, clause in RULES.items():
        name = f"questionnaire_response_{command.lower()}"
        op.execute(f"CREATE POLICY {name} ON questionnaire_response FOR {command} TO {APP} {clause}")
    op.execute(f"GRANT {', '.join(RULES)} ON questionnaire_response TO {APP}")


def downgrade() -> None:
    """Takes the table away, and with it what was answered."""
    op.execute("DROP TABLE questionnaire_response")
