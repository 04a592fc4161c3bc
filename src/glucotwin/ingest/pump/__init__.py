"""Exports of pump makers."""
