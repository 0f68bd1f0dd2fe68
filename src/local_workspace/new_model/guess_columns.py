"""Guesses what a model predicts and from which columns, and says why a column is left out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from local_workspace.errors import ParameterError
from local_workspace.loading.column_names import NOT_IN_A_SPEC
from local_workspace.new_model.guess_rows import ID_NAME
from local_workspace.new_model.table_facts import ColumnFacts, LedgerSpan, TableFacts

REGRESSION = "regression"
CLASSIFICATION = "classification"
KINDS = (REGRESSION, CLASSIFICATION)

USUAL_METRIC = {REGRESSION: "rmse", CLASSIFICATION: "error_rate"}
"""By which the gate judges where the spec names none."""
RECIPES = {
    REGRESSION: ("recipes.ridge.pipeline", "{ alpha: 1.0 }"),
    CLASSIFICATION: ("recipes.logistic.pipeline", "{ C: 1.0 }"),
}
"""By kind, a recipe that copes with gaps, categories and numbers of any size, and its parameters."""

MOST_CATEGORIES = 50
MOST_CLASSES = 50
FEW_NUMBERS = 10
"""An integer label with at most this many values may also be the numbers of classes."""
RARE = 0.5
"""Of an equal share: of two classes, one with less than 25 % of the labels is rare. On few days the error rate cannot
show that a model knows something about it; AUC can."""
GIVEAWAY = 0.99
"""From this link on, a column probably repeats the label or is known only after it."""


@dataclass(frozen=True)
class Features:
    """The columns that a model learns from, and those that it does not."""

    numeric: tuple[str, ...]
    """Numbers and booleans."""
    categorical: tuple[str, ...]
    """Texts with few values, and numbers that are codes."""
    left_out: tuple[tuple[str, str], ...]
    """Each with the reason."""


def guess_kind(label: ColumnFacts, rows: int) -> tuple[str, str]:
    """The kind, and why; a ParameterError for a label that neither fits."""
    if label.missing == rows:
        raise ParameterError(f"--label {label.name}: it has no value in any row, so there is nothing to learn.")
    if label.distinct < 2:
        raise ParameterError(f"--label {label.name}: it has the same value in every row, so there is nothing to learn.")
    if label.is_time:
        raise ParameterError(f"--label {label.name}: it is a {label.type}. Expected a number, a boolean or a text.")

    if label.is_text and label.distinct > MOST_CLASSES:
        raise ParameterError(
            f"--label {label.name}: it is a text with about {label.distinct:,} values; classes may be at most "
            f"{MOST_CLASSES}. If it is a number in another format, correct the file and load it again."
        )
    if label.is_text or label.type == "boolean":
        return CLASSIFICATION, f"the label is a {'text' if label.is_text else 'boolean'}"
    if label.distinct == 2:
        return CLASSIFICATION, "the label has two values"
    if label.is_integer and label.distinct <= FEW_NUMBERS:
        return REGRESSION, f"the label is a number; if its {label.distinct} values are classes, say classification"
    return REGRESSION, "the label is a number"


def guess_metric(classes: Sequence[int]) -> tuple[str, str] | None:
    """The metric of the gate and why, where the default one would not do; None where it does. classes: the rows of
    each.

    A model that always answers the frequent classes is seldom wrong, so the error rate says little about a rare one.
    Its AUC is 0.5; of more than two classes AUC is the mean over them, so that each counts the same.
    """
    if not classes or min(classes) >= RARE * sum(classes) / len(classes):
        return None
    share = f"the rarest class has {min(classes) / sum(classes):.1%} of the labels"
    if len(classes) == 2:
        return "auc", f"{share}, and the error rate of never saying it is low"
    return "auc", f"{share}; each of the {len(classes)} classes counts the same in AUC, in the error rate it does not"


def guess_features(facts: TableFacts, label: str, ledger: str, keys: Sequence[str]) -> Features:
    """Which columns a model learns from."""
    numeric: list[str] = []
    categorical: list[str] = []
    left_out: list[tuple[str, str]] = []

    for column in facts.columns:
        if column.name == label or (column.name == ledger and not column.is_number):
            continue
        reason = _why_not(column, facts.rows, ledger, keys)
        if reason:
            left_out.append((column.name, reason))
        elif column.is_text or (_is_code(column) and column.distinct <= MOST_CATEGORIES):
            categorical.append(column.name)
        else:
            numeric.append(column.name)

    if not numeric and not categorical:
        raise ParameterError(
            f"new-model {facts.table}: no column is left that a model can learn from; it needs at least one beside "
            f"the label. Left out: {'; '.join(f'{name}: {why}' for name, why in left_out) or 'none'}."
        )
    return Features(tuple(numeric), tuple(categorical), tuple(left_out))


def guess_schedule(span: LedgerSpan | None) -> tuple[str, str]:
    """How often new rows are expected, and why."""
    if span is None:
        return "weekly", "how often new rows come; the ledger has no time to tell"
    spacing = (span.span - 1) / max(1, span.days - 1)
    often = f"days with rows are {spacing:.1f} days apart" if spacing >= 1.05 else "every day has rows"
    often += "; write how often new rows come in, if that is less often" if spacing <= 2 else ""
    return "daily" if spacing <= 2 else "weekly" if spacing <= 14 else "monthly", often


def _why_not(column: ColumnFacts, rows: int, ledger: str, keys: Sequence[str]) -> str | None:
    """Why a model should not learn from the column; None if it should."""
    if NOT_IN_A_SPEC.search(column.name):
        return "a spec cannot use this name; rename it in the file"
    if column.missing == rows:
        return "every value is missing"
    if column.distinct < 2:
        return "the same value in every row"
    if column.name == ledger:
        return "the ledger: its newest values were never seen in training"
    if column.is_time:
        return "a time; make numbers of it (hour, weekday) with `prepare`"
    if not (column.is_number or column.is_text):
        return f"its type {column.type} is neither a number nor a text"

    if column.link is not None and column.link >= GIVEAWAY:
        return f"gives the label away ({column.link:.3f} of 1): is it known before the label?"
    is_unique = column.distinct >= 0.9 * (rows - column.missing)
    if is_unique and (column.is_text or column.name in keys or (column.is_integer and ID_NAME.search(column.name))):
        return "names a row: almost every row has another value"
    if column.is_text and column.distinct > MOST_CATEGORIES:
        return f"a text with about {column.distinct:,} values; recipes.text reads its words (docs/how-to/recipes.md)"
    return None


def _is_code(column: ColumnFacts) -> bool:
    """Whether an integer only names something, such as the number of a store."""
    return column.is_integer and bool(ID_NAME.search(column.name))
