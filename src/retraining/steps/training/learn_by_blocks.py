"""More new rows than this machine may hold: an incremental learner is shown them block by block, and misses none."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retraining.context import Context
from retraining.errors import SpecError
from retraining.kinds.class_metrics import MOST_CLASSES
from retraining.kinds.find_kind import kind_of
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import LABEL
from retraining.steps.dataset.row_blocks import count_blocks, distinct_labels, read_blocks
from retraining.steps.dataset.training_frame import (
    Bounds,
    RowFacts,
    TrainingFrame,
    joined_facts,
    read_old_rows,
)
from retraining.steps.training.naming_gaps import naming_gaps
from retraining.strategies.rows import OldRows
from retraining.strategies.strategy import Strategy


def learns_by_blocks(spec: ModelSpec, frame: TrainingFrame) -> bool:
    """Whether the rows behind a frame are learned in blocks. Raises SpecError where there are more of them than
    the spec lets anything be fitted to."""
    if not frame.sampled:
        return False
    if spec.strategy.above_max_rows == "stop":
        raise SpecError(
            f"{spec.model}: there are more training rows than policy.max_rows ({spec.policy.max_rows:,}), and "
            f"strategy.above_max_rows says stop. Nothing was fitted. Raise policy.max_rows if the machine holds more, "
            f"say sample or stream instead, or choose a recipe that Spark fits, such as recipes.spark_trees.regression."
        )
    return spec.strategy.above_max_rows == "stream"


def labels_of_blocks(context: Context, source: IngestedSource, bounds: Bounds) -> NDArray[Any] | None:
    """Every class of the rows, asked before any is learned; None where labels are numbers."""
    if kind_of(context.spec).is_numeric:
        return None

    found = distinct_labels(context, source, bounds, MOST_CLASSES)
    if len(found) > MOST_CLASSES:
        raise SpecError(
            f"{context.model}: more than {MOST_CLASSES:,} classes, the most there may be. Say kind: regression where "
            f"the label is a number."
        )
    return np.array(found, dtype=object)


def fit_by_blocks(
    context: Context, source: IngestedSource, bounds: Bounds, strategy: Strategy, frame: TrainingFrame
) -> TrainingFrame:
    """A fit from scratch to the first block, and an update with each block after it. The first block knows the
    classes of all of them. Returns the frame, which is a sample of the rows, with the facts of all of them."""
    classes = labels_of_blocks(context, source, bounds)
    if classes is not None and strategy.get_params()["classes"] is None:
        strategy.set_params(classes=[*classes])

    facts: list[RowFacts] = []
    _, blocks = count_blocks(context, source, bounds)
    for block in read_blocks(context, source, bounds, blocks):
        learn = strategy.update if facts else strategy.fit
        with naming_gaps(context.spec, block):
            learn(block.features, block.label, time=block.days)
        facts.append(block.row_facts)
    return replace(frame, facts=joined_facts(facts), sampled=False)


def update_by_blocks(
    context: Context, source: IngestedSource, bounds: Bounds, strategy: Strategy, frame: TrainingFrame
) -> tuple[TrainingFrame, int]:
    """An update with each block of the model that the strategy starts from. Old rows to show again are read once, at
    most policy.max_rows of them, and spread over the blocks. Returns the frame, which is a sample of the rows, with the
    facts of all of them; and how many old rows were shown."""
    rows, blocks = count_blocks(context, source, bounds)
    old = _old_rows(context, source, bounds, strategy.old_rows(rows))

    facts: list[RowFacts] = []
    for place, block in enumerate(read_blocks(context, source, bounds, blocks)):
        shown = None if old is None else old.iloc[place::blocks]
        again = None if shown is None or shown.empty else OldRows(shown[list(frame.feature_names)], shown[LABEL])
        with naming_gaps(context.spec, block):
            strategy.update(block.features, block.label, time=block.days, old=again)
        facts.append(block.row_facts)
    return replace(frame, facts=joined_facts(facts), sampled=False), 0 if old is None else len(old)


def _old_rows(context: Context, source: IngestedSource, bounds: Bounds, wanted: int) -> pd.DataFrame | None:
    return read_old_rows(context, source, bounds, wanted) if wanted else None
