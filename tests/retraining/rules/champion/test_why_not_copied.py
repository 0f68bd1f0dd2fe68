"""May a version of another target be judged here?"""

from dataclasses import fields, replace

import pytest
from tests.retraining.rules.history import promoted

from retraining.records.version import Manifest
from retraining.rules.champion.standing_verdict import why_not_copied

NOTHING = Manifest(**dict.fromkeys(each.name for each in fields(Manifest)))
MADE = [replace(NOTHING, version=version, digest=f"files of {version}") for version in ("1", "2", "3")]
BACK = promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("ROLLBACK", "1"))


@pytest.mark.parametrize(
    ("digest", "promotions", "refusal"),
    [
        ("files of 9", BACK, None),
        ("files of 3", BACK, None),
        ("files of 1", BACK, "its files are those of version 1, which is champion already"),
        ("files of 2", BACK, "its files are those of version 2, which was left by a rollback"),
        ("files of 2", [], None),
        ("files of 1", BACK[:4], None),
    ],
)
def test_files_that_are_live_or_were_left_are_not_copied_again(digest, promotions, refusal):
    assert why_not_copied(digest, MADE, promotions) == refusal
