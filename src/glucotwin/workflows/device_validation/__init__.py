"""Use case: measure every device on simulated people, beside published figures and rules."""
