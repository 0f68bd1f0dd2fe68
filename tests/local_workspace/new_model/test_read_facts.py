"""Facts of a real table."""

import pytest

from local_workspace.errors import ParameterError, QueryError
from local_workspace.new_model.read_facts import class_counts, is_unique, ledger_span, read_facts
from local_workspace.new_model.table_facts import LedgerSpan

pytestmark = pytest.mark.classic


@pytest.fixture
def table(spark, tables):
    """80 rows: the label follows from `twice` and from `name`, not from `coin`."""
    name = f"spark_catalog.{tables.schema}.facts"
    spark.sql(
        f"CREATE TABLE {name} USING DELTA TBLPROPERTIES ('delta.columnMapping.mode' = 'name') AS SELECT "
        "timestampadd(HOUR, 12 * id, timestamp'2024-01-01') AS at, id % 4 AS label, 2.0D * (id % 4) AS twice, "
        "concat('n', id % 4) AS `my name`, (id DIV 4) % 2 AS coin, nullif(id, 5) AS gaps FROM range(80)"
    )
    return name


def test_counts_links_and_days_are_measured(spark, table):
    facts = read_facts(spark, table, "label", "./workspace")

    assert (facts.rows, facts.names) == (80, ["at", "label", "twice", "my name", "coin", "gaps"])
    assert [facts.column(name).missing for name in ("at", "gaps")] == [0, 1]
    assert [facts.column(name).distinct for name in ("label", "my name", "coin")] == [4, 4, 2]
    assert [facts.column(name).link for name in ("twice", "my name")] == pytest.approx([1.0, 1.0])
    assert facts.column("coin").link == pytest.approx(0.0, abs=0.01)

    assert ledger_span(spark, table, facts.column("at")) == LedgerSpan(40, 40)
    assert ledger_span(spark, table, facts.column("gaps")) is None
    assert sorted(class_counts(spark, table, "gaps", 79)) == [1] * 79
    assert class_counts(spark, table, "label", 4) == [20] * 4
    assert class_counts(spark, table, "label", 3) == []
    assert is_unique(spark, table, ["at"])
    assert not is_unique(spark, table, ["my name", "coin"])


def test_a_table_or_label_that_is_not_there_is_named(spark, table):
    with pytest.raises(QueryError, match=r"new-model no_such: no such table.*load my\.csv --as no_such"):
        read_facts(spark, "no_such", "label", "./workspace")
    with pytest.raises(ParameterError, match=r"--label rain: .* does not have this column\. It has: at, label, twice"):
        read_facts(spark, table, "rain", "./workspace")
