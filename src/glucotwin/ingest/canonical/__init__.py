"""The canonical CSV: the format that anything can be rewritten as (see ``docs/reference/canonical-csv.md``)."""
