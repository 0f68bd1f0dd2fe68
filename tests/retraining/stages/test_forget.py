"""Keys that were asked to be forgotten are gone from every table, and do not come back."""

import hmac
import json
import logging
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from pyspark.sql import functions as F
from tests.loop import UNLABELLED, KilledError, days, killed, labelled_spec, toy_spec
from tests.retraining.adapters.sources.feed import read_changes, upsert
from tests.retraining.adapters.sources.folder import put_csv, read_from_files
from tests.retraining.adapters.sources.unversioned import insert, read_view

from local_workspace.notebook.dbutils import DBUtils
from local_workspace.notebook.notebook import run_notebook
from recipes.demo.diabetes import KEYS, first_patients
from recipes.demo.put_rows import put_rows
from retraining.adapters.tables.batches import read_batches
from retraining.adapters.tables.forgotten_keys import read_salt
from retraining.adapters.tables.ledgers_of_model import append_rows, read_rows
from retraining.errors import ForgetError, IngestError, NothingToDoError, ParameterError
from retraining.records.forgetting import TableRows, TrainedVersion
from retraining.records.version import Manifest
from retraining.requests.forget import ForgetRequest
from retraining.requests.repair import RepairRequest
from retraining.rules.ingest.forgotten_keys import keyed_hash
from retraining.rules.ingest.row_identity import IDENTITIES, PRESENT, row_key
from retraining.stages import forget as stage
from retraining.stages import ingest as ingest_stage
from retraining.stages.repair import repair
from retraining.steps.forget import versions_of_keys
from retraining.steps.forget.keys_to_forget import keys_to_forget

pytestmark = pytest.mark.slow

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
NINE, TEN, ELEVEN = (f"2013-01-31 {hour:02d}:00" for hour in (9, 10, 11))
JUDGED, SCORED = "2013-01-14/5", "2013-01-16/3"
OTHER = toy_spec(model="other", source={**toy_spec().source.model_dump(exclude_none=True), "name": "toy"})


def tables_of(loop, *names):
    return {name: loop.version_of_table(name) for name in names}


def rows_about(loop, table, *ids):
    """Rows of a table about ids, found by reading all of it."""
    rows = loop.tables.read(table)
    key = F.col("_row_key") if "_row_key" in rows.columns else row_key(rows, ["id"], PRESENT)
    named = loop.tables.spark.createDataFrame([(each,) for each in ids], "id string")
    wanted = named.select(row_key(named, ["id"], PRESENT))
    keys = {row[0] for row in wanted.collect()}
    return sum(row[0] in keys for row in rows.select(key).collect())


def second_time(original):
    """Ends the run at the second call."""
    calls = []

    def call(*arguments):
        calls.append(arguments)
        return killed() if len(calls) == 2 else original(*arguments)

    return call


def add_other_model(loop):
    """A second model of the source, with the versions and predictions of the first: training it would show no more."""
    rows, name, client = manifests(loop, "toy"), loop.registry.full_name("other"), loop.registry.client
    append_rows(loop.tables, "retrain", [replace(row, model="other", seq=1) for row in rows])
    client.create_registered_model(name)
    for row in rows:
        version = client.get_model_version(loop.registry.full_name("toy"), row.version)
        client.create_model_version(name, version.source, version.run_id)
    table = loop.tables.name
    loop.tables.spark.sql(
        f"CREATE TABLE {table('other_predictions')} USING delta AS SELECT * FROM {table('toy_predictions')}"
    )


def train_two_models(loop, rows):
    """A version that learned the rows, and two days that it scored, for two models of the source."""
    loop.source_has(rows)
    loop.ingest()
    loop.train()
    loop.source_has(days(15, 16))
    loop.ingest()
    loop.score()
    add_other_model(loop)


def manifests(loop, model):
    return [row for row in read_rows(loop.tables, Manifest, model) if row.state == "REGISTERED"]


STEPS = [
    (stage, "append_keys", lambda _: killed),
    (stage, "append_request", lambda _: killed),
    (stage, "mark_versions", lambda _: killed),
    (versions_of_keys, "append_rows", second_time),
    (stage, "delete_rows", lambda _: killed),
    (stage, "delete_rows", second_time),
    (stage, "append_request", lambda _: killed),
]
"""Every step of a request, and how the run ends before it."""


