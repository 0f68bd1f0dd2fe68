"""Everything that stops a run on purpose. Each message names the thing, what was found, what was expected and the
cure."""


class RetrainingError(Exception):
    """Base of all errors this product raises itself."""


class ParameterError(RetrainingError):
    """A job parameter or widget holds something the product does not accept."""


class SpecError(RetrainingError):
    """A model spec is missing, malformed, or says something it may not say."""


class ContractError(RetrainingError):
    """The source no longer has the columns or types that the spec and earlier batches rely on."""


class SourceError(RetrainingError):
    """The source table cannot be read."""


class IngestError(RetrainingError):
    """A batch's counts do not add up; its plan stays open and nothing downstream may use it."""


class HeldBatchError(RetrainingError):
    """A batch failed a gate: it is stored and closed, and its rows stay unused until it is released."""


class ForgetError(RetrainingError):
    """Keys to be forgotten cannot be recognised, or are still there."""


class ConcurrentRunError(RetrainingError):
    """Another run wrote this step first."""


class SkippedWriteError(ConcurrentRunError):
    """Delta has seen this fenced write before and skipped it silently: by another run, or before a RESTORE."""


class NothingToDoError(RetrainingError):
    """A stage needs something that earlier stages have not prepared."""


class RegistryError(RetrainingError):
    """MLflow cannot be reached or answered with something unexpected."""


class AliasRaceError(RegistryError):
    """An alias is not what this run has just set it to: another run moves it at the same time."""


class TamperedModelError(RetrainingError):
    """The files of a version differ from what was registered."""


class NotifyError(RetrainingError):
    """A message that must arrive did not arrive."""


class ReproduceError(RetrainingError):
    """A registered version cannot be fitted again from the rows that it was trained on."""


class AliasDriftError(RetrainingError):
    """Somebody moved the alias `champion` outside this product."""


class TaskFailedError(RetrainingError):
    """A task of this run failed; raised last, by report, so that the run is judged as failed."""


class IncidentOpenedError(RetrainingError):
    """The run opened an incident, and the spec says that such a run ends as failed."""
