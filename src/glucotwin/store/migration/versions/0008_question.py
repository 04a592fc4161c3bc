"""Questions as jobs: what was asked and what was found, sealed, and read by the account that asked alone.

A clinician's comparison of therapies is kept from the person as long as nothing of it is proposed and signed, by the
database too; researchers may ask although they may write nothing else.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

APP = "glucotwin_app"
READ, WRITE = "person_id IN (SELECT app_readable())", "person_id IN (SELECT app_writable())"
OWN = f"(kind = 'compare' AND asked_by = app_account() AND {READ})"
BEFORE = {
    "SELECT": f"USING ({READ})",
    "INSERT": f"WITH CHECK ({WRITE})",
    "UPDATE": f"USING ({WRITE}) WITH CHECK ({WRITE})",
    "DELETE": f"USING ({WRITE})",
}
_CHANGED = f"({OWN} OR (kind <> 'compare' AND {WRITE}))"
AFTER = {
    "SELECT": f"USING ({OWN} OR (kind <> 'compare' AND {READ}))",
    "INSERT": f"WITH CHECK {_CHANGED}",
    "UPDATE": f"USING {_CHANGED} WITH CHECK {_CHANGED}",
    "DELETE": f"USING {_CHANGED}",
}


def upgrade() -> None:
    """Makes room for them."""
    op.execute("ALTER TABLE job ADD COLUMN request bytea, ADD COLUMN result bytea")
    _rule(AFTER)


def downgrade() -> None:
    """Takes them out, as nobody else may read them."""
    op.execute("DELETE FROM job WHERE kind = 'compare'")
    op.execute("UPDATE job SET status = 'failed' WHERE status = 'cancelled'")
    _rule(BEFORE)
    op.execute("ALTER TABLE job DROP COLUMN request, DROP COLUMN result")


def _rule(rules: dict[str, str]) -> None:
    for command, clause in rules.items():
        op.execute(f"DROP POLICY job_{command.lower()} ON job")
        op.execute(f"CREATE POLICY job_{command.lower()} ON job FOR {command} TO {APP} {clause}")
