"""The integrated glucose-insulin model: few states, for large cohorts of people with type 2 diabetes."""
