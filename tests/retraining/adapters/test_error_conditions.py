"""An error is known by its condition, in whatever way a lane of Spark carries the name."""

import pytest

from retraining.adapters.error_conditions import conditions_of, is_commit_conflict, why_gone
from retraining.errors import SourceError

TOO_OLD = "DELTA_UNSUPPORTED_TIME_TRAVEL_BEYOND_DELETED_FILE_RETENTION_DURATION"


class NamedError(Exception):
    """As Spark's errors in Python: the condition is asked for, and the text begins with it."""

    def getCondition(self):
        return str(self).partition("[")[2].partition("]")[0] or None


FAILED_JOB = (
    "Job aborted due to stage failure: Task 0 in stage 3.0 failed 1 times: org.apache.spark.SparkException: "
    "[FAILED_READ_FILE.FILE_NOT_EXIST] Encountered error while reading file a.parquet. File does not exist."
)


@pytest.mark.parametrize(
    ("err", "named"),
    [
        (NamedError(f"[{TOO_OLD}] Cannot time travel"), (TOO_OLD,)),
        (Exception(f"org.apache.spark.sql.delta.DeltaErrors: [{TOO_OLD}] Cannot time travel"), (TOO_OLD,)),
        (Exception(FAILED_JOB), ("FAILED_READ_FILE.FILE_NOT_EXIST",)),
        (Exception("[DELTA_A_B] because of [DELTA_C_D] and [DELTA_A_B]"), ("DELTA_A_B", "DELTA_C_D")),
        (ValueError("no such key: [X] in [1, 2], and not [SQL] either"), ()),
    ],
    ids=["asked", "in the text", "a failed job", "several", "another system"],
)
def test_conditions_are_found_where_each_lane_has_them(err, named):
    assert conditions_of(err) == named


@pytest.mark.parametrize(
    ("err", "why"),
    [
        (NamedError(f"[{TOO_OLD}] Cannot time travel"), "it is older than `delta.deletedFileRetentionDuration`"),
        (NamedError("[DELTA_VERSION_NOT_FOUND] Cannot time travel"), "log does not reach back"),
        (Exception(FAILED_JOB), "its files were removed"),
        (Exception(FAILED_JOB.replace("FILE_NOT_EXIST", "DBR_FILE_NOT_EXIST")), "its files were removed"),
    ],
    ids=["too old", "log", "file", "file on Databricks"],
)
def test_a_version_that_is_gone_is_recognised_with_the_reason(err, why):
    assert why in why_gone(err)


@pytest.mark.parametrize(
    "err",
    [
        Exception(FAILED_JOB.replace("FILE_NOT_EXIST", "CANNOT_READ_FILE_FOOTER")),
        NamedError("[DELTA_MISSING_CHANGE_DATA] change data was not recorded"),
        FileNotFoundError("does not exist. To time travel"),
        SourceError(f"we said already: [{TOO_OLD}]"),
    ],
    ids=["a broken file", "no feed", "only words", "our own"],
)
def test_any_other_error_is_not_a_lost_version(err):
    assert why_gone(err) is None


def test_a_commit_conflict_is_known_by_condition_or_by_class():
    class ConcurrentAppendException(Exception):
        """As delta-spark names it."""

    assert is_commit_conflict(ConcurrentAppendException("files were added"))
    assert is_commit_conflict(Exception("io.delta.x: [DELTA_CONCURRENT_APPEND.WITHOUT_HINT] Transaction conflict"))
    assert not is_commit_conflict(NamedError("[DELTA_VERSION_NOT_FOUND] DELTA_CONCURRENT is only mentioned"))
