"""Errors a user of the local workspace can cure. Each names the thing, what was found and what to do."""


class LocalWorkspaceError(Exception):
    """Everything the local workspace refuses or fails at by name; the command line shows it without a traceback."""


class BundleError(LocalWorkspaceError):
    """The bundle's YAML says something that is wrong, or that is not run locally yet."""


class ParameterError(LocalWorkspaceError):
    """A run was asked for with a job, target, variable or parameter that the bundle does not have."""


class EngineError(LocalWorkspaceError):
    """Spark or the MLflow server did not start."""


class StateInUseError(LocalWorkspaceError):
    """Another process works on the same state folder."""


class TaskError(LocalWorkspaceError):
    """A task could not run, or its notebook failed."""
