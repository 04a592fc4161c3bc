"""Nightscout's interface: uploaders, closed loops and followers work with a person's data as with their site."""
