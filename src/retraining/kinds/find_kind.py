"""The kinds there are. A new one is a file beside this one, and a line here."""

from typing import Protocol

from retraining.errors import SpecError
from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.forecast import FORECAST
from retraining.kinds.kind import Kind
from retraining.kinds.metric import Metric
from retraining.kinds.regression import REGRESSION

KINDS: dict[str, Kind] = {
    each.name: each
    for each in (
        REGRESSION,
        CLASSIFICATION,
        FORECAST,
    )
}


class _HasKind(Protocol):
    @property
    def kind(self) -> str: ...


def find_kind(name: str) -> Kind:
    """A kind by its name. Raises SpecError, with the names there are, for any other."""
    if name not in KINDS:
        raise SpecError(f"{name!r} is not a kind of model; expected one of {', '.join(KINDS)}.")
    return KINDS[name]


def known_metric(name: str) -> Metric | None:
    """A metric of any kind by its name; None for a user's own."""
    return next((metric for kind in KINDS.values() if (metric := kind.metric(name))), None)


def kind_followed_by(metric: str) -> Kind:
    """The kind whose models are followed by a metric."""
    return next(kind for kind in KINDS.values() if kind.followed.name == metric)


def kind_of(spec: _HasKind) -> Kind:
    """The kind of a spec's model."""
    return find_kind(spec.kind)
