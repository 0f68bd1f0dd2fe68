"""What a new signature means for the callers of the old one."""

import pytest

from retraining.records.version import ModelInput, Signature
from retraining.rules.gate.signature_change import signature_change, signature_holds

X, PLACE = ModelInput("x", "float"), ModelInput("place", "string")
CHAMPION = Signature((X, PLACE, ModelInput("n", "long", required=False)), "float64")
N = CHAMPION.inputs[2]


def signature(*inputs: ModelInput, prediction: str = "float64") -> Signature:
    return Signature(inputs, prediction)


@pytest.mark.parametrize(
    ("new", "kind"),
    [
        (signature(N, X, PLACE), "compatible"),
        (signature(ModelInput("x", "double"), PLACE, N), "widening"),
        (signature(X, PLACE, N, ModelInput("more", "double", required=False)), "widening"),
        (signature(X, N), "breaking"),
        (signature(X, PLACE, N, ModelInput("more", "double")), "breaking"),
        (signature(ModelInput("x", "string"), PLACE, N), "breaking"),
        (signature(X, PLACE, ModelInput("n", "long")), "breaking"),
        (signature(X, PLACE, N, prediction="object"), "breaking"),
    ],
    ids=["order", "wider type", "optional", "dropped", "demanded", "retyped", "now required", "other predictions"],
)
def test_a_change_is_called_what_it_is_for_a_caller(new, kind):
    assert signature_change(new, CHAMPION).kind == kind


def test_a_dropped_column_fails_in_one_sentence_that_names_it_and_the_cure():
    check = signature_holds(signature(X, N), CHAMPION, ())

    assert (check.verdict, check.value) == ("failed", 1.0)
    assert check.sentence == (
        "The signature breaks callers of the champion: `place` is no longer taken. Agree with them, then name place in "
        "gate.may_change_signature."
    )


def test_only_what_is_named_may_change():
    new = signature(X, ModelInput("n", "long"), prediction="int64")

    assert signature_holds(new, CHAMPION, ["place", "n"]).verdict == "failed"
    assert signature_holds(new, CHAMPION, ["place", "n", "prediction"]).verdict == "passed"


@pytest.mark.parametrize("both", [(None, CHAMPION), (CHAMPION, None)])
def test_a_signature_that_is_not_known_never_passes(both):
    assert signature_holds(*both, ["prediction"]).verdict == "failed"
