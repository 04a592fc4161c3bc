"""Commands: they parse, call workflows and print; no arithmetic."""
