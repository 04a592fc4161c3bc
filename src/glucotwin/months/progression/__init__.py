"""Beta cells over years: how people come into type 2 diabetes, and what sets them back."""
