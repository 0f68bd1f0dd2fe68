"""The white paper's example under its own rule and under the two gates, over many random splits."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.model_selection import train_test_split

from recipes.demo.diabetes import first_patients, paper_verdict
from retraining.kinds.metric import Predictions
from retraining.rules.gate.correlation import INDEPENDENT
from retraining.rules.gate.evaluation import Evaluation, GateTerms, paired_sums
from retraining.rules.gate.judge import gain_suffices
from retraining.rules.gate.metrics import find_metric

OLD_ROWS, NEW_ROWS = 422, 442


@dataclass(frozen=True)
class Answers:
    """Promotions of all splits: of the paper's rule with 20 new rows and without any, of a refresh and of a change;
    and the share of the mean gain that is left when the penalty grows with the rows."""

    splits: int
    paper: int
    paper_without_new_rows: int
    refresh: int
    change: int
    gain: float
    gain_with_equal_penalty: float


def ask_all(splits: int) -> Answers:
    """Every split is a seed: the paper's rule draws its test sets with it, the gates the quarter that judges."""
    paper = sum(paper_verdict(seed).promotes for seed in range(splits))
    unchanged = sum(_promotes_without_new_rows(seed) for seed in range(splits))
    judged = [_judge(seed) for seed in range(splits)]
    refresh, change = (sum(each[place] for each in judged) for place in (0, 1))
    gains = np.array([each[2:] for each in judged]).mean(axis=0)
    return Answers(splits, paper, unchanged, int(refresh), int(change), float(gains[0]), float(gains[1]))


def _promotes_without_new_rows(seed: int) -> bool:
    """The same rows, split with another seed."""
    (old_mse, old_r2), (new_mse, new_r2) = (_paper_scores(each) for each in (seed, seed + 10_000))
    return new_mse < old_mse and new_r2 > old_r2


def _paper_scores(seed: int) -> tuple[float, float]:
    features, label = _parts(first_patients(NEW_ROWS))
    train_x, test_x, train_y, test_y = train_test_split(features, label, test_size=0.25, random_state=seed)
    predicted = Ridge(alpha=1, solver="cholesky").fit(train_x, train_y).predict(test_x)
    return float(mean_squared_error(test_y, predicted)), float(r2_score(test_y, predicted))


def _parts(frame: pd.DataFrame) -> tuple[pd.DataFrame, "pd.Series[float]"]:
    return frame.drop(columns=["progression", "patient"]), frame["progression"]


def _judge(seed: int) -> tuple[bool, bool, float, float]:
    """Whether a refresh and a change pass on the same reserved rows, and the gains with the paper's penalty and with
    one that grows with the rows."""
    features, label = _parts(first_patients(NEW_ROWS))
    reserved = np.random.default_rng(seed).random(NEW_ROWS) < 0.25
    old = ~reserved & (np.arange(NEW_ROWS) < OLD_ROWS)

    def answers(inside: np.ndarray, alpha: float) -> Predictions:
        fitted = Ridge(alpha=alpha, solver="cholesky").fit(features[inside], label[inside])
        return Predictions(label[reserved].to_numpy(), fitted.predict(features[reserved]))

    champion = answers(old, 1.0)
    metric, blocks = find_metric("rmse", "regression"), np.arange(int(reserved.sum()))
    found = []
    for alpha in (1.0, (~reserved).sum() / old.sum()):
        sums = paired_sums(metric, answers(~reserved, alpha), champion, blocks)
        found.append(Evaluation((metric,), (sums,), False, INDEPENDENT))
    refresh, change = (gain_suffices(asked, found[0]).verdict == "passed" for asked in (_REFRESH, _CHANGE))
    return refresh, change, *(each.gain("rmse", 0.95).value for each in found)


_REFRESH, _CHANGE = GateTerms("refresh"), GateTerms("change", min_gain=0.05)
