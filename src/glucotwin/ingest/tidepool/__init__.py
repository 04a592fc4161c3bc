"""Tidepool's JSON: what its API returns and what its export tool writes."""
