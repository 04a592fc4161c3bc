"""Exports of sensor makers."""
