"""How the tasks of a run ended, as the job tells its last task. Pure."""

from collections.abc import Mapping

from retraining.records.event import LOOPS_OWN_TASK

_FINE = ("success", "excluded")
_SKIPPED = "upstream_"


def parse_states(text: str) -> dict[str, str]:
    """{task: state} of `a=success b=failed`."""
    return dict(pair.split("=", 1) for pair in text.split() if "=" in pair)


def is_of_loop(states: Mapping[str, str]) -> bool:
    """Whether the run takes up batches: one of the loop, or by hand, which has no states. Else it is an operator's
    job."""
    return not states or LOOPS_OWN_TASK in states


def unfinished_tasks(states: Mapping[str, str]) -> tuple[str, ...]:
    """Tasks that did not succeed, in order."""
    return tuple(task for task, state in states.items() if state.lower() not in _FINE)


def skipped_tasks(states: Mapping[str, str]) -> tuple[str, ...]:
    """Those of them that never started, because a task before them had not ended well."""
    return tuple(task for task in unfinished_tasks(states) if states[task].lower().startswith(_SKIPPED))


def failed_tasks(states: Mapping[str, str]) -> tuple[str, ...]:
    """Those of them that started and did not end well. A state that no one knows counts as one."""
    skipped = skipped_tasks(states)
    return tuple(task for task in unfinished_tasks(states) if task not in skipped)
