"""Everything that stops a run on purpose. Each message names the thing, what was found, what was expected and the
cure."""


class RetrainingError(Exception):
    """Base of all errors this product raises itself."""


def cure_of(err: BaseException) -> str:
    """What to do about an error: what the class says after its first paragraph. Of an error of another system, what
    holds for all of them."""
    text = type(err).__doc__ if isinstance(err, RetrainingError) else None
    _, _, cure = (text or "").partition("\n\n")
    return " ".join(cure.split()) or (
        "Read the output of the task. When the cause is gone, start the run again: it goes on from what is stored."
    )


class ParameterError(RetrainingError):
    """A job parameter or widget holds something the product does not accept.

    Correct the parameter as the error says, and start the job again.
    """


class SpecError(RetrainingError):
    """A model spec is missing, malformed, or says something it may not say.

    Correct the line that the error names. The job `validate` finds all faults of a spec at once, before a run.
    """


class ContractError(RetrainingError):
    """The source no longer has the columns or types that the spec and earlier batches rely on.

    Nothing was stored. Correct the source, or the spec if the change was meant; then start the run again.
    """


class SourceError(RetrainingError):
    """The source cannot be read: its table, an earlier version of it, its folder, or a file in it.

    This run stored nothing. Check that table, folder or files are there, and that the jobs' principal may read them:
    run `preflight`. Then start the run again. If the version of an open batch is gone, do as the error says: `repair`
    with `action=abandon`.
    """


class IngestError(RetrainingError):
    """A batch's counts do not add up, so its plan stays open and nothing downstream may use it; or `watermarks` was
    restored to a state before batches that have rows.

    Nothing moved. Start the run again: it finishes the open batch. If it fails in the same way, do as the error says:
    find out what changed in the source, or `repair` with `action=rebuild`.
    """


class HeldBatchError(RetrainingError):
    """A batch failed a gate: it is stored and closed, and its rows stay unused until it is released.

    Look at the gate that failed. If the rows are good, run `release_batch`; if they are bad, `repair` with
    `action=abandon`.
    """


class StorageError(RetrainingError):
    """The storage of a table is full, may not be read or written, or holds a damaged commit.

    What was stored before is as it was. Remove the cause, as the error says; then start the run again: it continues.
    """


class ForgetError(RetrainingError):
    """Keys to be forgotten cannot be recognised, or are still there.

    Do what the error says, then start the same `forget` again: it continues.
    """


class ConcurrentRunError(RetrainingError):
    """Another run wrote this step first, or is making a table.

    Wait until the other run has ended, then start this one again: it does nothing twice. If the error names a folder
    and no other run is going on, move the folder away.
    """


class SkippedWriteError(ConcurrentRunError):
    """Delta has seen this fenced write before and skipped it silently: by another run, or before a RESTORE.

    Start the run again when no other one is running. It goes on from what is stored.
    """


class UnknownAheadError(RetrainingError):
    """Columns of a forecast that are known ahead have no value for steps that are to be forecast.

    No forecast of this batch was written. Add the rows that the error names to the source, and start the run again.
    """


class PanelError(RetrainingError):
    """Series of a panel are lost, or there twice.

    Nothing was registered and no alias moved. Start the run again. Where it fails in the same way, do as the error
    says.
    """


class NothingToDoError(RetrainingError):
    """A stage or a request needs something that is not there.

    The error says what is missing, and which stage or request comes first.
    """


class ApprovalError(RetrainingError):
    """The spec names its authors, and the person who approves is one of them or is not known.

    Nothing was stored, and the candidate still waits. Let a person who is not in `gate.authors` start the job
    `approve`.
    """


class RegistryError(RetrainingError):
    """MLflow cannot be reached or answered with something unexpected.

    Start the run again. If the error names a version, a signature or a right, correct that first; `preflight` tries
    the rights.
    """


class AliasRaceError(RegistryError):
    """An alias is not what this run has just set it to: another run moves it at the same time.

    Start the run again: it brings alias and decisions together.
    """


class UntrustedVersionError(RetrainingError):
    """A version was made elsewhere, and no one has said that its files may be loaded; or they are not the files that
    somebody said it of.

    Nothing was loaded: to load a model runs the code in its files. If you know who made the version, start the job
    again with the digest that the error names as `trust`.
    """


class TamperedModelError(RetrainingError):
    """The files of a version differ from what was registered.

    Nothing was loaded, and no alias moved. Find out who changed the files, and put them back. Or `rollback` to another
    version, if it is the champion.
    """


class NotifyError(RetrainingError):
    """A message that must arrive did not arrive.

    Check the address in the spec or in its secret, and whether it answers. The model's next run sends the message
    again.
    """


class ReproduceError(RetrainingError):
    """A registered version cannot be fitted again from the rows that it was trained on.

    Registered versions and tables are as they were. The error says what is different, and which version can be
    reproduced.
    """


class AliasDriftError(RetrainingError):
    """Somebody moved the alias `champion` outside this product, or its version is gone.

    Nothing is promoted until a person has decided: `rollback` to the version that you want. With
    `policy.on_alias_drift: heal` the alias goes back by itself, if its version is there.
    """


class TaskFailedError(RetrainingError):
    """A task of this run failed; raised last, by report, so that the run is judged as failed.

    Read the error of the task that it names. When its cause is gone, start the run again.
    """


class IncidentOpenedError(RetrainingError):
    """The run opened an incident, and the spec says that such a run ends as failed.

    The run's decision is valid, and the page is written. Read the page, and act on the incident that the error
    names.
    """


class SearchError(RetrainingError):
    """A search service, its indexer, or the container that it reads does not answer, refuses, or does not end.

    What was copied, marked and confirmed before is stored. Remove the cause that the error names; then start the run
    again: it goes on from there.
    """


class SearchSetupError(RetrainingError):
    """An index, an indexer or a data source exists and differs from the spec in something that cannot be changed
    without wrong documents in the index.

    Nothing was changed. Correct the spec; or name another index in it, let it fill, and move the callers.
    """


class DeletionHeldError(RetrainingError):
    """More documents left a source at once than `documents.most_deleted` of its spec allows.

    Nothing was deleted. Look at the source; if the documents really left, start the run with `allow_deletions=true`.
    """


class ServingError(RetrainingError):
    """The workspace's serving does not answer, or refuses an endpoint.

    What answered before goes on. Remove the cause that the error names; then start the run again: it goes on from what
    the endpoint serves.
    """


class SwapBackedOffError(RetrainingError):
    """A new version was not given all requests of an endpoint, because it failed, was too slow or answered otherwise.

    The old version answers again. The champion is unchanged, so that the next run tries again: find out why in the
    endpoint's logs, or go back with the job rollback.
    """


class ServiceError(RetrainingError):
    """A caller of the retraining service named something that the workspace does not have, or that it may not do.

    The error names it, and what to ask instead.
    """
