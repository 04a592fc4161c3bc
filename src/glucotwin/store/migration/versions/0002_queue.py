"""The queue of jobs, in a schema of its own, and the list of twins that are looked after at night.

The queue's tables are procrastinate's, of the version that ``pyproject.toml`` names. Its rows hold identifiers alone.
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"

APP = "glucotwin_app"

# Whose twin is looked after on whose behalf; it tells identifiers and nothing else, and asks for consent itself.
NIGHTLY = """
CREATE FUNCTION app_nightly() RETURNS TABLE (person_id uuid, account_id uuid) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT DISTINCT ON (m.person_id) m.person_id, m.account_id
    FROM membership m JOIN person p USING (person_id) JOIN artefact a USING (person_id)
    WHERE m.role = 'person' AND NOT p.frozen AND a.name = 'lineage' AND EXISTS (
        SELECT 1 FROM consent c
        WHERE c.person_id = m.person_id AND c.purpose = 'personal-twin' AND c.revoked_at IS NULL)
    ORDER BY m.person_id, m.since $$;
"""


def upgrade() -> None:
    """Makes the queue."""
    op.execute("CREATE SCHEMA queue; SET LOCAL search_path TO queue")
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))
    op.execute("SET LOCAL search_path TO public")
    op.execute(f"""
        GRANT USAGE ON SCHEMA queue TO {APP};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA queue TO {APP};
        GRANT USAGE ON ALL SEQUENCES IN SCHEMA queue TO {APP}""")
    op.execute(NIGHTLY)
    op.execute(f"REVOKE ALL ON FUNCTION app_nightly() FROM PUBLIC; GRANT EXECUTE ON FUNCTION app_nightly() TO {APP}")


def downgrade() -> None:
    """Takes it away; jobs that wait are lost, their notes stay."""
    op.execute("DROP FUNCTION app_nightly(); DROP SCHEMA queue CASCADE")
