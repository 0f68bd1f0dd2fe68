"""Spark's own settings, which the laptop engine turns off because it runs hundreds of tiny queries."""

AS_ON_A_CLUSTER = {
    "spark.sql.codegen.wholeStage": "true",
    "spark.sql.codegen.factoryMode": "FALLBACK",
    "spark.sql.adaptive.enabled": "true",
}
