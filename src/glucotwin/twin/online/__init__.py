"""A twin in step with the newest readings: one update per reading, whatever order they arrive in."""
