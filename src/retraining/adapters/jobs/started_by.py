"""Who started a run: the person who pressed the button, where the workspace knows."""

import logging
from collections.abc import Mapping

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from retraining.errors import ParameterError
from retraining.records.run import UNKNOWN_PERSON

_log = logging.getLogger(__name__)
_SECONDS = 20
"""How long the answer may take: it is worth less than the request that waits for it."""
_OTHER_IDS = ("jobRunId", "rootRunId", "currentRunId", "runId")
"""Ids of a context without the id of the job's run. Each may be that of the task, so another value proves nothing."""


def started_by(spark: SparkSession, context: Mapping[str, str] | None, run_id: str, on_workspace: bool) -> str:
    """Creator of the job run that this notebook belongs to; of a run by hand, the user of the session.

    The id is that of the notebook's context, which is None where it cannot be read: anyone who starts a run chooses its
    parameters, run_id among them. A job has no reference to who started it, and its session belongs to the principal
    that it runs as. UNKNOWN_PERSON where there is no context, where it does not prove the id, where the workspace does
    not answer, and for a repaired run: the one who repairs may choose other parameters, and is stored nowhere.

    Raises ParameterError where run_id is not the run that the context names.
    """
    if not on_workspace:
        return _session_user(spark)

    if context is None:
        _log.warning("The notebook's context cannot be read, so who decided is stored as %s.", UNKNOWN_PERSON)
        return UNKNOWN_PERSON
    if not any(name in context for name in ("jobId", "multitaskParentRunId")):
        return _session_user(spark)

    proven = _proven(context, run_id)
    return (_creator(proven) if proven is not None else None) or UNKNOWN_PERSON


def _proven(context: Mapping[str, str], run_id: str) -> int | None:
    """The id of the job's run, None where the context has none. Raises ParameterError where run_id is another one."""
    own = context.get("multitaskParentRunId")
    if own is not None and own != run_id:
        raise ParameterError(
            f"run_id {run_id!r} is not this run, which is {own}: nothing was stored. Start the job without the "
            f"parameter run_id; it names the run under which a decision is stored."
        )
    if own is None and run_id not in [context.get(name) for name in _OTHER_IDS]:
        _log.warning("The context does not prove run %s, so who decided is stored as %s.", run_id, UNKNOWN_PERSON)
        return None
    return int(run_id) if run_id.isdecimal() else None


def _creator(run_id: int) -> str | None:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.config import Config
    from databricks.sdk.errors.base import DatabricksError
    from databricks.sdk.service.jobs import RepairHistoryItemType

    try:
        workspace = WorkspaceClient(config=Config(http_timeout_seconds=_SECONDS, retry_timeout_seconds=_SECONDS))
        run = workspace.jobs.get_run(run_id, include_history=True)
    except (DatabricksError, ValueError, OSError) as err:  # ValueError: no credentials; OSError: no connection
        _log.warning("The workspace did not say who started run %s (%s); %s is stored.", run_id, err, UNKNOWN_PERSON)
        return None

    if any(each.type is not RepairHistoryItemType.ORIGINAL for each in run.repair_history or []):
        _log.warning("Run %s was repaired, and nothing says by whom; %s is stored.", run_id, UNKNOWN_PERSON)
        return None
    return run.creator_user_name or None


def _session_user(spark: SparkSession) -> str:
    return str(spark.range(1).select(F.current_user()).collect()[0][0])