@pytest.fixture(scope="module")
def story(make_loop):
    """Two models of one source; two keys are forgotten by a command that is killed before each of its steps, and
    started again as another run. The tests only read."""
    loop, moments = make_loop(), SimpleNamespace()
    moments.loop = loop
    train_two_models(loop, [*days(1, 14), (JUDGED, None, 1.0, 1.0)])
    everything = ("toy_observations", "toy_predictions", "other_predictions", "model_manifests")
    before = tables_of(loop, *everything)
    moments.written = loop.written()
    moments.dry = loop.forget(JUDGED, SCORED, models=[OTHER], dry_run=True)
    moments.dry_wrote = loop.written() != moments.written or tables_of(loop, *everything) != before
    moments.killed = 0
    for module, step, end in STEPS:
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(module, step, end(getattr(module, step)))
            loop.start_run()
            with pytest.raises(KilledError):
                loop.forget(JUDGED, SCORED, models=[OTHER])
        moments.killed += 1
    loop.start_run()
    moments.done = loop.forget(JUDGED, SCORED, models=[OTHER])
    control = ("forgotten_keys", "forgotten_key_salts", "forget_requests")
    after = tables_of(loop, *everything, *control)
    loop.start_run()
    moments.again = loop.forget(JUDGED, SCORED, models=[OTHER])
    moments.again_wrote = tables_of(loop, *everything, *control) != after
    moments.observations_after = loop.tables.read("toy_observations").count()
    loop.source_has([(JUDGED, "2013-01-20 10:00", 7.0, 7.0), ("new", "2013-01-20 10:00", 1.0, 2.0)])
    moments.ingested, moments.nothing_new = loop.ingest(), loop.ingest()
    return moments


def test_a_dry_run_says_what_would_go_and_writes_nothing(story):
    found = story.dry.forgetting

    assert not story.dry_wrote
    assert (found.keys, found.keys_known) == (2, 2)
    assert found.rows == (
        TableRows("toy_observations", 3),
        TableRows("other_predictions", 1),
        TableRows("toy_predictions", 1),
    )
    assert found.versions == (TrainedVersion("toy", "2"), TrainedVersion("other", "2"))
    assert story.dry.summary == (
        "toy: dry run, nothing was written. 2 keys, 2 stored: would delete 5 rows (toy_observations 3, "
        "other_predictions 1, toy_predictions 1). Versions trained on them: toy 2, other 2. Run again with "
        "dry_run=false."
    )


def test_a_run_killed_before_every_step_ends_as_one_that_was_not(story):
    done = story.done.forgetting
    dry = story.dry.forgetting
    same = replace(done, state="PLANNED", seq=0, attempt_id=dry.attempt_id, request_id=dry.request_id)

    assert story.killed == len(STEPS)
    assert (done.state, same) == ("DONE", dry)
    assert "VACUUM runs after 2013-06-08. toy_source itself was not touched." in story.done.summary


def test_no_row_of_the_keys_is_left_in_any_table(story):
    loop = story.loop

    for table in ("toy_observations", "toy_predictions", "other_predictions"):
        assert loop.tables.read(table).count() > 10
        assert rows_about(loop, table, JUDGED, SCORED) == 0
    assert story.observations_after == 16 * 20 + 1 - 3


def test_the_same_request_again_says_the_same_and_writes_nothing(story):
    assert story.again == story.done
    assert not story.again_wrote


def test_versions_trained_on_a_key_are_marked_and_those_that_were_not_stay(story):
    client, full_name = story.loop.registry.client, story.loop.registry.full_name

    for model in ("toy", "other"):
        marks = [(row.version, row.reproducible) for row in manifests(story.loop, model)]
        tags = {each: client.get_model_version(full_name(model), each).tags.get("reproducible") for each, _ in marks}
        assert marks == [("1", True), ("2", False)]
        assert tags["2"] == "false"
        assert tags["1"] != "false"
    assert story.loop.tables.read("model_manifests").where("state = 'REGISTERED'").count() == 4 + 2


def test_a_forgotten_key_that_the_source_sends_again_is_refused_and_counted(story):
    made = story.ingested

    # Tied with the watermark: the last row of day 16 is read again.
    assert (made.read, made.accepted, made.quarantined, made.already_present, made.forgotten) == (4, 1, 0, 1, 2)
    assert "already present 1 + forgotten 2; watermark" in made.summary
    assert (made.older, made.late, story.nothing_new.read) == (0, 0, 0)
    assert "new" in story.loop.accepted_keys()
    assert JUDGED not in story.loop.accepted_keys() + story.loop.quarantined_keys()
    assert [row.rows_forgotten for row in read_batches(story.loop.tables, "toy")] == [0, 0, 2]


