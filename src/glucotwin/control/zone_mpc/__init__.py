"""Zone model-predictive control on a person's model."""
