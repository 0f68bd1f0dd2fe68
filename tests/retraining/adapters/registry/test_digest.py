"""What the digest of a version's files covers."""

import pytest

from retraining.adapters.registry.digest import digest_of_files, hashes_of_files


@pytest.mark.parametrize("name", ["model.pkl", "data/model.pkl", "registered_model_meta", "data/registered_model_meta"])
def test_a_file_of_any_name_changes_the_digest_when_its_bytes_change(tmp_path, name):
    (tmp_path / "data").mkdir()
    (tmp_path / "MLmodel").write_text("flavors: {}")
    (tmp_path / name).write_bytes(b"trusted")
    trusted = digest_of_files(hashes_of_files(tmp_path))

    (tmp_path / name).write_bytes(b"swapped")

    assert digest_of_files(hashes_of_files(tmp_path)) != trusted
