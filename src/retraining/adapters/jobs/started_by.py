"""Who started a run: the person who pressed the button, where the workspace knows."""

import logging

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

_log = logging.getLogger(__name__)
_SECONDS = 20
"""How long the answer may take: it is worth less than the request that waits for it."""


def started_by(spark: SparkSession, run_id: str, on_workspace: bool) -> str:
    """Creator of a job run; of a run by hand, and where the workspace does not answer, the user of the session.

    A job has no reference to who started it, and its session belongs to the principal that it runs as.
    """
    creator = _creator(int(run_id)) if on_workspace and run_id.isdecimal() else None
    return creator or _session_user(spark)


def _creator(run_id: int) -> str | None:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.config import Config
    from databricks.sdk.errors.base import DatabricksError

    try:
        workspace = WorkspaceClient(config=Config(http_timeout_seconds=_SECONDS, retry_timeout_seconds=_SECONDS))
        return workspace.jobs.get_run(run_id).creator_user_name or None
    except (DatabricksError, ValueError, OSError) as err:  # ValueError: no credentials; OSError: no connection
        _log.warning("The workspace did not say who started run %s (%s); the session's user is stored.", run_id, err)
        return None


def _session_user(spark: SparkSession) -> str:
    return str(spark.range(1).select(F.current_user()).collect()[0][0])
