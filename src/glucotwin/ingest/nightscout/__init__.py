"""Nightscout: the documents of its collections, from files or from a site's REST interface."""
