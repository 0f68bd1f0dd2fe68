"""What a search service needs to know before the first run, and what differs from what it knows. Definitions are
dictionaries as the service's own interface has them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from retraining.rules.search.document_names import DELETED, DELETED_VALUE, HASH, KEY, PATH
from retraining.spec.index_spec import FieldType, IndexSpec
from retraining.spec.section import length_of

Definition = dict[str, Any]

SOFT_DELETE = "#Microsoft.Azure.Search.SoftDeleteColumnDeletionDetectionPolicy"

_TYPES: Mapping[FieldType, str] = {
    "text": "Edm.String",
    "keyword": "Edm.String",
    "whole_number": "Edm.Int64",
    "number": "Edm.Double",
    "truth": "Edm.Boolean",
    "moment": "Edm.DateTimeOffset",
}


@dataclass(frozen=True)
class Setup:
    """The three things that an index needs, by the names that its spec gives them."""

    index: Definition
    data_source: Definition
    indexer: Definition


@dataclass(frozen=True)
class Difference:
    """Where a service has something else than the spec wants."""

    where: str
    """Such as `indexer pages: schedule`."""
    found: object
    """What the service has."""
    wanted: object
    """What the spec says."""
    is_fixed: bool
    """Whether documents that are in the index already would be wrong after a change."""


def setup_of(spec: IndexSpec, connection: str) -> Setup:
    """What the service should know. connection: the connection string that it reads the container with.

    The deletion policy is part of the data source from the beginning: documents that were indexed without it stay in
    the index until somebody deletes them.
    """
    search = spec.search
    copies = spec.copies
    data_source = search.data_source or search.index
    fields = [
        _field("id", "Edm.String", key=True, filterable=True),
        _field(KEY, "Edm.String", filterable=True),
        _field(HASH, "Edm.String", filterable=True),
        _field("path", "Edm.String", filterable=True, searchable=True),
        _field("modified", "Edm.DateTimeOffset", filterable=True),
        *([_field("content", "Edm.String", searchable=True)] if spec.documents.format == "files" else []),
        *(_user_field(name, kind) for name, kind in spec.documents.fields.items()),
    ]
    return Setup(
        index={"name": search.index, "fields": fields},
        data_source={
            "name": data_source,
            "type": "azureblob",
            "credentials": {"connectionString": connection},
            "container": {"name": copies.container, "query": copies.prefix or None},
            "dataDeletionDetectionPolicy": {
                "@odata.type": SOFT_DELETE,
                "softDeleteColumnName": DELETED,
                "softDeleteMarkerValue": DELETED_VALUE,
            },
        },
        indexer=_indexer(spec, search.indexer or search.index, data_source, search.index),
    )


def _indexer(spec: IndexSpec, name: str, data_source: str, index: str) -> Definition:
    is_array = spec.documents.format == "json_array"
    key = spec.documents.key if is_array else KEY
    mappings = [
        _mapping(str(key), "id", "base64Encode" if is_array else None),
        _mapping(KEY, KEY),
        _mapping(HASH, HASH),
        _mapping(PATH, "path", "urlDecode"),
        _mapping("metadata_storage_last_modified", "modified"),
    ]
    every = spec.search.every
    configuration = {
        "parsingMode": "jsonArray" if is_array else "default",
        "dataToExtract": "contentAndMetadata",
        "failOnUnsupportedContentType": False,
        "failOnUnprocessableDocument": False,
    }
    return {
        "name": name,
        "dataSourceName": data_source,
        "targetIndexName": index,
        "schedule": None if every is None else {"interval": _iso(every)},
        # One document that cannot be read keeps no other one out; the run's status names it.
        "parameters": {"maxFailedItems": -1, "maxFailedItemsPerBatch": -1, "configuration": configuration},
        "fieldMappings": mappings,
    }


def _field(name: str, kind: str, **true: bool) -> Definition:
    attributes = ("key", "searchable", "filterable", "sortable", "facetable")
    return {"name": name, "type": kind, "retrievable": True, **{each: true.get(each, False) for each in attributes}}


def _user_field(name: str, kind: FieldType) -> Definition:
    return _field(name, _TYPES[kind], searchable=kind == "text", filterable=kind != "text")


def _mapping(source: str, target: str, function: str | None = None) -> Definition:
    made = {"name": function, "parameters": None} if function else None
    return {"sourceFieldName": source, "targetFieldName": target, "mappingFunction": made}


def _iso(text: str) -> str:
    minutes = int(length_of(text).total_seconds()) // 60
    return f"PT{minutes}M" if minutes % 60 else f"PT{minutes // 60}H"


def differences(wanted: Setup, found: Mapping[str, Definition]) -> list[Difference]:
    """What a service has differently; found has those of `index`, `data_source` and `indexer` that exist.

    What it has beside (fields, a skillset, a scoring profile) is the user's, and no difference.
    """
    made = [
        *(_of_index(wanted.index, found["index"]) if "index" in found else ()),
        *(_of_data_source(wanted.data_source, found["data_source"]) if "data_source" in found else ()),
        *(_of_indexer(wanted.indexer, found["indexer"]) if "indexer" in found else ()),
    ]
    return [each for each in made if each.found != each.wanted]


def _of_index(wanted: Definition, found: Definition) -> Iterator[Difference]:
    there = {field["name"]: field for field in found.get("fields", ())}
    for field in wanted["fields"]:
        name = f"index {wanted['name']}: field {field['name']}"
        if field["name"] not in there:
            yield Difference(name, "missing", "there", is_fixed=bool(field["key"]))
            continue
        for attribute in ("type", "key", "searchable", "filterable"):
            value = there[field["name"]].get(attribute)
            normal = value if attribute == "type" else bool(value)
            yield Difference(f"{name}: {attribute}", normal, field[attribute], is_fixed=True)


def _of_data_source(wanted: Definition, found: Definition) -> Iterator[Difference]:
    name = f"data source {wanted['name']}"
    yield Difference(f"{name}: type", found.get("type"), wanted["type"], is_fixed=True)
    for key in ("name", "query"):
        there = (found.get("container") or {}).get(key) or None
        yield Difference(f"{name}: container {key}", there, wanted["container"][key], is_fixed=True)
    policy = found.get("dataDeletionDetectionPolicy") or {}
    for key in ("@odata.type", "softDeleteColumnName", "softDeleteMarkerValue"):
        expected = wanted["dataDeletionDetectionPolicy"][key]
        yield Difference(f"{name}: deletion policy {key}", policy.get(key), expected, is_fixed=True)


def _of_indexer(wanted: Definition, found: Definition) -> Iterator[Difference]:
    name = f"indexer {wanted['name']}"
    for key in ("dataSourceName", "targetIndexName"):
        yield Difference(f"{name}: {key}", found.get(key), wanted[key], is_fixed=True)
    yield Difference(f"{name}: schedule", _interval(found), _interval(wanted), is_fixed=False)

    parameters = found.get("parameters") or {}
    for key in ("maxFailedItems", "maxFailedItemsPerBatch"):
        yield Difference(f"{name}: {key}", parameters.get(key), wanted["parameters"][key], is_fixed=False)
    there = parameters.get("configuration") or {}
    expected = wanted["parameters"]["configuration"]
    mode = there.get("parsingMode") or "default"
    yield Difference(f"{name}: parsingMode", mode, expected["parsingMode"], is_fixed=True)
    for key in ("failOnUnsupportedContentType", "failOnUnprocessableDocument"):
        yield Difference(f"{name}: {key}", there.get(key), expected[key], is_fixed=False)

    mapped = {_as_text(each) for each in found.get("fieldMappings") or ()}
    for each in wanted["fieldMappings"]:
        text = _as_text(each)
        yield Difference(f"{name}: field mapping {text}", text in mapped, True, is_fixed=True)


def _interval(indexer: Definition) -> str | None:
    found = (indexer.get("schedule") or {}).get("interval")
    return {"PT60M": "PT1H", "P1D": "PT24H"}.get(str(found), found)


def _as_text(mapping: Definition) -> str:
    function = (mapping.get("mappingFunction") or {}).get("name")
    target = mapping.get("targetFieldName") or mapping["sourceFieldName"]
    return f"{mapping['sourceFieldName']} -> {target}" + (f" by {function}" if function else "")


def updated(wanted: Setup, found: Mapping[str, Definition]) -> dict[str, Definition]:
    """The definitions to write: what is missing whole, and what exists with the spec's changeable parts in it. Empty
    where nothing has to be written."""
    missing = {key: getattr(wanted, key) for key in ("index", "data_source", "indexer") if key not in found}
    changed = {each.where.split(" ")[0] for each in differences(wanted, found)}
    if "index" in changed:
        there = {field["name"] for field in found["index"]["fields"]}
        new = [field for field in wanted.index["fields"] if field["name"] not in there]
        missing["index"] = {**found["index"], "fields": [*found["index"]["fields"], *new]}
    if "indexer" in changed:
        now = found["indexer"].get("parameters") or {}
        expected = wanted.indexer["parameters"]
        configuration = {**(now.get("configuration") or {}), **expected["configuration"]}
        parameters = {**now, **expected, "configuration": configuration}
        changed_parts = {"schedule": wanted.indexer["schedule"], "parameters": parameters}
        missing["indexer"] = {**found["indexer"], **changed_parts}
    return missing
