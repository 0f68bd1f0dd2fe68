"""Rows of two equally good models, so that every metric's own interval is seen at work."""

import numpy as np
from scipy import stats
from shared.gate_trials import Process, draw

from retraining.kinds.metric import FloatArray, Predictions
from retraining.rules.gate.correlation import ASSUMED, INDEPENDENT, spread_of_mean
from retraining.rules.gate.jackknife import bound, jackknife
from retraining.rules.gate.metrics import find_metric

METRICS = (
    ("rmse", "regression"),
    ("mae", "regression"),
    ("mape", "regression"),
    ("r2", "regression"),
    ("rmse, heavy tails", "regression"),
    ("error_rate", "classification"),
    ("log_loss", "classification"),
    ("auc", "classification"),
    ("f1", "classification"),
    ("calibration", "classification"),
)
_ROWS_A_DAY = 60
_AT_ONCE = 50
_DAY_EFFECT = 0.15
"""Of the logarithm of each model's error on a day, whatever the other one does: its mean squared error varies by 30 %
from day to day."""
_CLASSES = ("0", "1")


def level_of_metric(random: np.random.Generator, name: str, days: int, is_correlated: bool, trials: int) -> float:
    """How often one of two equal models is shown to be better, at 5 %; days that are correlated are judged as without
    history."""
    metric = find_metric(name.partition(",")[0], dict(METRICS)[name])
    correlation = ASSUMED if is_correlated else INDEPENDENT
    inflation, freedom = spread_of_mean(np.ones(days), correlation)
    reach = stats.t.ppf(0.95, freedom) * np.sqrt(inflation)

    shown = 0
    for _ in range(trials // _AT_ONCE):
        groups = np.repeat(np.arange(_AT_ONCE * days), _ROWS_A_DAY)
        models = _two_models(random, name, days, is_correlated, len(groups))
        totals = [metric.totals(each, groups, _AT_ONCE * days).reshape(_AT_ONCE, days, -1) for each in models]
        gain, error = jackknife(metric, *totals)
        shown += int(np.sum(bound(metric, gain, -reach * error) > 0))
    return shown / (trials // _AT_ONCE * _AT_ONCE)


def _two_models(
    random: np.random.Generator, name: str, days: int, is_correlated: bool, rows: int
) -> tuple[Predictions, Predictions]:
    """Each errs in its own way on its own bad days, equally badly in expectation."""
    process = Process("", 1.0, 0.85) if is_correlated else Process("")
    of_days = [np.exp(_DAY_EFFECT * draw(random, process, _AT_ONCE, days)).ravel() for _ in range(2)]
    noise = [np.repeat(each, _ROWS_A_DAY) * random.standard_normal(rows) for each in of_days]
    if dict(METRICS)[name] == "classification":
        return _classified(random, noise)
    return _predicted(random, name, noise)


def _predicted(random: np.random.Generator, name: str, noise: list[FloatArray]) -> tuple[Predictions, Predictions]:
    rows = len(noise[0])
    label = np.exp(random.standard_normal(rows)) if name == "mape" else random.standard_normal(rows)
    if name.endswith("tails"):
        label = label + random.standard_t(3, rows)
    return Predictions(label, label + noise[0] / 2), Predictions(label, label + noise[1] / 2)


def _classified(random: np.random.Generator, noise: list[FloatArray]) -> tuple[Predictions, Predictions]:
    """One row in five or so is of the positive class; both see its log-odds with noise."""
    log_odds = 1.5 * random.standard_normal(len(noise[0])) - 2
    classes = np.array(_CLASSES, dtype=object)
    label = classes[(random.random(len(log_odds)) < _probability(log_odds)).astype(int)]

    answers = []
    for each in noise:
        positive = _probability(log_odds + each)
        answer = classes[(positive > 0.5).astype(int)]
        answers.append(Predictions(label, answer, np.column_stack([1 - positive, positive]), _CLASSES))
    return answers[0], answers[1]


def _probability(log_odds: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-log_odds)))
