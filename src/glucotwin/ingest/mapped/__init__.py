"""Any other table, by a mapping file that describes it."""
