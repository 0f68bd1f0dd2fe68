"""`partial_fit` of estimators that are made of others: scikit-learn's pipelines and column transformers have none."""

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import IncrementalPCA
from sklearn.pipeline import FeatureUnion, Pipeline

from retraining.errors import SpecError
from retraining.strategies.rows import Rows

_UNUSED = ("passthrough", "drop", None)
PASSES_OF_A_START = 20
"""How often a model that starts by `partial_fit` sees its first rows."""


def learn_rows(model: Any, rows: Rows) -> None:
    """Changes a fitted model in place: its learner learns the rows as its transformers make them, which stay as they
    are."""
    if isinstance(model, Pipeline):
        seen = rows.features
        for _, step in model.steps[:-1]:
            seen = _transformed(step, seen)
        learn_rows(model.steps[-1][1], rows.with_features(seen))
    elif isinstance(model, TransformedTargetRegressor):
        turned = _turned_label(model, rows.label)
        learn_rows(model.regressor_, Rows(rows.features, turned, rows.weight, rows.time))
    else:
        model.partial_fit(rows.features, rows.label, **_weighed(model, rows))


def move_transformers(model: Any, features: Any) -> None:
    """Changes a fitted model in place: its transformers that can go on learning do, the others stay as they are."""
    if isinstance(model, TransformedTargetRegressor):
        move_transformers(model.regressor_, features)
    elif isinstance(model, Pipeline):
        seen = features
        for _, step in model.steps[:-1]:
            _move(step, seen)
            seen = _transformed(step, seen)
        move_transformers(model.steps[-1][1], seen)


def start_by_blocks(estimator: Any, rows: Rows, classes: Sequence[Any], passes: int) -> Any:
    """A new model whose learner knows all the classes, though the rows need not have each: transformers are fitted,
    and the learner begins by `partial_fit`."""
    model = clone(estimator)
    learner = model
    seen = rows.features
    while isinstance(learner, Pipeline):
        for _, step in learner.steps[:-1]:
            seen = seen if step in _UNUSED else step.fit(seen, rows.label).transform(seen)
        learner = learner.steps[-1][1]

    kind = np.asarray(rows.label).dtype
    named = {"classes": np.array(sorted(classes), dtype=None if kind.kind in "OUS" else kind)}
    for place in range(passes):
        learner.partial_fit(seen, rows.label, **(named if place == 0 else {}), **_weighed(learner, rows))
    return model


def _weighed(learner: Any, rows: Rows) -> dict[str, Any]:
    if rows.weight is None:
        return {}
    if "sample_weight" not in inspect.signature(learner.partial_fit).parameters:
        raise SpecError(
            f"{type(learner).__name__} takes no sample_weight in partial_fit. Leave the weights out, or choose an "
            f"estimator that takes them, such as SGDRegressor or SGDClassifier."
        )
    return {"sample_weight": rows.weight}


def _turned_label(model: TransformedTargetRegressor, label: Any) -> Any:
    turned = model.transformer_.transform(np.asarray(label, dtype=np.float64).reshape(-1, 1))
    return np.asarray(turned).ravel()


def _transformed(step: Any, features: Any) -> Any:
    return features if step in _UNUSED else step.transform(features)


def _move(step: Any, features: Any) -> None:
    """Lets a fitted transformer learn, and what it is made of."""
    if isinstance(step, Pipeline):
        seen = features
        for _, inside in step.steps:
            _move(inside, seen)
            seen = _transformed(inside, seen)
    elif isinstance(step, ColumnTransformer):
        for _, inside, columns in step.transformers_:
            seen = _columns_of(features, columns)
            if inside not in _UNUSED and 0 not in seen.shape[1:]:
                _move(inside, seen)
    elif isinstance(step, FeatureUnion):
        for _, inside in step.transformer_list:
            _move(inside, features)
    elif hasattr(step, "partial_fit") and not _needs_more_rows(step, features):
        step.partial_fit(features)


def _needs_more_rows(step: Any, features: Any) -> bool:
    """A projection learns from as many rows as it has directions."""
    return isinstance(step, IncrementalPCA) and bool(features.shape[0] < step.n_components_)


def _columns_of(features: Any, columns: Any) -> Any:
    """The columns that a part of a column transformer was fitted on: by name, place, mask, or a slice of
    places."""
    if not hasattr(features, "iloc"):
        return features[:, columns]

    named = isinstance(next(iter(np.ravel(columns)), None), str)
    return features.loc[:, columns] if named else features.iloc[:, columns]
