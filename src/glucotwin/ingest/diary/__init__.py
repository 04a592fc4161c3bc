"""Diaries of food and treatment, and results of laboratories."""
