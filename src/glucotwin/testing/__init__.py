"""Shipped conformance checks for other people's bodies, controllers and sensors."""
