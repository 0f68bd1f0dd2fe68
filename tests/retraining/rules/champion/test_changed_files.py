"""The sentence names the files that differ."""

import pytest

from retraining.records.version import FileHash
from retraining.rules.champion.versions import changed_files

REGISTERED = (FileHash("MLmodel", "a"), FileHash("model.pkl", "b"))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (REGISTERED, ""),
        ((FileHash("MLmodel", "a"), FileHash("model.pkl", "x")), "changed: model.pkl"),
        (REGISTERED[:1], "missing: model.pkl"),
        ((*REGISTERED, FileHash("code/evil.py", "x")), "added: code/evil.py"),
        (
            (FileHash("MLmodel", "x"), FileHash("code/evil.py", "x")),
            "changed: MLmodel; missing: model.pkl; added: code/evil.py",
        ),
        ((*REGISTERED, *(FileHash(f"f{n}", "x") for n in range(7))), "added: f0, f1, f2, f3, f4 and 2 more"),
    ],
)
def test_changed_missing_and_added_files_are_named(found, said):
    assert changed_files(REGISTERED, found) == said