def test_tombstones_do_not_tell_which_keys_they_are(story):
    loop = story.loop
    salt = bytes.fromhex(read_salt(loop.tables, "toy"))
    frame = loop.tables.spark.createDataFrame([(JUDGED,), (SCORED,)], "id string")
    named = frame.select(*(row_key(frame, ["id"], identity) for identity in IDENTITIES)).collect()
    hashed = {tuple(hmac.digest(salt, key.encode(), "sha256").hex() for key in keys) for keys in named}
    stored = loop.tables.read("forgotten_keys").collect()

    assert {(row["_key_hash"], row["_key_hash_sha256"]) for row in stored} == hashed
    assert len(stored) == 2


def test_the_history_of_tables_does_not_tell_the_salt(story):
    salt = read_salt(story.loop.tables, "toy")
    pads = [bytes(each ^ pad for each in bytes.fromhex(salt)).hex() for pad in (0x36, 0x5C)]

    for table in ("toy_observations", "toy_predictions"):
        history = story.loop.tables.spark.sql(f"DESCRIBE HISTORY {story.loop.tables.name(table)}").collect()
        assert "MERGE" in [row["operation"] for row in history]
        assert not any(text in str(history).lower() for text in (salt, *pads))


@pytest.fixture
def begun(loop):
    """A source of three rows, ingested."""
    loop.source_has([("a", NINE, 1.0, 1.0), ("b", TEN, 1.0, 1.0), ("c", TEN, 1.0, 1.0)])
    loop.ingest()
    return loop


def test_a_key_forgotten_while_a_batch_is_written_is_not_kept(begun, monkeypatch):
    begun.source_has([("late request", ELEVEN, 1.0, 1.0), ("d", ELEVEN, 1.0, 1.0)])
    request = replace(begun, run=replace(begun.run, run_id="900"))

    def at(point):
        if point == "ingest.before_write":
            request.forget("late request")

    with monkeypatch.context() as patched:
        patched.setattr(ingest_stage, "hit", at)
        with pytest.raises(IngestError, match="already present 2 \\+ forgotten 0 do not add up"):
            begun.ingest()

    assert rows_about(begun, "toy_observations", "late request") == 0
    report = begun.ingest()
    assert (report.read, report.accepted, report.forgotten) == (4, 1, 1)
    assert begun.accepted_keys() == ["a", "b", "c", "d"]


def test_counts_of_late_rows_and_repairs_hold_after_rows_were_deleted(begun):
    begun.forget("a", "b")
    begun.source_has([("late", NINE, 1.0, 1.0), ("d", ELEVEN, 1.0, 1.0)])

    second = begun.ingest()

    assert (second.read, second.accepted, second.already_present, second.forgotten) == (3, 1, 1, 1)
    assert (second.older, second.late) == (1, 0)
    for request in (RepairRequest("replay", "Again.", batch_seq=1), RepairRequest("rebaseline", "Again.")):
        begun.start_run()
        repair(begun.context, begun.source, request)
        report = begun.ingest()
        assert report.forgotten == 2
        assert report.read == report.accepted + report.quarantined + report.already_present + report.forgotten
        begun.source_has([(f"after {request.action}", ELEVEN, 1.0, 1.0)])
        assert begun.ingest().older == 0
    assert "late" in begun.accepted_keys()
    assert {"a", "b"}.isdisjoint(begun.accepted_keys())


def test_rows_that_landed_from_files_are_deleted_and_a_new_file_does_not_bring_them_back(loop, tmp_path):
    folder = tmp_path / "in"
    read_from_files(loop, folder)
    put_csv(folder, "1.csv", [("a", NINE, 1.0, 1.0), ("b", TEN, 1.0, 1.0)])
    loop.ingest()

    done = loop.forget("a").forgetting
    put_csv(folder, "2.csv", [("a", ELEVEN, 2.0, 1.0), ("c", ELEVEN, 1.0, 1.0)])
    report = loop.ingest()

    assert done.rows == (TableRows("toy_observations", 1), TableRows("toy_landing", 1))
    assert (report.read, report.accepted, report.already_present, report.forgotten) == (3, 1, 1, 1)
    assert loop.accepted_keys() == ["b", "c"]
    assert rows_about(loop, "toy_landing", "a") == 1  # the new file's, which a request after it deletes
    loop.start_run()
    newer = loop.forget("a", reason="It came again.").forgetting
    assert newer.rows == (TableRows("toy_observations", 0), TableRows("toy_landing", 1))
    assert rows_about(loop, "toy_landing", "a") == 0


