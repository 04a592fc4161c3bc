"""Medicines: one module per class, one line each in ``registry``."""
