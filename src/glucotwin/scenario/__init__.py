"""Scenario files: meals, doses and basal over days."""