def test_labels_of_a_forgotten_key_are_deleted_and_refused_with_its_rows(loop):
    loop.spec = labelled_spec()
    loop.source_has([("a", NINE, 1.0), ("b", TEN, 2.0)], UNLABELLED)
    loop.labels_have([("a", NINE, 5.0), ("b", NINE, 6.0)])
    loop.ingest()

    loop.forget("a")

    tables = ("toy_observations", "toy_labels_observations")
    assert [rows_about(loop, table, "a") for table in tables] == [0, 0]
    loop.labels_have([("a", TEN, 5.5), ("c", TEN, 7.0)])
    loop.source_has([("a", ELEVEN, 3.0), ("c", ELEVEN, 4.0)], UNLABELLED)
    report = loop.ingest()
    assert (report.forgotten, loop.accepted("y")) == (1, {"b": 6.0, "c": 7.0})
    assert report.labels.forgotten == 2  # the one that ties with the watermark is read again
    assert [rows_about(loop, table, "a") for table in tables] == [0, 0]


def test_predictions_of_a_model_whose_spec_is_gone_lose_the_keys_too(loop):
    train_two_models(loop, days(1, 14))
    assert rows_about(loop, "other_predictions", SCORED) == 1

    loop.forget(SCORED)

    assert rows_about(loop, "other_predictions", SCORED) == 0


def test_a_copy_of_a_source_without_versions_loses_the_keys_and_copies_them_no_more(loop):
    read_view(loop)
    insert(loop, [("a", TEN, 1.0, 1.0), ("b", TEN, 2.0, 2.0)])
    loop.ingest()

    found = loop.forget("a").forgetting

    assert {each.table: each.rows for each in found.rows} == {"toy_observations": 1, "toy_staging": 1}
    insert(loop, [("a", ELEVEN, 3.0, 3.0), ("c", ELEVEN, 4.0, 4.0)])
    report = loop.ingest()
    assert (report.accepted, loop.accepted_keys()) == (1, ["b", "c"])
    assert [rows_about(loop, table, "a") for table in ("toy_observations", "toy_staging")] == [0, 0]


def test_a_key_that_a_change_feed_deleted_is_forgotten_with_its_deletion(loop):
    read_changes(loop)
    upsert(loop, [("a", NINE, 1.0, 1.0), ("b", TEN, 1.0, 1.0)])
    loop.ingest()
    loop.tables.spark.sql(f"DELETE FROM {loop.source} WHERE id = 'a'")
    loop.ingest()

    done = loop.forget("a").forgetting
    upsert(loop, [("a", ELEVEN, 2.0, 1.0), ("c", ELEVEN, 1.0, 1.0)])
    loop.tables.spark.sql(f"DELETE FROM {loop.source} WHERE id = 'a'")
    report = loop.ingest()

    assert done.rows == (TableRows("toy_observations", 2),)
    assert (report.accepted, report.quarantined, report.forgotten) == (1, 0, 2)
    assert rows_about(loop, "toy_observations", "a") == 0
    assert loop.tables.read("toy_observations").where("_deletes_key IS NOT NULL").count() == 0


def test_keys_hash_as_those_of_stored_rows_whatever_their_types(loop):
    keys = ["k", "day", "amount", "moment", "name"]
    loop.spec = toy_spec(source={"table": "toy_source", "ledger_column": "at", "keys": keys})
    values = f"17L k, DATE '2013-01-31' day, 1.50BD amount, TIMESTAMP '{TEN}' moment, CAST(NULL AS STRING) name"
    rows = loop.tables.spark.sql(f"SELECT {values}, TIMESTAMP '{TEN}' at, 1D x, 1D y")
    rows.write.format("delta").saveAsTable(loop.source)
    loop.ingest()
    key = {"k": "17", "day": "2013-01-31", "amount": 1.5, "moment": "2013-01-31T11:00+01:00", "name": None}
    rows.write.format("delta").saveAsTable(loop.tables.name("requested"))
    stored = [row[0] for row in loop.tables.read("toy_observations").select("_row_key").collect()]

    for request in (
        ForgetRequest("Why.", keys=json.dumps([key, key])),
        ForgetRequest("Why.", keys_table=loop.tables.name("requested")),
    ):
        assert [row[PRESENT] for row in keys_to_forget(loop.context, request).collect()] == stored


