"""The retraining service of one model: hand in rows, retrain, look at the evaluation, point the endpoint to the new
version. Each step is one method, and one command of `python -m retraining.service`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retraining.errors import ServiceError
from retraining.service.definition import Definition, other_changes, version_of
from retraining.service.find_job import DeployedJob, find_job
from retraining.service.runs import REPORT_TASK, UPDATE_TASK, RunState, Tell, output_of, state_of, wait_for
from retraining.service.samples import Consumption, consumption

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

RETRAINING = "retraining"
UPDATE_ENDPOINT = "update_endpoint"
MOST_TOKENS = 2
_SHOWN_RUNS = 25
_LIMIT = timedelta(hours=6)
_TOKEN_COMMENT = "retraining service"


def _nobody(line: str) -> None:
    """Shows nothing."""


@dataclass(frozen=True)
class RetrainingService:
    """The service. workspace: the official client. target: of the bundle, where several are deployed."""

    workspace: "WorkspaceClient"
    model: str
    target: str | None = None

    def upload(self, file: Path, folder: str) -> str:
        """Hand in a file of rows: into the folder of a volume that the model's spec names as `source.path`. From there
        the rows go through the same preparation and contract as all others. Returns its path in the volume."""
        if not folder.startswith("/Volumes/"):
            raise ServiceError(f"{folder}: expected a folder of a volume, /Volumes/<catalog>/<schema>/<volume>/...")
        path = f"{folder.rstrip('/')}/{file.name}"
        with file.open("rb") as opened:
            self.workspace.files.upload(path, opened, overwrite=False)
        return path

    def submit(
        self,
        parameters: Mapping[str, str] | None = None,
        idempotency_token: str | None = None,
        submitted: str | None = None,
    ) -> int:
        """Start a retraining with what the source has by now; returns the run's id. The same token starts it once,
        however often it is sent. submitted: the table, or the path in a volume, that holds new rows; the run refuses
        one that the model's spec does not name as its source, before it reads anything."""
        named = {"submitted": submitted} if submitted else {}
        return self._run(RETRAINING, {**(parameters or {}), **named}, idempotency_token)

    def state(self, run_id: int) -> RunState:
        """How far a run is."""
        return state_of(self.workspace.jobs.get_run(run_id))

    def wait(self, run_id: int, tell: Tell = _nobody, limit: timedelta = _LIMIT) -> RunState:
        """The end of a run. tell: is given a line for each change of a task."""
        return wait_for(self.workspace, run_id, tell, limit)

    def evaluation(self, run_id: int) -> dict[str, Any]:
        """What a retraining run found: decision, every check of the gate with the new version beside the live one, and
        which version is champion now."""
        return output_of(self.workspace, run_id, REPORT_TASK)

    def export_definition(self) -> dict[str, Any]:
        """What the model's endpoint serves, as JSON."""
        found = self.workspace.serving_endpoints.get(self.endpoint)
        if found.config is None:
            raise ServiceError(
                f"Endpoint {self.endpoint} serves nothing yet. Start the job {UPDATE_ENDPOINT}, and wait."
            )
        exported: dict[str, Any] = found.config.as_dict()
        return exported

    def update(self, definition: Definition, tell: Tell = _nobody, limit: timedelta = _LIMIT) -> dict[str, Any]:
        """Have the endpoint serve the version of a definition, step by step; returns what was done. Only the champion
        can be served, and only the version can be changed here: sizes are in the spec."""
        live = self.export_definition()
        differing = other_changes(live, definition) if len(live.get("served_entities") or []) == 1 else []
        if differing:
            raise ServiceError(f"The definition changes {', '.join(differing)}. Those are set in the model's spec.")
        run_id = self._run(UPDATE_ENDPOINT, {"version": version_of(definition)}, None)
        ended = self.wait(run_id, tell, limit)
        if not ended.succeeded:
            raise ServiceError(f"Run {run_id} of {UPDATE_ENDPOINT} ended as {ended.result}. {ended.message}")
        return output_of(self.workspace, run_id, UPDATE_TASK)

    def list(self) -> dict[str, Any]:
        """All endpoints with their versions, and the newest runs of the retraining job."""
        endpoints = {str(each.name): _versions(each.config) for each in self.workspace.serving_endpoints.list()}
        job = self._job(RETRAINING)
        runs = self.workspace.jobs.list_runs(job_id=job.id, limit=_SHOWN_RUNS)
        states = [state_of(run) for run, _ in zip(runs, range(_SHOWN_RUNS), strict=False)]
        shown = [{"run_id": each.run_id, "state": each.life_cycle, "result": each.result} for each in states]
        return {"endpoints": endpoints, "runs": shown}

    def consume(self) -> Consumption:
        """How callers ask the endpoint."""
        host = str(self.workspace.config.host).rstrip("/")
        exported = self.workspace.serving_endpoints.get_open_api(self.endpoint).contents
        document = json.loads(exported.read()) if exported else {}
        return consumption(f"{host}/serving-endpoints/{self.endpoint}/invocations", document)

    def rotate_token(self, lifetime: timedelta | None = None) -> str:
        """Another token of this caller; the older of two ends at once, the newer goes on until the next rotation."""
        known = [each for each in self.workspace.tokens.list() if each.comment == _TOKEN_COMMENT]
        mine = sorted(known, key=lambda each: each.creation_time or 0)
        for each in mine[: max(0, len(mine) - (MOST_TOKENS - 1))]:
            self.workspace.tokens.delete(str(each.token_id))
        seconds = None if lifetime is None else int(lifetime.total_seconds())
        made = self.workspace.tokens.create(comment=_TOKEN_COMMENT, lifetime_seconds=seconds)
        return str(made.token_value)

    @property
    def endpoint(self) -> str:
        """Name of the model's endpoint: the retraining job's own parameters say which schema it is in."""
        settings = self.workspace.jobs.get(self._job(RETRAINING).id).settings
        values = {str(each.name): each.default for each in (settings.parameters if settings else None) or []}
        schema = values.get("schema")
        if not schema:
            raise ServiceError(f"The job {RETRAINING} has no parameter `schema`. Deploy the bundle again.")
        return f"{schema}-{self.model}"

    def _job(self, key: str) -> DeployedJob:
        return find_job(self.workspace, key, self.target)

    def _run(self, key: str, parameters: Mapping[str, str], token: str | None) -> int:
        job = self._job(key)
        started = self.workspace.jobs.run_now(
            job.id, job_parameters={"model": self.model, **parameters}, idempotency_token=token
        )
        return int(started.run_id)


def _versions(config: Any) -> list[str]:
    return [str(each.entity_version) for each in (config.served_entities if config else None) or []]
