"""Virtual people with type 1 diabetes in trials: who they are, what they dose by, how they live, what is on record."""
