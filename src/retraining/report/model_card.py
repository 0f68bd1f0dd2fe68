"""What the registry says about a model: what it predicts, how good it is, how to call it, where its page is."""

from collections.abc import Mapping, Sequence

from retraining.kinds.find_kind import kind_of
from retraining.records.event import Event
from retraining.records.gate import GateResult
from retraining.rules.gate.checks import metric_in_words
from retraining.spec.model_spec import ModelSpec

_OF_WHOLE_HOLDOUT = ("gain", "guard_", "reported_")


def model_card(spec: ModelSpec, full_name: str, event: Event, page: str) -> str:
    """Markdown. page: where the report of the run is, in words."""
    uri = f"models:/{full_name}@champion"
    return "\n\n".join(
        [
            f"Predicts `{spec.columns.label}` ({kind_of(spec).name}) from {_learned_from(spec)}, as "
            f"specs/{spec.model}.yml says.",
            _standing(event),
            "With pandas:",
            f'    import mlflow\n    model = mlflow.pyfunc.load_model("{uri}")\n'
            f"    columns = model.metadata.get_input_schema().input_names()\n"
            f"    model.predict(rows[columns])",
            "With Spark:",
            f"    from pyspark.sql import functions as F\n"
            f'    columns = mlflow.models.get_model_info("{uri}").signature.inputs.input_names()\n'
            f'    predict = mlflow.pyfunc.spark_udf(spark, "{uri}", env_manager="local")\n'
            f'    rows.withColumn("prediction", predict(F.struct(*columns)))',
            f"Report: {page}.",
        ]
    )


def _learned_from(spec: ModelSpec) -> str:
    """Its features, or the past of its series."""
    if spec.forecast is None:
        return _listed(spec.columns.features)
    return f"the past of each series ({_listed(spec.forecast.series) or 'one'})"


def _standing(event: Event) -> str:
    live = f"Champion: version {event.champion_after}." if event.champion_after else "There is no champion yet."
    judged = f" {event.gate_sentence}" if event.gate_sentence else ""
    realised = ""
    if event.error_before is not None and event.champion_before:
        realised = (
            f" Version {event.champion_before} had a realised {metric_in_words(event.metric)} of "
            f"{event.error_before:.4g} on batch {event.batch_seq}."
        )
    return f"{live}{judged}{realised}"


def gate_metrics(results: Sequence[GateResult]) -> Mapping[str, float]:
    """A candidate's values on the whole hold-out, by metric."""
    return {
        row.metric: row.candidate_error
        for row in results
        if row.metric and row.candidate_error is not None and row.check.startswith(_OF_WHOLE_HOLDOUT)
    }


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
