"""From the first batch to a champion: interrupted, repeated, tampered with. Each test has a model of its own."""

from contextlib import suppress
from dataclasses import replace

import pytest
from tests.loop import KilledError, days, killed, make_run, toy_spec

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import AliasDriftError, ConcurrentRunError, RegistryError, TamperedModelError
from retraining.records.gate import GateResult
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.stages.promote import promote
from retraining.steps.champion.apply_newest_decision import decide_promotion

SOURCE = {"name": "toy", "table": "toy_source", "ledger_column": "at", "keys": ["id"]}


@pytest.fixture(scope="module")
def ingested(make_loop):
    """Two weeks that have been ingested; `luck` has nothing to do with x."""
    loop = make_loop()
    rows = [(*row, float(hash_of(row[0]) % 100)) for row in days(1, 14)]
    loop.source_has(rows, "id string, at timestamp, x double, y double, luck double")
    loop.ingest()
    return loop


def hash_of(text: str) -> int:
    return sum(ord(letter) * 7919**place for place, letter in enumerate(text))


@pytest.fixture
def loop(ingested, request):
    """The ingested source, for a model named after the test; a passing candidate goes live itself."""
    name = f"m{abs(hash(request.node.name)) % 10**12}"
    return replace(ingested, spec=toy_spec(model=name, source=SOURCE, gate={"deploy": "candidate"}))


def kill(stage, monkeypatch, before: str) -> None:
    with monkeypatch.context() as patch, suppress(KilledError):
        patch.setattr(before, killed)
        stage()


def rows(loop, record):
    return read_rows(loop.tables, record, loop.spec.model)


def versions(loop) -> list[str]:
    name = loop.registry.full_name(loop.spec.model)
    return sorted(each.version for each in loop.registry.client.search_model_versions(f"name='{name}'"))


def test_a_decision_leads_to_one_version_even_when_the_run_is_killed_after_registration(loop, monkeypatch):
    loop.check()
    kill(loop.retrain, monkeypatch, "retraining.steps.training.fit_version.append_rows")
    after_kill = (versions(loop), [row.state for row in rows(loop, Manifest)])

    finished, repeated = loop.retrain(), loop.retrain()

    assert after_kill == (["1"], ["RESERVED"])
    assert (finished.manifest.version, repeated.manifest) == ("1", finished.manifest)
    assert (versions(loop), loop.alias("challenger")) == (["1"], "1")


def test_retraining_without_mlflow_registers_nothing_and_the_next_run_does(loop, offline):
    loop.check()

    with pytest.raises(RegistryError, match=r"No alias was moved\. Check that the server is reachable"):
        offline(loop).retrain()
    assert [row.state for row in rows(loop, Manifest)] == ["RESERVED"]
    assert loop.retrain().manifest.version == "1"


@pytest.mark.slow
def test_a_model_of_pure_noise_is_refused_because_it_is_no_better_than_the_mean(loop):
    loop.spec = loop.spec.model_copy(update={"columns": toy_spec(columns={"label": "luck", "numeric": ["x"]}).columns})

    promotion = loop.train().promotion

    assert (promotion.outcome, promotion.version, loop.alias("champion")) == ("REJECT", None, None)
    assert "of the trivial predictor" in promotion.reasons[0]


@pytest.mark.slow
def test_a_run_killed_between_decision_and_alias_is_healed_and_nothing_is_judged_again(loop, monkeypatch):
    loop.check()
    loop.retrain()
    kill(loop.promote, monkeypatch, "retraining.adapters.registry.registry.Registry.set_alias")
    after_kill = (loop.alias("champion"), [row.state for row in rows(loop, Promotion)])
    monkeypatch.setattr("retraining.stages.promote._JUDGES", {"rows": killed})

    healed = loop.promote()

    assert after_kill == (None, ["DECIDED"])
    assert (healed.promotion.outcome, loop.alias("champion")) == ("PROMOTE", "1")
    assert [row.state for row in rows(loop, Promotion)] == ["DECIDED", "APPLIED"]
    assert len(rows(loop, GateResult)) == len(healed.checks) == 6


@pytest.mark.slow
def test_an_alias_moved_by_hand_stops_promotion_and_rollback_until_it_is_moved_back(loop):
    loop.train()
    name = loop.registry.full_name(loop.spec.model)
    loop.registry.client.delete_registered_model_alias(name, "champion")

    for stage in (loop.promote, loop.rollback):
        with pytest.raises(AliasDriftError, match="champion is not set, but the last decision made version 1 champion"):
            stage()
    loop.registry.set_alias(loop.spec.model, "champion", "1")

    assert loop.promote().promotion.outcome == "PROMOTE"


