"""Bodies that a twin can be fitted with."""
