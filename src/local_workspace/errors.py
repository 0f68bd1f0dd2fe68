"""Errors that a user of the local workspace can fix. Each names the cause, what was found and what to do."""


class LocalWorkspaceError(Exception):
    """The base of all errors below; the command line shows them without a traceback."""


class BundleError(LocalWorkspaceError):
    """The bundle's YAML or a notebook is wrong, or uses something that is not run locally yet."""


class ParameterError(LocalWorkspaceError):
    """The command names a job, target, variable or parameter that the bundle does not have."""


class EngineError(LocalWorkspaceError):
    """Spark or the MLflow server did not start."""


class StateInUseError(LocalWorkspaceError):
    """Another process is using the same state folder."""


class TaskError(LocalWorkspaceError):
    """A task could not run, or its notebook failed."""


class LoadError(LocalWorkspaceError):
    """Files could not be loaded into a table."""


class QueryError(LocalWorkspaceError):
    """A query or a table name is wrong."""
