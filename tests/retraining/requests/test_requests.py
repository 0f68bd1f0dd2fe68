"""What an operator may ask a repair for."""

import re

import pytest
from tests.retraining.rules.history import promoted

from retraining.errors import ParameterError
from retraining.requests.adopt import AdoptRequest, read_adoption
from retraining.requests.copy_version import CopyRequest, read_copy
from retraining.requests.reason import wish_to_retrain
from retraining.requests.repair import RepairRequest, read_repair
from retraining.requests.widget_values import end_of, trusted_digest
from retraining.rules.champion.rollback import version_asked

NOTHING = dict.fromkeys(("action", "batch_seq", "start", "end", "source"), "")


def asked(**said: str) -> RepairRequest:
    return read_repair({**NOTHING, "reason": "It was asked for.", **said})


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
        ({"action": "replay", "batch_seq": "1; DROP TABLE x"}, "is not a batch number"),
    ],
)
def test_anything_else_is_refused_with_the_cure(said, refusal):
    with pytest.raises(ParameterError, match=refusal):
        asked(**said)


@pytest.mark.parametrize(
    ("to_version", "to_date", "version"),
    [
        (None, None, None),
        ("2", None, "2"),
        (None, "2013-01-01", "1"),
        (None, "2013-01-02", "2"),
        (None, "2013-01-02T00:00", "2"),
        (None, "2013-01-01T23:59+00:00", "1"),
        (None, "2013-01-02T00:59+01:00", "1"),
    ],
)
def test_a_rollback_names_a_version_or_the_end_of_a_day_or_nothing(to_version, to_date, version):
    assert version_asked(promoted(("PROMOTE", "1"), ("PROMOTE", "2")), to_version, to_date) == version


@pytest.mark.parametrize(
    ("to_version", "to_date", "refusal"),
    [
        ("2", "2013-01-01", "to_version '2' and to_date '2013-01-01' are both set. Name one of them"),
        (None, "yesterday", "to_date 'yesterday' is not a date or time. Write 2013-02-01"),
        (None, "0001-01-01T00:00+23:00", "to_date '0001-01-01T00:00+23:00' is not a date or time"),
    ],
)
def test_a_rollback_to_both_or_to_no_date_is_refused(to_version, to_date, refusal):
    with pytest.raises(ParameterError, match=re.escape(refusal)):
        version_asked([], to_version, to_date)


ADOPTION = {
    **{"version": "3", "old_stage": "", "first_batch": "1", "last_batch": "2"},
    **{"label": "", "fit_seconds": "", "reason": "Live since March.", "trust": ""},
}


def test_an_adoption_is_read_with_what_it_needs():
    assert read_adoption(ADOPTION) == AdoptRequest("3", None, 1, 2, None, None, "Live since March.")
    assert read_adoption({**ADOPTION, "first_batch": "2", "label": "y", "fit_seconds": "1.5"}) == AdoptRequest(
        "3", None, 2, 2, "y", 1.5, "Live since March."
    )
    assert read_adoption({**ADOPTION, "trust": "0f" * 32}).trust == "0f" * 32


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"version": ""}, "version None and old_stage None: set one of them."),
        ({"old_stage": "Production"}, "version '3' and old_stage 'Production': set one of them."),
        ({"last_batch": "", "reason": " "}, "adopt needs last_batch and reason. Set the parameter and run again."),
        ({"first_batch": "3"}, "first_batch 3 and last_batch 2: expected 1 <= first_batch <= last_batch."),
        ({"first_batch": "0"}, "first_batch 0 and last_batch 2: expected"),
        ({"last_batch": "two"}, "last_batch 'two' is not a batch number."),
        ({"fit_seconds": "long"}, "fit_seconds 'long' is not a number of seconds."),
        ({"fit_seconds": "-1"}, "fit_seconds '-1' is not a number of seconds."),
        ({"fit_seconds": "nan"}, "fit_seconds 'nan' is not a number of seconds."),
    ],
)
def test_an_adoption_without_what_it_needs_is_refused(said, refusal):
    with pytest.raises(ParameterError, match=re.escape(refusal)):
        read_adoption({**ADOPTION, **said})


def test_a_day_means_its_last_moment():
    assert f"{end_of('2013-02-01')}" == "2013-02-01 23:59:59.999999+00:00"


@pytest.mark.parametrize(
    ("text", "digest"), [("", None), (" ", None), ("0f" * 32, "0f" * 32), (f" {'0F' * 32} ", "0f" * 32)]
)
def test_files_are_trusted_by_all_digits_of_their_digest(text, digest):
    assert trusted_digest(text) == digest


@pytest.mark.parametrize("text", ["yes", "0f" * 6, "0f" * 33, "0g" * 32, "٣" * 64])
def test_anything_else_trusts_nothing(text):
    with pytest.raises(ParameterError, match=r"is not a digest: expected 64 hex digits\. Leave it empty, and the job"):
        trusted_digest(text)


COPY = {
    **{"source_model": "staging.retraining.toy", "source_version": "7", "trained_until": ""},
    **{"reason": "Fitted there.", "trust": ""},
}


def test_a_copy_names_its_original_part_by_part():
    assert read_copy(COPY) == CopyRequest("staging.retraining", "toy", "7", None, "Fitted there.")
    assert read_copy({**COPY, "trained_until": "2013-01-31"}).trained_until == "2013-01-31"
    assert read_copy({**COPY, "trust": "0f" * 32}).trust == "0f" * 32


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"source_model": "", "reason": " "}, "copy_version needs source_model and reason. Set the parameter"),
        ({"source_model": "retraining.toy"}, "source_model 'retraining.toy': expected catalog.schema.model."),
        ({"source_model": "a.b.c.d"}, "expected catalog.schema.model."),
        ({"source_model": "a.b.toy' or '1"}, "source_model's part \"toy' or '1\" is not a plain name"),
        ({"source_model": "a..toy"}, "source_model's part '' is not a plain name"),
        ({"source_version": "champion"}, "source_version 'champion' is not a version number, such as 3."),
        ({"source_version": "7/../8"}, "is not a version number"),
    ],
)
def test_a_copy_that_names_anything_else_is_refused(said, refusal):
    with pytest.raises(ParameterError, match=re.escape(refusal)):
        read_copy({**COPY, **said})


def test_a_wish_for_a_training_has_a_reason():
    assert wish_to_retrain(True, " The labels were corrected. ") == "The labels were corrected."
    assert wish_to_retrain(False, None) is None


@pytest.mark.parametrize(("retrain", "reason"), [(True, None), (True, " "), (False, "Please.")])
def test_a_reason_without_a_wish_or_a_wish_without_a_reason_is_refused(retrain, reason):
    with pytest.raises(ParameterError, match=r"`reason` is"):
        wish_to_retrain(retrain, reason)
