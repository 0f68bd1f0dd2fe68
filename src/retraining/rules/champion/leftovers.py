"""Which runs a killed attempt left behind."""

from collections.abc import Sequence

from retraining.records.logged_run import LoggedRun
from retraining.records.manifest import Manifest


def leftover_runs(logged: Sequence[LoggedRun], manifests: Sequence[Manifest]) -> list[LoggedRun]:
    """Runs that no manifest names and none will: the number under which their attempt would write its manifest is taken
    by now, so the fence refuses it. A run that is logged at this moment has a greater number.

    One whose version carries an alias, set by whomever, stays.
    """
    newest = max((row.seq for row in manifests), default=0)
    named = {row.mlflow_run_id for row in manifests}
    return [each for each in logged if each.run_id not in named and each.manifest_seq <= newest and not each.aliased]
