"""What Alembic runs: the steps over the connection that it is given."""

from typing import cast

from alembic import context
from sqlalchemy import Connection

from glucotwin.store.schema import metadata

connection = cast(Connection, context.config.attributes["connection"])
context.configure(connection=connection, target_metadata=metadata, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
