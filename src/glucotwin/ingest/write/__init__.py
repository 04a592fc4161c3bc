"""Writers of a person's data in the formats of others."""
