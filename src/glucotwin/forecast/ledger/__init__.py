"""The prediction ledger: every issued forecast, kept as it was issued, and scored when the readings are in."""
