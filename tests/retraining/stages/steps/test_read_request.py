"""What an operator may ask a repair for."""

import pytest

from retraining.errors import ParameterError
from retraining.records.repair_request import RepairRequest
from retraining.stages.steps.read_request import read_request

NOTHING = dict.fromkeys(("action", "batch_seq", "start", "end", "source"), "")


def asked(**said: str) -> RepairRequest:
    return read_request({**NOTHING, "reason": "It was asked for.", **said})


def test_a_request_is_read_with_what_it_needs():
    assert asked(action="rebuild") == RepairRequest("rebuild", "It was asked for.")
    assert asked(action="replay", batch_seq="7") == RepairRequest("replay", "It was asked for.", 7)
    assert asked(action="backfill", start="1", end="2") == RepairRequest(
        "backfill", "It was asked for.", None, "1", "2"
    )
    assert asked(action="rebuild", source="labels").source == "labels"


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"action": "delete"}, "action 'delete': expected one of backfill, replay, abandon, rebaseline, rebuild"),
        ({"action": ""}, "action '': expected one of"),
        ({"action": "rebuild", "reason": ""}, "rebuild needs reason"),
        ({"action": "backfill", "end": "2"}, "backfill needs start"),
        ({"action": "rebuild", "source": "views"}, "source 'views': expected rows or labels"),
        ({"action": "replay"}, "replay needs batch_seq"),
        ({"action": "replay", "batch_seq": "1; DROP TABLE x"}, "is no batch number"),
    ],
)
def test_anything_else_is_refused_with_the_cure(said, refusal):
    with pytest.raises(ParameterError, match=refusal):
        asked(**said)
