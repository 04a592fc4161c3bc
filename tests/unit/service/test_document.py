"""The description of the interface says what every answer holds."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from glucotwin.core.json_value import Numbers, Series
from glucotwin.service.document import PREFIX, ROUTERS, interface_document

DOCUMENT = interface_document()
SHAPES: dict[str, dict[str, Any]] = DOCUMENT["components"]["schemas"]


def _answers() -> Iterator[tuple[str, dict[str, Any]]]:
    """JSON answers of the service's own endpoints, those of other systems' interfaces left out."""
    own = {f"{PREFIX}{getattr(route, 'path', '')}" for router in ROUTERS for route in router.routes}
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items() if path in own else ():
            for status, told in operation["responses"].items():
                content = told.get("content", {}).get("application/json")
                if status.startswith("2") and content is not None:
                    yield f"{method.upper()} {path}", content["schema"]


ANSWERS = dict(_answers())


def _open_parts(schema: dict[str, Any], place: str, seen: tuple[str, ...] = ()) -> Iterator[str]:
    """Places in a schema at which anything could stand."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in seen:
            yield from _open_parts(SHAPES[name], name, (*seen, name))
        return
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _open_parts(one, place, seen)
    for name, one in schema.get("properties", {}).items():
        yield from _open_parts(one, f"{place}.{name}", seen)
    if isinstance(schema.get("items"), dict):
        yield from _open_parts(schema["items"], f"{place}[]", seen)
    known = {"type", "enum", "const", "anyOf", "oneOf", "$ref"} & set(schema)
    if not known or (schema.get("type") == "object" and schema.get("additionalProperties") is True):
        yield place


@pytest.mark.parametrize("endpoint", sorted(ANSWERS))
def test_every_answer_is_described_to_its_leaves(endpoint: str) -> None:
    # What belongs to a stream, a record, the consensus metrics or a published equation is described where that is.
    known = {"LifeEvent", "StepJson.record", "DaysAnswer.metrics", "Items_dict_str__object__.items[]"}
    known |= {
        "Items_dict_str__object__[]",
        "POST /api/v1/complications",
        "Items_dict_str__object__.items",
    }
    assert set(_open_parts(ANSWERS[endpoint], endpoint)) <= known


def test_most_endpoints_answer_with_json() -> None:
    assert len(ANSWERS) > 40


@pytest.mark.parametrize("shape", [Numbers, Series])
def test_numbers_of_curves_are_described_but_not_looked_at_again(shape: Any) -> None:
    adapter = TypeAdapter(shape)
    assert adapter.json_schema()["type"] == "array"
    curve = [1.0, 2.0]
    assert adapter.validate_python(curve) is curve