@pytest.mark.slow
def test_an_alias_moved_or_deleted_by_hand_goes_back_where_the_spec_says_so(loop):
    loop.spec = loop.spec.model_copy(update={"policy": toy_spec(policy={"on_alias_drift": "heal"}).policy})
    loop.train()
    client, name = loop.registry.client, loop.registry.full_name(loop.spec.model)
    client.delete_registered_model_alias(name, "champion")

    scored, after_deletion = loop.score(), loop.alias("champion")
    by_hand = client.create_model_version(name, client.get_model_version(name, "1").source)
    client.set_registered_model_alias(name, "champion", by_hand.version)
    repeated = loop.promote()

    assert (scored.champion_version, after_deletion, loop.alias("champion")) == ("1", "1", "1")
    assert repeated.promotion.outcome == "PROMOTE"
    assert [(row.outcome, row.state) for row in rows(loop, Promotion)] == [
        (outcome, state) for outcome in ("PROMOTE", "HEAL", "HEAL") for state in ("DECIDED", "APPLIED")
    ]
    reasons = [row.reasons[0] for row in rows(loop, Promotion) if row.outcome == "HEAL" and row.state == "DECIDED"]
    assert [reason.partition(", but the last decision made version 1 champion")[0] for reason in reasons] == [
        f"{loop.spec.model}@champion is not set",
        f"{loop.spec.model}@champion is version 2",
    ]


def test_an_alias_that_no_decision_ever_set_is_not_put_back_but_stops_the_run(loop):
    loop.spec = loop.spec.model_copy(update={"policy": toy_spec(policy={"on_alias_drift": "heal"}).policy})
    loop.check()
    loop.retrain()
    loop.registry.set_alias(loop.spec.model, "champion", "1")

    with pytest.raises(AliasDriftError, match="is version 1, but no decision ever made a champion"):
        loop.promote()
    assert (rows(loop, Promotion), loop.alias("champion")) == ([], "1")


@pytest.mark.slow
def test_of_two_promoters_at_once_the_second_is_told_and_then_judges_against_the_first_ones_champion(loop, monkeypatch):
    loop.check()
    first = loop.retrain().retrain_key
    loop.start_run(code_version="other")
    second = loop.retrain().retrain_key

    def promoter(key):
        return promote(replace(loop.context, run=make_run()), key)

    def too_late(tables, decision):
        monkeypatch.undo()
        promoter(first)
        decide_promotion(tables, decision)

    monkeypatch.setattr("retraining.stages.promote.decide_promotion", too_late)
    with pytest.raises(ConcurrentRunError, match="another run wrote step 1 of `promotions` first"):
        promoter(second)
    after_the_race = loop.alias("champion")
    again = promoter(second)

    assert after_the_race == "1"
    assert {(check.question, check.champion_version) for check in again.checks} == {("refresh", "1")}
    assert (again.promotion.outcome, again.promotion.previous_version, loop.alias("champion")) == ("PROMOTE", "1", "2")


def test_a_candidate_whose_files_were_changed_is_not_loaded_and_no_alias_moves(loop, state_dir):
    loop.check()
    made = loop.retrain().manifest
    source = loop.registry.client.get_model_version(loop.registry.full_name(made.model), made.version).source
    logged = source.rpartition("/")[2]  # of models:/m-123
    files = list(state_dir.glob(f"mlflow/artifacts/*/models/{logged}/artifacts/model.pkl"))
    assert len(files) == 1
    files[0].write_bytes(files[0].read_bytes() + b"\0")

    with pytest.raises(TamperedModelError, match=r"digest .* \(changed: model\.pkl\)\. Nothing was loaded"):
        loop.promote()
    assert (rows(loop, Promotion), loop.alias("champion")) == ([], None)


def test_a_candidate_that_has_learned_rows_of_its_hold_out_is_refused_in_one_sentence(loop, monkeypatch):
    loop.check()
    honest = loop.retrain().manifest
    everything = replace(honest, train_before=None)
    monkeypatch.setattr("retraining.stages.promote._candidate", lambda *_: everything)

    promotion = loop.promote().promotion

    assert (promotion.outcome, loop.alias("champion")) == ("REJECT", None)
    assert [each for each in promotion.reasons if each.startswith("120 of 120 hold-out rows have keys that")]
