"""The facts that status reads are those that the loop wrote."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from local_workspace.status.model_files import ModelFile
from local_workspace.status.read_status import read_status
from retraining.adapters.tables.tables import Fence
from retraining.records.promotion import Promotion

pytestmark = pytest.mark.classic

FIRST = Promotion(
    model="rain",
    seq=1,
    state="DECIDED",
    outcome="PROMOTE",
    version="2",
    previous_version=None,
    candidate_version="1",
    retrain_key="a",
    request_id=None,
    batch_seq=1,
    reasons=("Better.",),
    run_id="r",
    attempt_id="a",
    at=datetime(2024, 4, 1, tzinfo=UTC),
)


def test_champion_and_pending_candidates_are_read_from_promotions(spark, tables):
    applied = replace(FIRST, state="APPLIED")
    refused = replace(FIRST, seq=2, outcome="REJECT", candidate_version="3", retrain_key="b", previous_version="2")
    pending = replace(refused, seq=3, outcome="PENDING", candidate_version="4", retrain_key="c")
    for number, row in enumerate([FIRST, applied, refused, replace(refused, state="APPLIED"), pending]):
        tables.append_records("promotions", [row], Fence("test", "rain", number))
    before = spark.catalog.currentDatabase()
    spark.sql(f"use spark_catalog.{tables.schema}")

    try:
        (rain, sun) = read_status(spark, [ModelFile("rain", "weather"), ModelFile("sun", "weather")])
    finally:
        spark.catalog.setCurrentDatabase(before)

    assert (rain.promotion["version"], rain.promotion["seq"], rain.unapplied) == ("2", 1, False)
    assert [row["candidate_version"] for row in rain.pending] == ["4"]
    assert (sun.promotion, sun.decision, sun.held, sun.open_batch) == ({}, {}, [], None)
