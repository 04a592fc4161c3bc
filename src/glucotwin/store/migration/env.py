"""What Alembic runs: the steps over the connection that it is given. Imported by anybody else, it does nothing."""

from typing import cast

from alembic import context
from sqlalchemy import Connection

from glucotwin.store.schema import metadata

# Alembic puts its configuration there for as long as it runs; a check that every module imports finds none.
if hasattr(context, "config"):
    connection = cast(Connection, context.config.attributes["connection"])
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
