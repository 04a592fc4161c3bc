"""What people say of themselves: FHIR questionnaires as data, answers, and their scores."""
