"""Exports of phones and watches."""
