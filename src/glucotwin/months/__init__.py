"""Months of type 2 diabetes: a slow body of fasting glucose, HbA1c and weight, and medicines that act on it."""
