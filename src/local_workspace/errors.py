"""Errors that a user of the local workspace can fix. Each names the cause, what was found and what to do."""


class LocalWorkspaceError(Exception):
    """The base of all errors below; the command line shows them without a traceback."""


class BundleError(LocalWorkspaceError):
    """The bundle's YAML or a notebook is wrong, or uses something that is not run locally yet.

    Correct the file and key that the error names. What is not run locally still runs in a workspace.
    """


class ParameterError(LocalWorkspaceError):
    """The command names a job, target, variable or parameter that the bundle does not have.

    Choose one of the names that the error lists.
    """


class EngineError(LocalWorkspaceError):
    """Spark or the MLflow server did not start.

    Read the log that the error names. Java 17 is needed; `make setup` checks for it.
    """


class StateFolderError(LocalWorkspaceError):
    """The state folder cannot be written, its disk is full, or a database in it is damaged.

    Free some space, give yourself the right to write there, or name another folder with `--state`. Of a damaged
    database, put a copy back. Then run the same command again: it goes on from what is stored.
    """


class StateInUseError(LocalWorkspaceError):
    """Another process is using the same state folder.

    Wait for the other process, stop it, or name another folder with `--state`.
    """


class TaskError(LocalWorkspaceError):
    """A task could not run, or its notebook failed.

    Read the task's log. If a notebook raised an error of the loop, do what that one says.
    """


class LoadError(LocalWorkspaceError):
    """Files could not be loaded into a table.

    Nothing was changed. Correct the files, or add the option that the error names.
    """


class QueryError(LocalWorkspaceError):
    """A query or a table name is wrong.

    Correct the query; the error lists the tables or columns that exist.
    """
