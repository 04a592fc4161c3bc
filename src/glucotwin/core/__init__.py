"""Units, errors, random streams, provenance, messages, profiles, answers: what every layer may use."""
