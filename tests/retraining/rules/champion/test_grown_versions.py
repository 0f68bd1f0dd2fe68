"""What a version learned lives on in those that were updated from it."""

from dataclasses import fields, replace

from retraining.records.version import Manifest
from retraining.rules.champion.versions import with_grown

NOTHING = Manifest(**{**dict.fromkeys(each.name for each in fields(Manifest)), "reproducible": True})


def registered(**bases: str | None) -> list[Manifest]:
    return [replace(NOTHING, version=version[1:], base_version=base) for version, base in bases.items()]


def test_versions_that_grew_from_one_are_found_however_far():
    assert with_grown({"1"}, registered(v1=None, v2="1", v3=None, v4="2", v5="3")) == ["1", "2", "4"]


def test_a_refit_after_it_is_clean():
    assert with_grown({"2"}, registered(v1=None, v2="1", v3=None)) == ["2"]
    assert with_grown(set(), registered(v1=None, v2="1")) == []


def test_what_grew_from_a_version_that_was_marked_before_is_found_too():
    first, *rest = registered(v1=None, v2="1", v3=None)

    assert with_grown(set(), [replace(first, reproducible=False), *rest]) == ["2"]
