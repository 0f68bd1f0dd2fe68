"""The page of errors and alerts, written from the docstrings of the errors: when, and what to do."""

import inspect
import re
from collections.abc import Mapping
from types import ModuleType
from typing import get_args

from docstrings import first_paragraph, other_paragraphs
from markdown_table import code, table

from local_workspace import errors as laptop_errors
from retraining import errors
from retraining.records.event import IncidentKind
from retraining.rules.incidents import CLEAR_SHARE

_PAGES: Mapping[str, str] = {
    "`validate`": "check-a-spec",
    "`repair`": "repair",
    "`rollback`": "roll-back",
    "`release_batch`": "when-a-run-fails",
    "`release_retraining`": "when-a-run-fails",
    "`preflight`": "when-a-run-fails",
    "`forget`": "erase-a-person",
    "`refresh_index`": "refresh-a-search-index",
}
"""The how-to page of a job that a cure names."""

_INCIDENTS: Mapping[IncidentKind, tuple[str, str, str]] = {
    "data_fault": (
        "a column looks broken: another unit or type, a frozen sensor, a surge of nulls. If it is certain, nothing is "
        "trained",
        "no column looks broken any more; a certain fault is answered, or its batch withdrawn or read again",
        "correct the column at its source and `repair` the batch (`replay`, or `abandon` to withdraw it); "
        "`release_retraining` if the data are right",
    ),
    "drift": (
        "drift persists: `drift.windows.at_least` of the newest `drift.windows.within` batches drifted",
        f"a batch has not drifted even at {CLEAR_SHARE:g} of the thresholds",
        "read which columns moved; the gate decides whether a challenger is better",
    ),
    "error": (
        "the error of the newest days, at least 6, exceeds that at promotion by more than "
        "`policy.max_error_increase`, and by more than their noise explains",
        f"the increase is at most {CLEAR_SHARE:g} of that",
        "read the page; `rollback` if an earlier version is better",
    ),
    "concept": (
        "`drift.detectors_agree` detectors raise an alarm, and the mean loss over days has risen",
        "labelled rows came, and no detector raises an alarm",
        "find out what changed in how labels come about; a challenger learns it from new labels",
    ),
    "previous_wins": (
        "the previous champion is better in each of `policy.previous_wins_blocks` blocks of data, and shown to be",
        "it is not better any more, or another champion is live",
        "`rollback`, or let `policy.on_previous_wins: rollback` do it",
    ),
    "approval": (
        "a candidate passes the gate, and by `gate.approval: required` a person must answer",
        "a person has answered, or `gate.approval_days` are over",
        "`approve` with `approve=yes` or `approve=no`, the candidate and a reason",
    ),
}
"""By kind: what opens an incident, what resolves it, what to do. A kind without a line here is refused."""


def product_errors() -> str:
    """The errors of the loop."""
    return _errors(errors, errors.RetrainingError)


def workspace_errors() -> str:
    """The errors of a laptop's workspace."""
    return _errors(laptop_errors, laptop_errors.LocalWorkspaceError)


def incidents() -> str:
    """What people are alerted of."""
    assert set(_INCIDENTS) == set(get_args(IncidentKind)), "an incident has no line that says what to do"
    rows = [(code(kind), opens, resolves, _with_links(cure)) for kind, (opens, resolves, cure) in _INCIDENTS.items()]
    return table(("Kind", "Opens when", "Is resolved when", "What to do"), rows)


def _errors(module: ModuleType, above: type[Exception]) -> str:
    found = [each for _, each in inspect.getmembers(module, inspect.isclass) if issubclass(each, above)]
    raised = [each for each in found if each is not above]
    in_order = sorted(raised, key=lambda each: inspect.getsourcelines(each)[1])
    rows = [(code(each.__name__), first_paragraph(each), cure_of(each)) for each in in_order]
    return table(("Error", "When it is raised", "What to do"), rows)


def cure_of(error: type) -> str:
    """What to do about an error: all but the first paragraph of its docstring."""
    text = other_paragraphs(error)
    assert text, f"{error.__name__} does not say what to do: add a second paragraph to its docstring"
    return _with_links(text)


def _with_links(text: str) -> str:
    return re.sub("|".join(_PAGES), lambda job: f"[{job[0]}](../how-to/{_PAGES[job[0]]}.md)", text)
