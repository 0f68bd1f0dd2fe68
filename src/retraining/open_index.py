"""Builds what the notebook of a search index needs: the spec, the places it names, and who opens them."""

from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

from pyspark.sql import SparkSession

from retraining.adapters.notebook import read_secret, read_widgets, service_credential
from retraining.adapters.search.azure_index import AzureIndex, Waiting, open_clients
from retraining.adapters.search.blob_container import BlobStore, ContainerSource, open_container
from retraining.adapters.search.folder import FolderSource
from retraining.adapters.search.installed import check_installed
from retraining.adapters.search.places import DocumentSource
from retraining.adapters.tables.index_documents import IndexLedger
from retraining.adapters.tables.tables import open_tables
from retraining.errors import ParameterError
from retraining.open_stage import RUN_WIDGETS, SPECS, new_run, read_switch
from retraining.records.run import Run
from retraining.rules.search.setup import setup_of
from retraining.spec.index_spec import AccessSection, IndexSpec
from retraining.spec.read_spec import read_index
from retraining.spec.recipe_function import find_function
from retraining.spec.section import length_of
from retraining.steps.search.index_context import IndexContext

WIDGETS = {"index": "", "allow_deletions": "false", **RUN_WIDGETS}
"""Widgets of the notebook, with the defaults of a run by hand. In a job its parameters win."""


@dataclass(frozen=True)
class IndexStage:
    """What the notebook passes on."""

    context: IndexContext
    allow_deletions: bool


@dataclass(frozen=True)
class _Keys:
    """What storage and search service are opened with."""

    storage: Any
    search: Any
    connection: str
    """What the search service itself reads the container with."""


def open_index(spark: SparkSession, dbutils: Any, specs: Path = SPECS) -> IndexStage:
    """The stage of the notebook. Raises ParameterError or SpecError, in one sentence with the cure, before anything is
    read or written."""
    parameters = read_widgets(dbutils, WIDGETS)
    spec = read_index(specs, parameters["index"])
    allow_deletions = read_switch("allow_deletions", parameters["allow_deletions"])
    run = new_run(parameters, spark, dbutils)
    tables = open_tables(spark, parameters["catalog"], parameters["schema"])
    check_installed()
    return IndexStage(_context(spec, run, IndexLedger(tables, spec.index), _keys(spec, dbutils)), allow_deletions)


def _context(spec: IndexSpec, run: Run, ledger: IndexLedger, keys: _Keys) -> IndexContext:
    search = spec.search
    documents = spec.documents
    waiting = Waiting(sleep, run.stopwatch, length_of(search.wait).total_seconds())
    clients = open_clients(search.endpoint, search.index, keys.search)
    prepare = documents.prepare
    return IndexContext(
        spec=spec,
        run=run,
        ledger=ledger,
        source=_source(spec, keys),
        store=BlobStore(spec.copies, open_container(spec.copies, keys.storage)),
        index=AzureIndex(clients, setup_of(spec, keys.connection), waiting),
        prepare=find_function(spec.index, "documents.prepare", prepare) if prepare else None,
    )


def _source(spec: IndexSpec, keys: _Keys) -> DocumentSource:
    if spec.documents.path is not None:
        return FolderSource(spec.documents.path)
    assert spec.documents.blobs is not None  # the spec demands one of both
    return ContainerSource(spec.documents.blobs, open_container(spec.documents.blobs, keys.storage))


def _keys(spec: IndexSpec, dbutils: Any) -> _Keys:
    access = spec.access
    token = service_credential(dbutils, access.service_credential) if access.service_credential else None
    storage = _secret(dbutils, access, access.storage_key) or token
    search = _secret(dbutils, access, access.search_key) or token
    for what, found in (("storage_key", storage), ("search_key", search)):
        if found is None:
            raise ParameterError(
                f"specs/indexes/{spec.index}.yml: `access` names neither `{what}` nor `service_credential`, so nothing "
                f"opens it. Name a secret of a scope, or a service credential."
            )
    storage_id = spec.search.storage_id
    if storage_id is None and not isinstance(storage, str):
        raise ParameterError(
            f"specs/indexes/{spec.index}.yml: the search service itself has to read the container. Write "
            f"`search.storage_id`, and give the service's identity the role Storage Blob Data Reader; or name a "
            f"`storage_key`."
        )
    connection = f"ResourceId={storage_id};" if storage_id else str(storage)
    return _Keys(storage, search, connection)


def _secret(dbutils: Any, access: AccessSection, key: str | None) -> str | None:
    return read_secret(dbutils, access.scope, key) if access.scope and key else None
