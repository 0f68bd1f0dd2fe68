"""Transfer: what another model has learned to see, and a new head that learns what to make of it."""

from typing import Any, ClassVar

from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from retraining.errors import SpecError
from retraining.strategies.learner import learner_name, learner_of
from retraining.strategies.rows import Rows
from retraining.strategies.sample_weights import weight_argument
from retraining.strategies.strategy import Strategy
from served_model.frozen_encoder import FrozenEncoder


class TransferHead(Strategy):
    """The recipe's learner is the head; the trained model takes the place of the recipe's transformers and stays as it
    is. Few labels are enough for a head."""

    name: ClassVar[str] = "transfer_head"

    def __init__(self, estimator: Any, start: Any = None) -> None:
        """start: the trained model, or any fitted transformer, in a FrozenEstimator of scikit-learn."""
        super().__init__(estimator)
        self.start = start

    def _fit(self, rows: Rows) -> Any:
        if self.start is None:
            raise SpecError(
                f"strategy {self.name}: there is no model to start from. Name one in strategy.start, by model "
                f"and version."
            )

        self._check_columns(rows)
        head = clone(learner_of(self.estimator))
        model = Pipeline(
            [("encoder", FrozenEncoder(self.start.estimator)), ("scale", StandardScaler()), ("head", head)]
        )
        return model.fit(rows.features, rows.label, **self._weights(model, rows))

    def _check_columns(self, rows: Rows) -> None:
        wanted = getattr(self.start.estimator, "feature_names_in_", None)
        missing = [str(each) for each in wanted if each not in rows.features.columns] if wanted is not None else []
        if missing:
            raise SpecError(
                f"strategy {self.name}: the model of strategy.start was trained on {', '.join(missing)}, which the "
                f"rows do not have. Add them to columns, or name another model."
            )

    def _weights(self, model: Pipeline, rows: Rows) -> dict[str, Any]:
        if rows.weight is None:
            return {}
        argument = weight_argument(model)
        if argument is None:
            raise SpecError(
                f"strategy {self.name}: {learner_name(self.estimator)} takes no sample_weight. Choose a head that "
                f"does, such as Ridge or LogisticRegression."
            )
        return {argument: rows.weight}
