"""From what an endpoint serves to one version: which shares come one after the other."""

import pytest

from retraining.records.serving import EndpointState, ServedVersion
from retraining.rules.serving.plan_swap import is_done, plan_swap


def served(**shares):
    return tuple(ServedVersion(f"rain-{name[1:]}", name[1:], share) for name, share in shares.items())


def test_the_new_version_begins_with_nothing_and_ends_alone():
    assert plan_swap(served(v1=100), "2", (50,)) == (
        {"1": 100, "2": 0},
        {"1": 50, "2": 50},
        {"1": 0, "2": 100},
        {"2": 100},
    )


def test_steps_are_taken_in_order_and_once():
    shares = [each.get("2") for each in plan_swap(served(v1=100), "2", (50, 5, 50))]
    assert shares == [0, 5, 50, 100, 100]


@pytest.mark.parametrize("left", [{"v1": 50, "v2": 50}, {"v1": 1, "v2": 99}, {"v1": 0, "v2": 100}])
def test_a_swap_that_was_killed_begins_again_with_the_version_that_is_known_to_answer(left):
    assert plan_swap(served(**left), "2", ())[0] == {"1": 100, "2": 0}


def test_of_two_other_versions_the_one_with_more_requests_stays_until_the_new_one_is_there():
    plan = plan_swap(served(v1=40, v2=60), "3", ())
    assert plan == ({"2": 100, "3": 0}, {"2": 0, "3": 100}, {"3": 100})


def test_where_only_the_version_itself_is_served_nothing_is_beside_it():
    assert plan_swap(served(v2=100), "2", (50,)) == ({"2": 100},)
    assert plan_swap((), "2", (50,)) == ({"2": 100},)


@pytest.mark.parametrize(
    ("state", "done"),
    [
        (EndpointState("e", served(v2=100)), True),
        (EndpointState("e", served(v2=100), is_updating=True), False),
        (EndpointState("e", served(v1=0, v2=100)), False),
        (EndpointState("e", ()), False),
    ],
)
def test_a_swap_is_done_when_nothing_else_is_served(state, done):
    assert is_done(state, "2") is done
