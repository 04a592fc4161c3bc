"""Latent inputs behind a person's fitted parameters: what differs from day to day, meal to meal, sensor to sensor."""
