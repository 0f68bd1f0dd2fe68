"""Learners that learn block by block, each behind columns that suit it: for `strategy: incremental_update`.

`params.learner` names one, and the other params are those of its class in scikit-learn. A category that training did
not know counts as none of the known.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Perceptron, SGDClassifier, SGDRegressor
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, KBinsDiscretizer, MinMaxScaler, OneHotEncoder, OrdinalEncoder

from recipes.ridge import columns

LEARNER = "learner"
"""Param: the name of a learner below."""
MOST_BINS = 10
"""Of a numeric column, where a learner takes categories only."""
_SEED = {"random_state": 0}
_SUCCESSOR_FROM = (1, 8)
"""The version of scikit-learn from which SGD has the steps of the passive-aggressive classes, which end in 1.10."""


def passive_aggressive(classes: bool, params: Mapping[str, Any]) -> Any:
    """The passive-aggressive learner of the installed scikit-learn. params: those of PassiveAggressiveClassifier or
    PassiveAggressiveRegressor, in every version: C, loss and others."""
    given = {**_SEED, **params}
    if _installed() < _SUCCESSOR_FROM:
        # Imported by name only where it exists: later versions have removed it.
        from sklearn.linear_model import PassiveAggressiveClassifier, PassiveAggressiveRegressor

        return PassiveAggressiveClassifier(**given) if classes else PassiveAggressiveRegressor(**given)

    squared = str(given.pop("loss", "")).startswith("squared")
    step = given.pop("C", 1.0)
    own = {"penalty": None, "learning_rate": "pa2" if squared else "pa1", "eta0": step, **given}
    return SGDClassifier(loss="hinge", **own) if classes else SGDRegressor(loss="epsilon_insensitive", **own)


def regression(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """A learner of numbers: sgd (the default), passive_aggressive or mlp. params: learner, and those of its class."""
    return _pipeline(_NUMBERS, numeric, categorical, params)


def classification(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """A learner of classes: sgd (the default), passive_aggressive, perceptron, mlp, gaussian_nb, multinomial_nb,
    complement_nb, bernoulli_nb or categorical_nb. params: learner, and those of its class."""
    return _pipeline(_CLASSES, numeric, categorical, params)


def _installed() -> tuple[int, ...]:
    return tuple(int(part) for part in sklearn.__version__.split(".")[:2])


def _shares(numeric: Sequence[str], categorical: Sequence[str]) -> ColumnTransformer:
    """Numbers from 0 to 1, also of rows beyond what training knew: counts cannot be negative."""
    scaled = make_pipeline(SimpleImputer(strategy="median"), MinMaxScaler(clip=True))
    return _beside(scaled, OneHotEncoder(handle_unknown="ignore", sparse_output=False), numeric, categorical)


def _halves(numeric: Sequence[str], categorical: Sequence[str]) -> ColumnTransformer:
    """Of a number, whether it is in the upper half."""
    halved = make_pipeline(SimpleImputer(strategy="median"), _bins(2))
    return _beside(halved, OneHotEncoder(handle_unknown="ignore", sparse_output=False), numeric, categorical)


def _codes(numeric: Sequence[str], categorical: Sequence[str]) -> ColumnTransformer:
    """A code for each category and each tenth of the numbers; 0 is for categories that training did not know."""
    binned = make_pipeline(SimpleImputer(strategy="median"), _bins(MOST_BINS))
    coded = make_pipeline(
        OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1),
        FunctionTransformer(_counted_from_one),
    )
    return _beside(binned, coded, numeric, categorical)


def _bins(most: int) -> KBinsDiscretizer:
    """Of equal shares. Cut by all rows: a sample of them would be another one in every fit."""
    return KBinsDiscretizer(most, encode="ordinal", strategy="quantile", subsample=None)


def _counted_from_one(codes: Any) -> Any:
    return codes + 1


def _beside(numbers: Any, categories: Any, numeric: Sequence[str], categorical: Sequence[str]) -> ColumnTransformer:
    return ColumnTransformer([("numeric", numbers, list(numeric)), ("categorical", categories, list(categorical))])


_Columns = Callable[[Sequence[str], Sequence[str]], ColumnTransformer]
_Learner = Callable[..., Any]
_NUMBERS: Mapping[str, tuple[_Columns, _Learner]] = {
    "sgd": (columns, partial(SGDRegressor, **_SEED)),
    "passive_aggressive": (columns, lambda **params: passive_aggressive(False, params)),
    "mlp": (columns, partial(MLPRegressor, **_SEED)),
}
_CLASSES: Mapping[str, tuple[_Columns, _Learner]] = {
    "sgd": (columns, partial(SGDClassifier, loss="log_loss", **_SEED)),
    "passive_aggressive": (columns, lambda **params: passive_aggressive(True, params)),
    "perceptron": (columns, partial(Perceptron, **_SEED)),
    "mlp": (columns, partial(MLPClassifier, **_SEED)),
    "gaussian_nb": (columns, GaussianNB),
    "multinomial_nb": (_shares, MultinomialNB),
    "complement_nb": (_shares, ComplementNB),
    "bernoulli_nb": (_halves, BernoulliNB),
    "categorical_nb": (_codes, CategoricalNB),
}


def _pipeline(
    learners: Mapping[str, tuple[_Columns, _Learner]],
    numeric: Sequence[str],
    categorical: Sequence[str],
    params: Mapping[str, Any],
) -> Pipeline:
    others = dict(params)
    name = others.pop(LEARNER, "sgd")
    if name not in learners:
        raise ValueError(f"params.{LEARNER} is {name}; expected one of {', '.join(learners)}")

    make_columns, make_learner = learners[name]
    return make_pipeline(make_columns(numeric, categorical), make_learner(**others))
