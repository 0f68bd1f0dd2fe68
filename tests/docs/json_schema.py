"""What a JSON schema refuses, as far as the schemas of a spec go: enough to see that editors accept our specs."""

import re

TYPES = {
    "string": str,
    "integer": int,
    "number": int | float,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def refusals(value, schema, root, path=""):
    """A line for each thing that is wrong with a value of YAML."""
    if "$ref" in schema:
        return refusals(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root, path)
    for forms in (schema.get("anyOf"), schema.get("oneOf")):
        if forms:
            tried = [refusals(value, form, root, path) for form in forms]
            return [] if [] in tried else [f"{path}: fits no form", *(each for found in tried for each in found)]
    return [*_wrong_value(value, schema, path), *_wrong_parts(value, schema, root, path)]


def _wrong_value(value, schema, path):
    if "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        yield f"{path}: is not of type {schema['type']}"
    if "const" in schema and value != schema["const"]:
        yield f"{path}: is not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: is not in {schema['enum']}"
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield f"{path}: does not fit {schema['pattern']}"
    if "minimum" in schema and value < schema["minimum"]:
        yield f"{path}: is too small"


def _wrong_parts(value, schema, root, path):
    if isinstance(value, list):
        for place, each in enumerate(value):
            yield from refusals(each, schema.get("items", {}), root, f"{path}[{place}]")
    if not isinstance(value, dict):
        return

    known = schema.get("properties", {})
    yield from (f"{path}: lacks {key}" for key in schema.get("required", []) if key not in value)
    if "if" in schema and refusals(value, schema["if"], root, path):
        yield from refusals(value, schema["else"], root, path)
    for key, each in value.items():
        if key in known:
            yield from refusals(each, known[key], root, f"{path}.{key}")
        elif schema.get("additionalProperties") is False:
            yield f"{path}: has an unknown key {key}"
