"""What the FHIR facade can do, as it says itself."""

from datetime import UTC, datetime

from glucotwin import __version__
from glucotwin.core.message import message
from glucotwin.service.schema import Json

SUBMIT = "http://hl7.org/fhir/uv/cgm/OperationDefinition/submit-cgm-bundle"
EVERYTHING = "http://hl7.org/fhir/OperationDefinition/Patient-everything"
RELEASED = datetime(2026, 11, 26, tzinfo=UTC)
"""When this statement was written."""
SEARCHED: dict[str, tuple[tuple[str, str], ...]] = {
    "Patient": (("_id", "token"),),
    "Observation": (("patient", "reference"), ("code", "token"), ("date", "date")),
    "MedicationAdministration": (("patient", "reference"), ("effective-time", "date")),
    "Flag": (("patient", "reference"),),
    "DetectedIssue": (("patient", "reference"),),
    "QuestionnaireResponse": (("patient", "reference"), ("authored", "date")),
}


def capability_statement(base: str) -> Json:
    """The statement.

    Args:
        base: address of the facade.
    """
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": RELEASED.date().isoformat(),
        "kind": "instance",
        "software": {"name": "GlucoTwin", "version": __version__},
        "implementation": {"description": message("not-a-medical-device"), "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "implementationGuide": ["http://hl7.org/fhir/uv/cgm/ImplementationGuide/hl7.fhir.uv.cgm"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": message("fhir-security")},
                "resource": [_resource(kind, searched) for kind, searched in SEARCHED.items()],
                "operation": [{"name": "submit-cgm-bundle", "definition": SUBMIT}],
            }
        ],
    }


def _resource(kind: str, searched: tuple[tuple[str, str], ...]) -> Json:
    told: Json = {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": name, "type": of} for name, of in searched],
    }
    return told | ({"operation": [{"name": "everything", "definition": EVERYTHING}]} if kind == "Patient" else {})
