"""Advice on medicines of type 2 diabetes: a twin of a person's months, and the choice that it supports."""
