"""HL7 FHIR R4 JSON: bundles, bulk data, single resources; the profiles of the HL7 CGM implementation guide."""
