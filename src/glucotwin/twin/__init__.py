"""Personalisation: priors, likelihood, posterior, diagnostics and the Twin artefact."""