def test_a_request_that_does_not_fit_says_so_without_a_value_and_writes_nothing(begun, caplog):
    sql, name = begun.tables.spark.sql, begun.tables.name
    sql(f"CREATE TABLE {name('typed')} USING delta AS SELECT 471100471100L id")
    sql(f"CREATE TABLE {name('other')} USING delta AS SELECT 'a' person")
    sql(f"CREATE TABLE {name('empty')} USING delta AS SELECT 'a' id WHERE false")
    written = begun.written()
    caplog.set_level(logging.DEBUG)
    refusals = {
        "`reason` is empty": {"reason": " "},
        "not both": {"keys_table": name("typed")},
        "Say either `keys`": {"keys": None},
        "the value of `id` in key 1 is not a string": {"keys": '[{"id": 471100471100}]'},
        "key 1 is not an object": {"keys": '[{"id": "471100471100", "person": "471100471100"}]'},
        r"nowhere` does not exist": {"keys": None, "keys_table": name("nowhere")},
        "`id` is bigint, expected string": {"keys": None, "keys_table": name("typed")},
        "`id` is missing, expected string": {"keys": None, "keys_table": name("other")},
        "has no rows": {"keys": None, "keys_table": name("empty")},
    }
    for sentence, request in refusals.items():
        with pytest.raises(ParameterError, match=sentence) as caught:
            begun.forget(**{"keys": '[{"id": "471100471100"}]', **request})
        assert "471100471100" not in str(caught.value)

    assert begun.written() == written
    assert "471100471100" not in caplog.text


def test_a_run_forgets_one_list_of_keys_for_one_reason(begun):
    request = replace(begun, run=replace(begun.run, run_id="900"))
    first = request.forget("a")
    before = begun.version_of_table("forgotten_keys")

    for keys, reason in (('[{"id": "b"}]', "It was asked for."), ('[{"id": "a"}]', "Another reason.")):
        with pytest.raises(ParameterError, match="run_id 900 is stored with another request"):
            request.forget(keys=keys, reason=reason)

    assert begun.version_of_table("forgotten_keys") == before
    assert request.forget("a").summary == first.summary


def test_nothing_that_is_logged_names_a_key(begun, caplog):
    caplog.set_level(logging.DEBUG)
    begun.source_has([("Ada L.", ELEVEN, 1.0, 1.0)])
    begun.ingest()

    request = ForgetRequest("Why.", keys='[{"id": "Ada L."}]')
    report = begun.forget("Ada L.")

    assert "1 key, 1 stored: refused from now on, deleted 1 rows" in caplog.text
    assert "Ada" not in caplog.text + report.summary + str(request)


def test_a_source_without_rows_has_nothing_to_forget(loop):
    with pytest.raises(NothingToDoError, match="`toy` has no observations yet"):
        loop.forget("a")


def test_without_its_salt_nothing_is_ingested(begun):
    begun.forget("a")
    begun.tables.spark.sql(f"DROP TABLE {begun.tables.name('forgotten_key_salts')}")
    begun.tables = replace(begun.tables, _known=set())
    begun.source_has([("d", ELEVEN, 1.0, 1.0)])

    with pytest.raises(ForgetError, match="holds no salt"):
        begun.ingest()
    begun.start_run()
    with pytest.raises(ForgetError, match="holds no salt"):
        begun.forget("b")


def test_where_nothing_was_forgotten_nothing_is_joined(begun):
    begun.source_has([("d", ELEVEN, 1.0, 1.0)])

    report = begun.ingest()

    assert report.forgotten == 0
    assert not begun.tables.exists("forgotten_keys")


def test_the_keyed_hash_is_an_hmac(loop):
    salt = "0f" * 32
    row = loop.tables.spark.range(1).select(keyed_hash(salt, F.lit("key"))).collect()[0]

    assert row[0] == hmac.digest(bytes.fromhex(salt), b"key", "sha256").hex()


def test_the_notebook_of_the_job_forgets_a_patient_of_the_example(loop, capsys):
    spark, tables = loop.tables.spark, loop.tables
    put_rows(spark, first_patients(20), f"{tables.catalog}.{tables.schema}.diabetes_source", KEYS)
    given = {"model": "diabetes", "catalog": tables.catalog, "schema": tables.schema, "experiment": f"/{tables.schema}"}
    asked = {"keys": '[{"patient": 17}]', "reason": "Request 12.", "run_id": "12"}

    def run(notebook, **parameters):
        dbutils = DBUtils({**given, **parameters}, {}, {})
        run_notebook(NOTEBOOKS / f"{notebook}.py", {"spark": spark, "dbutils": dbutils})
        return capsys.readouterr().out, tables.read("diabetes_observations").count()

    run("01_ingest")
    dry, forgotten = run("forget", **asked), run("forget", **asked, dry_run="false")

    assert (dry[1], forgotten[1]) == (20, 19)
    assert dry[0].startswith("diabetes: dry run, nothing was written. 1 key, 1 stored: would delete 1 rows (")
    assert forgotten[0].startswith("diabetes: 1 key, 1 stored: refused from now on, deleted 1 rows (")
    assert tables.read("diabetes_observations").where("patient = 17").count() == 0
