"""A registered version is fitted again from its manifest: every version of a story of two champions."""

import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from tests.loop import days, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import NothingToDoError, ReproduceError
from retraining.records.forgetting import TrainedVersion
from retraining.records.version import Manifest
from retraining.stages.reproduce import reproduce
from retraining.steps.forget.versions_of_keys import mark_versions

pytestmark = pytest.mark.slow

WINDOWS = toy_spec(strategy={"windows": [4]})


@pytest.fixture(scope="module")
def story(make_loop):
    """Two champions and their candidates; nothing was changed since."""
    loop = make_loop()
    loop.spec = WINDOWS
    moments = SimpleNamespace(loop=loop, refusal=refused(loop))
    loop.source_has(days(1, 14))
    loop.ingest()
    loop.train()
    loop.source_has(days(15, 24))
    loop.ingest()
    loop.train()
    moments.manifests = [row for row in read_rows(loop.tables, Manifest, "toy") if row.state == "REGISTERED"]
    return moments


def again(loop, version=None, spec=None):
    return reproduce(replace(loop.context, spec=spec or loop.spec), version)


def refused(loop) -> str:
    with pytest.raises(NothingToDoError) as caught:
        again(loop)
    return str(caught.value)


def compared(report) -> dict[str, str]:
    return {each.what: each.verdict for each in report.comparisons}


def tags(loop, version) -> dict[str, str]:
    return loop.registry.tags_of("toy", version)


def test_every_version_of_the_story_is_reproduced_to_the_last_digit(story):
    assert [row.role for row in story.manifests] == ["candidate", "refit"] * 2
    before = len(story.loop.registry.client.search_model_versions(f"name='{story.loop.registry.full_name('toy')}'"))

    for row in story.manifests:
        report = again(story.loop, row.version)
        assert set(compared(report).values()) == {"same"}, report.summary
        assert ("error at the gate (rmse)" in compared(report)) == (row.role == "candidate")
        assert report.summary.startswith(f"toy: version {row.version} fitted again: it learned the same rows")
        report.raise_if_different()
    assert (
        len(story.loop.registry.client.search_model_versions(f"name='{story.loop.registry.full_name('toy')}'"))
        == before
    )


def test_a_window_is_chosen_again_among_all_history(make_loop):
    loop = make_loop()
    loop.spec = WINDOWS
    turned = [(name, at, x, -y) for name, at, x, y in days(15, 30)]
    loop.source_has(days(1, 14) + turned)
    loop.ingest()
    candidate = loop.train().promotion.candidate_version

    report = again(loop, candidate)

    (window,) = [each for each in report.comparisons if each.what == "window, days"]
    assert (window.registered, window.again) == ("4", "4")
    assert set(compared(report).values()) == {"same"}, report.summary


def test_the_champion_is_the_default_and_without_one_there_is_nothing_to_do(story):
    assert again(story.loop).version == story.loop.alias("champion")
    assert story.refusal.startswith("toy has no champion. Name a `version`")


def test_another_recipe_is_named_and_seen_in_the_predictions(story):
    harder = WINDOWS.model_copy(update={"params": {"alpha": 1e3}})

    report = again(story.loop, spec=harder)

    differing = {what for what, verdict in compared(report).items() if verdict == "differs"}
    assert differing == {"spec", "training error (rmse)", "predictions"}
    report.raise_if_different()


def test_a_version_and_its_run_say_where_they_come_from(story):
    loop, candidate, second = story.loop, story.manifests[0], story.manifests[3]
    found = tags(loop, second.version)

    assert {key: found[key] for key in ("role", "batch_from", "batch_seq", "trained_rows", "code_version", "seed")} == {
        "role": "refit",
        "batch_from": "1",
        "batch_seq": "2",
        "trained_rows": str(second.trained_rows),
        "code_version": "abc",
        "seed": "not set",
    }
    assert found["data_table"] == f"spark_catalog.{loop.tables.schema}.toy_observations"
    assert re.fullmatch(r"[0-9a-f-]{36}", found["data_table_id"])
    assert (tags(loop, candidate.version)["parent_champion"], found["parent_champion"]) == ("none", "2")
    assert found["data_hash"] == second.data_hash
    assert all(re.fullmatch(r"[a-z0-9_]+", key) for key in found)
    of_run = loop.registry.client.get_run(second.mlflow_run_id).data.tags
    assert {key: of_run.get(key) for key in found} | {"promoted_by_run": found["promoted_by_run"]} == found


def test_a_row_that_was_changed_behind_our_back_is_a_failure_that_says_what_to_look_at(story):
    loop = story.loop
    table = loop.tables.name("toy_observations")
    before = loop.version_of_table("toy_observations")
    loop.tables.spark.sql(f"DELETE FROM {table} WHERE id = '2013-01-02/3'")
    try:
        report = again(loop)
    finally:
        loop.tables.spark.sql(f"RESTORE TABLE {table} TO VERSION AS OF {before}")

    assert compared(report)["data hash"] == "differs"
    assert "it did NOT learn the same rows" in report.summary
    with pytest.raises(ReproduceError, match=r"toy version 4: the rows of its batches have a different hash than"):
        report.raise_if_different()


def test_a_version_whose_keys_were_forgotten_says_why_it_cannot_be_reproduced(story):
    loop = story.loop
    mark_versions(loop.tables, loop.registry, loop.run, [TrainedVersion("toy", "1")])

    with pytest.raises(
        ReproduceError, match=r"toy version 1 is marked reproducible=false: .* keys that were forgotten"
    ):
        again(loop, "1")
