"""Which sections a spec of a kind has: a forecast has series and models of them, every other kind features and a
recipe."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationInfo, ValidatorFunctionWrapHandler
from pydantic_core import PydanticKnownError

from retraining.spec.forecast_section import FORECAST_KIND
from retraining.spec.recipe_function import is_recipe

if TYPE_CHECKING:
    from retraining.spec.model_spec import ModelSpec


class _NotGiven(str):
    """Stands for a recipe that the file does not name; an empty text that is one's own is not this one."""

    __slots__ = ()


NOT_GIVEN: Any = _NotGiven()


def recipe_of_kind(value: Any, check: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """A recipe where the kind needs one. An unknown kind is another fault."""
    given = not isinstance(value, _NotGiven)
    if info.data.get("kind") == FORECAST_KIND:
        if given:
            raise ValueError("a forecast has no recipe. Remove it; forecast.models lists what a series may get")
        return ""
    if not given:
        raise PydanticKnownError("missing")
    return check(value)


def forecast_of_kind(value: Any, check: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    """A section `forecast` where the kind needs one."""
    if not isinstance(value, _NotGiven):
        return check(value)
    if info.data.get("kind") == FORECAST_KIND:
        raise PydanticKnownError("missing")
    return None


def with_defaults_of_kind(content: Any) -> Any:
    """The ledger of a forecast is its time column, where the source says nothing else. What was judged goes live: its
    state is carried on over the hold-out, and nothing is fitted again."""
    if not isinstance(content, Mapping) or content.get("kind") != FORECAST_KIND:
        return content
    gate = content.get("gate", {})
    if isinstance(gate, Mapping) and "deploy" not in gate:
        content = {**content, "gate": {**gate, "deploy": "candidate"}}
    source = content.get("source")
    if not isinstance(source, Mapping) or "ledger_column" in source:
        return content

    forecast = content.get("forecast")
    keys = source.get("keys")
    time = forecast.get("time") if isinstance(forecast, Mapping) else None
    if not time and isinstance(keys, list) and keys:
        time = keys[-1]  # the fault is reported where the time is missing, and not here as well
    return {**content, "source": {**source, "ledger_column": time}} if time else content


def wrong_for_kind(spec: "ModelSpec") -> Iterator[str]:
    """What does not belong to the spec's kind, a sentence each."""
    if spec.kind == FORECAST_KIND:
        yield from _wrong_forecast(spec)
        return
    if spec.forecast is not None:
        yield f"forecast: belongs to kind: forecast. Remove it, or change `kind`, which is {spec.kind}"
    if spec.policy.max_refit_share is not None:
        yield f"policy.max_refit_share: belongs to kind: forecast. Remove it, or change `kind`, which is {spec.kind}"


def _wrong_forecast(spec: "ModelSpec") -> Iterator[str]:
    given = spec.model_fields_set & {"params", "strategy"}
    yield from (f"{key}: a forecast has none. Remove it; write options of models in forecast.models" for key in given)
    if spec.columns.features:
        yield (
            "columns: a forecast learns from the past of its series. Remove numeric and categorical; what is known "
            "ahead belongs to forecast.exogenous_known_ahead"
        )
    if spec.gate.holdout == "reserved":
        yield "gate.holdout: series are judged by their newest days. Remove holdout: reserved"
    if spec.gate.deploy == "refit":
        yield "gate.deploy: what was judged goes live, carried on over the hold-out. Remove deploy: refit"
    if own := [name for name in spec.gate.metrics if is_recipe(name)]:
        yield f"gate: {', '.join(own)}: a forecast is judged by mase or rmsse. Remove your own metric"
    yield from _wrong_keys(spec)


def _wrong_keys(spec: "ModelSpec") -> Iterator[str]:
    """A row is one series at one time: with other keys a new point would take the place of an earlier one."""
    needed = (*spec.forecast.series, spec.forecast.time) if spec.forecast else ()
    keys = {name.lower() for name in spec.source.keys}
    if missing := [name for name in needed if name.lower() not in keys]:
        yield (
            f"source.keys {list(spec.source.keys)}: a row is one series at one time. Add {', '.join(missing)}, or a "
            f"new point takes the place of an earlier one"
        )
