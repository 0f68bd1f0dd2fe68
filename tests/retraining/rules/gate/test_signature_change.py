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
    ("new", "breaks", "widens"),
    [
        (signature(N, X, PLACE), False, False),
        (signature(ModelInput("x", "double"), PLACE, N), False, True),
        (signature(X, PLACE, N, ModelInput("more", "double", required=False)), False, True),
        (signature(X, N), True, False),
        (signature(X, PLACE, N, ModelInput("more", "double")), True, False),
        (signature(ModelInput("x", "string"), PLACE, N), True, False),
        (signature(X, PLACE, ModelInput("n", "long")), True, False),
        (signature(X, PLACE, N, prediction="object"), True, False),
    ],
    ids=["order", "wider type", "optional", "dropped", "demanded", "retyped", "now required", "other predictions"],
)
def test_a_change_is_called_what_it_is_for_a_caller(new, breaks, widens):
    found = signature_change(new, CHAMPION)

    assert (bool(found.breaking), bool(found.widening)) == (breaks, widens)


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
