"""Documents of Nightscout's clients: the table, protected like other data of a person."""

from alembic import op

revision = "0003"
down_revision = "0002"

APP = "glucotwin_app"
TABLE = """
CREATE TABLE document (
    person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE, collection varchar(16) NOT NULL,
    name_hash varchar(32) NOT NULL, same_hash varchar(32) NOT NULL, part varchar(8) NOT NULL, deleted boolean NOT NULL,
    at timestamp with time zone NOT NULL, changed_at timestamp with time zone NOT NULL, content bytea NOT NULL,
    PRIMARY KEY (person_id, collection, name_hash),
    CONSTRAINT document_same UNIQUE (person_id, collection, same_hash));
CREATE INDEX document_at ON document (person_id, collection, at);
CREATE INDEX document_changed ON document (person_id, collection, changed_at);
"""
READ, WRITE = "person_id IN (SELECT app_readable())", "person_id IN (SELECT app_writable())"
POLICIES = {
    "SELECT": f"USING ({READ})",
    "INSERT": f"WITH CHECK ({WRITE})",
    "UPDATE": f"USING ({WRITE}) WITH CHECK ({WRITE})",
    "DELETE": f"USING ({WRITE})",
}


def upgrade() -> None:
    """Makes the table."""
    op.execute(TABLE)
    op.execute("ALTER TABLE document ENABLE ROW LEVEL SECURITY; ALTER TABLE document FORCE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY document_owner ON document TO CURRENT_USER USING (true) WITH CHECK (true)")
    for command, clause in POLICIES.items():
        op.execute(f"CREATE POLICY document_{command.lower()} ON document FOR {command} TO {APP} {clause}")
    op.execute(f"GRANT {', '.join(POLICIES)} ON document TO {APP}")


def downgrade() -> None:
    """Takes it back."""
    op.execute("DROP TABLE document")
