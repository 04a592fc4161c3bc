"""Use cases of systems of clinics: they read a person's data as FHIR R4 resources and submit bundles of readings."""
