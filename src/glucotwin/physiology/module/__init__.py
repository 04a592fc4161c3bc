"""Modules of the full type 1 body: one organ or modulator each, every one of which can be left out."""
