"""FHIR R4: a person's data as a clinic's systems read them, and bundles of readings as they submit them."""
