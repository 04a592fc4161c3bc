"""The experiments: one file each, one line each in the registry."""
