"""Endpoints, one file per noun, each with the shapes of its requests."""
