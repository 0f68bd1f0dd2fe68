"""Serves a workspace until it is stopped: the gateway, the endpoints, and the look at who is champion."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn

from local_workspace.bundle.bundle import Bundle
from local_workspace.serve.account_face import AccountFace
from local_workspace.serve.connections import PatientProtocol
from local_workspace.serve.endpoints import Endpoints
from local_workspace.serve.files_face import FilesFace
from local_workspace.serve.follow_champions import FollowChampions
from local_workspace.serve.gateway import Face, Gateway
from local_workspace.serve.jobs.job_queue import JobQueue, JobSource, stop
from local_workspace.serve.jobs.jobs_face import JobsFace
from local_workspace.serve.registry import Registry
from local_workspace.serve.served_entity import Limits
from local_workspace.serve.serving_face import ServingFace
from local_workspace.serve.tokens import Tokens, write_private

HOST = "127.0.0.1"
_BACKLOG = 2_048
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """What is served, and where.

    schema: catalog.schema of the models. bundle: whose jobs can be started, with the variables that it was read with;
    None where there are none. follows: whether endpoints follow the champions; else only callers change them.
    """

    state: Path
    port: int
    mlflow_uri: str
    schema: str
    limits: Limits = field(default_factory=Limits)
    bundle: Bundle | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    follows: bool = True

    @property
    def folder(self) -> Path:
        """Of tokens and logs."""
        return self.state / "serve"

    @property
    def volumes(self) -> Path:
        """The folder that stands for `/Volumes`."""
        return self.state / "volumes"

    @property
    def address(self) -> str:
        """Of the workspace."""
        return f"http://{HOST}:{self.port}"


def first_token(folder: Path) -> Path:
    """The file with a token that is valid; one is made where there is none. Only the owner can read it."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = Tokens(folder / "tokens.json")
    file = folder / "token"
    if tokens.known and file.exists():
        return file
    for each in tokens.known[1:]:
        tokens.delete(each.id)
    text, _ = tokens.create("made by ./workspace serve", None)
    write_private(file, text)
    return file


class WorkspaceServer:
    """The server of a place. It runs until a signal or `stop` ends it."""

    def __init__(self, place: Place, say: Callable[[str], None]) -> None:
        """say: gets a line for each change."""
        self._place = place
        place.folder.mkdir(parents=True, exist_ok=True)
        place.volumes.mkdir(parents=True, exist_ok=True)
        self._tokens = Tokens(place.folder / "tokens.json")
        self._registry = Registry(place.mlflow_uri, place.schema)
        self._sockets = Path(tempfile.mkdtemp(prefix="workspace-"))  # closed to other users, and a short name
        self._endpoints = Endpoints(self._sockets, place.folder, place.mlflow_uri, place.limits)
        self._queue = self._job_queue()
        self._following = FollowChampions(self._registry, self._endpoints, self._queue, say)
        self._server = uvicorn.Server(self._config())

    async def run(self) -> None:
        """Serve; at the end no process and no socket is left."""
        work = [asyncio.ensure_future(self._following.work())] if self._place.follows else []
        if self._queue is not None:
            work.append(asyncio.ensure_future(self._queue.work()))
        try:
            await self._server.serve()
        finally:
            await asyncio.gather(*(stop(each) for each in work))
            await self._endpoints.close()
            shutil.rmtree(self._sockets, ignore_errors=True)

    def stop(self) -> None:
        """End `run`, also from another thread."""
        self._server.should_exit = True

    @property
    def is_ready(self) -> bool:
        """Whether requests are taken."""
        return self._server.started

    def _job_queue(self) -> JobQueue | None:
        """Its processes speak to this server, with a token that ends with it."""
        place = self._place
        if place.bundle is None:
            return None
        environment = {
            "DATABRICKS_HOST": place.address,
            "DATABRICKS_TOKEN": self._tokens.own,
        }
        return JobQueue(JobSource(place.bundle, place.variables, place.state, environment))

    def _faces(self) -> Mapping[str, Face]:
        place = self._place
        serving = ServingFace(self._endpoints, place.limits, place.address)
        account = AccountFace(self._tokens, self._registry)
        files = FilesFace(place.volumes)
        faces: dict[str, Face] = {
            "/serving-endpoints": serving.invoke,
            "/api/2.0/serving-endpoints": serving.manage,
            "/api/2.0/fs/files": files.files,
            "/api/2.0/fs/directories": files.directories,
            "/api/2.0/token": account.token,
            "/api/2.0/preview/scim/v2/Me": account.me,
            "/api/2.1/unity-catalog/models": account.models,
        }
        if self._queue is not None:
            jobs = JobsFace(self._queue)
            faces |= {"/api/2.1/jobs": jobs.answer, "/api/2.2/jobs": jobs.answer}
        return faces

    def _config(self) -> uvicorn.Config:
        return uvicorn.Config(
            Gateway(self._tokens, self._faces()),
            host=HOST,
            port=self._place.port,
            http=PatientProtocol,
            lifespan="off",
            access_log=False,
            log_level="warning",
            backlog=_BACKLOG,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
