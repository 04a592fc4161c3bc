"""Where a service keeps people's data: PostgreSQL with access rules in it, and keys beside it."""
