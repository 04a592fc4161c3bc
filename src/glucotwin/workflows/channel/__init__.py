"""Channels that carry alarms to people and things: one file each, and one line in ``registry``."""
