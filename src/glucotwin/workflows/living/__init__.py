"""Use cases of a service: a person's data that go on, the twin in step with them, and what they see of it."""
