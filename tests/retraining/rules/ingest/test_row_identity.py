"""Names of rows: half of one is a number, and is found again in the text."""

from pyspark.sql import functions as F

from retraining.rules.ingest.row_identity import identity_hash, identity_number, number_of


def test_the_number_is_half_of_the_name(spark):
    rows = spark.range(1000).withColumn("id", F.when(F.col("id") > 0, F.col("id")))
    names = rows.select(identity_number(["id"]).alias("number"), identity_hash(["id"]).alias("name"))

    found = names.where((F.col("number") == number_of(F.col("name"))) & (F.length("name") == 32))

    assert found.distinct().count() == 1000
