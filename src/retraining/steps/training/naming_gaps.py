"""What an estimator that refuses its training rows says, with the columns and the cure."""

from collections.abc import Iterator
from contextlib import contextmanager

from retraining.errors import SpecError
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.training_frame import TrainingFrame
from retraining.strategies.trials import without_quotes

_MOST_NAMED = 5


@contextmanager
def naming_gaps(spec: ModelSpec, frame: TrainingFrame) -> Iterator[None]:
    """Turns the ValueError of a fit into a SpecError that names the columns with missing values, or else what the
    recipe says, without the values that it quotes."""
    try:
        yield
    except ValueError as err:
        raise SpecError(
            f"{spec.model}: recipe `{spec.recipe}` cannot learn the training rows. {_why(frame, err)}"
        ) from err


def _why(frame: TrainingFrame, err: ValueError) -> str:
    missing = frame.features.isna().sum()
    columns = [f"{name} ({rows:,})" for name, rows in missing.items() if rows]
    if not columns:
        return f"It says: {without_quotes(err)}. Mend the recipe, or the columns it is given."

    more = f" and {len(columns) - _MOST_NAMED} more" if len(columns) > _MOST_NAMED else ""
    return (
        f"Of {len(frame.table):,} rows, values are missing in {', '.join(columns[:_MOST_NAMED])}{more}. Choose a "
        f"recipe with an imputer, such as recipes.ridge.pipeline, or quarantine such rows with a rule not_null."
    )
