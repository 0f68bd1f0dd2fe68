"""A run of ours in MLflow, with what it registered."""

from dataclasses import dataclass


@dataclass(frozen=True)
class LoggedRun:
    """manifest_seq is the number under which the attempt that logged the run would write its manifest. versions are
    those registered from the run, aliased those of them that an alias points to."""

    run_id: str
    manifest_seq: int
    versions: tuple[str, ...] = ()
    aliased: tuple[str, ...] = ()
