"""What the storage refuses is found in the words of any error."""

import pytest

from retraining.adapters.tables.storage_faults import storage_fault, using_storage
from retraining.errors import StorageError

CUT_OFF = """An error occurred while calling o81.table.
: org.apache.spark.SparkException: [FAILED_READ_FILE.NO_HINT] Encountered error while reading file s3://a/t/_delta_log/00000000000000000002.json.  SQLSTATE: KD001
\tat org.apache.spark"""  # noqa: E501  # as Spark writes it


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Caused by: java.io.IOException: No space left on device", "its storage is full. Free some space. Then start"),
        ("mkdir: Read-only file system", "its storage may not be read or written. Give this principal the right"),
        ("java.nio.file.AccessDeniedException: /x", "its storage may not be read or written."),
        (CUT_OFF, "its commit s3://a/t/_delta_log/00000000000000000002.json is damaged. Put a copy of that file back."),
        (CUT_OFF.replace("_delta_log", "data"), None),
        ("column `x` is infinite", None),
    ],
)
def test_a_refusal_is_one_sentence_with_the_cure(text, fault):
    assert (storage_fault(text) or "None").startswith(str(fault))


def test_the_table_is_named_and_any_other_error_stays_what_it_is():
    with pytest.raises(StorageError, match=r"^table `watermarks`: its storage is full"), using_storage("watermarks"):
        raise OSError("No space left on device")
    with pytest.raises(OSError, match="no such host"), using_storage("watermarks"):
        raise OSError("no such host")
