"""The protocol of ingestion keeps its promises in any order of events, and the check of it can fail."""

from typing import get_args

import pytest
from tests.faults.model import Broken
from tests.faults.protocol import run_interleavings


def test_no_order_of_changes_crashes_and_runs_loses_or_repeats_a_row():
    assert run_interleavings(150).examples >= 150


@pytest.mark.parametrize("broken", get_args(Broken))
def test_the_check_notices_a_protocol_that(broken):
    with pytest.raises(AssertionError):
        run_interleavings(300, broken=broken)
