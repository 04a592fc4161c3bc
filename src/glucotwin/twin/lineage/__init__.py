"""Versions of a person's twin: which one answers, which one is on trial, and all that happened to them."""
