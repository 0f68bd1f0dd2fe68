"""What a run of a model would do with its source, in plain words."""

from collections.abc import Iterator, Sequence

from retraining.records.batch import Batch
from retraining.records.validation import Finding, SourceFacts
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.validation.first_champion import expect_first_champion
from retraining.spec.model_spec import ModelSpec

_MANY_VERSIONS = 0.5
_RARE_CLASS = 0.01
_SHARE_OF_EQUAL = 0.2
"""With less of an equal share of the labels, a class hardly counts in the error rate: of two classes, below 10 %."""
_MOST_CLASSES = 50
_SHOWN_CLASSES = 10


def expect_run(spec: ModelSpec, ledger: Ledger, facts: SourceFacts, batches: Sequence[Batch]) -> list[Finding]:
    """Everything there is to know before the run, in the order in which it would happen. batches: those of the source
    so far, oldest first."""
    return [
        *_rows(spec, ledger, facts, batches),
        *_keys(spec, facts),
        *_label(spec, facts),
        *_features(facts),
        *_training(spec, ledger, facts),
    ]


def _rows(spec: ModelSpec, ledger: Ledger, facts: SourceFacts, batches: Sequence[Batch]) -> Iterator[Finding]:
    if not facts.rows:
        yield Finding("warning", f"{spec.source.origin} is empty. A run would ingest nothing; load rows first.")
        return

    span = f"from {facts.ledger_from} to {facts.ledger_to}" if facts.ledger_to else "with no usable value"
    yield Finding("ok", f"{facts.rows:,} rows; ledger `{ledger.column}` is {_a(ledger.type)} {span}.")
    if batches:
        count = len(batches)
        stored = f"{count} batch is stored" if count == 1 else f"{count} batches are stored"
        yield Finding("ok", f"{stored}; {facts.newer_rows:,} rows are above the watermark.")
    else:
        yield Finding(
            "ok",
            f"The first run would ingest all of it in one batch; after that expect a batch for each {spec.schedule} "
            f"run that finds new rows.",
        )
    if facts.ledger_missing:
        yield Finding(
            "warning",
            f"{_share(facts.ledger_missing, facts.rows)} have no value in `{ledger.column}` and would be quarantined "
            f"as ledger_missing.",
        )
    if facts.ledger_in_future:
        yield Finding(
            "warning",
            f"{_share(facts.ledger_in_future, facts.rows)} are more than a day in the future and would be quarantined "
            f"as ledger_in_future.",
        )


def _keys(spec: ModelSpec, facts: SourceFacts) -> Iterator[Finding]:
    sample = facts.sample
    keys = ", ".join(spec.source.keys)
    if not sample.rows:
        return
    repeated = 1 - sample.keys / sample.rows
    tied = 1 - sample.versions / sample.rows
    if tied:
        yield Finding(
            "warning",
            f"{tied:.1%} of the rows repeat both the key ({keys}) and the ledger value of another row. Equal rows are "
            f"stored once; different ones are quarantined as conflicting_duplicate. Add a column to source.keys if "
            f"they are different things.",
        )
    if repeated > _MANY_VERSIONS:
        yield Finding(
            "warning",
            f"{repeated:.1%} of the rows repeat a key ({keys}); only the newest row of each key is learned from. Are "
            f"these columns really what names a row?",
        )
    elif repeated:
        yield Finding("ok", f"{repeated:.1%} of the rows repeat a key ({keys}); the newest row of a key counts.")
    else:
        yield Finding("ok", f"No key ({keys}) repeats.")


def _label(spec: ModelSpec, facts: SourceFacts) -> Iterator[Finding]:
    name = spec.columns.label
    if not facts.rows:
        return
    if not facts.labelled:
        yield _no_label(spec)
        return
    if facts.label_is_constant:
        yield Finding("error", f"All labels in `{name}` are the same, so nothing can be learned. Name the right label.")

    unlabelled = facts.rows - facts.labelled
    if unlabelled and spec.columns.label_delay == 0:
        yield Finding(
            "warning",
            f"{_share(unlabelled, facts.rows)} have no label and would be quarantined as label_missing, because "
            f"label_delay is 0. Remove label_delay if labels may come later.",
        )
    elif unlabelled:
        yield Finding("ok", f"{_share(unlabelled, facts.rows)} have no label; such rows are scored, not learned from.")
    else:
        yield Finding("ok", "Every row has a label.")
    if facts.classes is not None:
        yield from _classes(spec, facts.classes, facts.labelled)


def _no_label(spec: ModelSpec) -> Finding:
    what = f"No row has a value in `{spec.columns.label}`, so nothing can be trained"
    if spec.columns.label_delay == 0:
        return Finding("error", f"{what}, and label_delay is 0. Name the right label.")
    return Finding("warning", f"{what} until labels arrive. Is it the right label?")


def _classes(spec: ModelSpec, classes: Sequence[tuple[str, int]], labelled: int) -> Iterator[Finding]:
    name = spec.columns.label
    if len(classes) > _MOST_CLASSES:
        yield Finding(
            "warning", f"`{name}` has more than {_MOST_CLASSES} classes. If it is a number: kind: regression."
        )
        return
    shown = ", ".join(f"{each} {count / labelled:.1%}" for each, count in classes[:_SHOWN_CLASSES])
    more = ", and more" if len(classes) > _SHOWN_CLASSES else ""
    yield Finding("ok", f"{len(classes)} classes: {shown}{more}.")

    rare = [each for each, count in classes if count / labelled < _RARE_CLASS]
    if rare:
        yield Finding(
            "warning",
            f"{len(rare)} of {len(classes)} classes have less than {_RARE_CLASS:.0%} of the labels: the gate may have "
            f"too few of them to judge by.",
        )
    rarest = min((count for _, count in classes), default=0) / labelled
    if spec.gate.metric in (None, "error_rate", "accuracy") and rarest < _SHARE_OF_EQUAL / max(1, len(classes)):
        yield Finding(
            "warning",
            f"The rarest class has {rarest:.1%} of the labels, and the gate judges by the error rate: a model that "
            f"never names this class is seldom wrong. Write `metric: auc` under `gate`.",
        )


def _features(facts: SourceFacts) -> Iterator[Finding]:
    for name in facts.empty_features:
        yield Finding("warning", f"Feature `{name}` has no value in any row. Remove it from columns, or fill it.")
    for name in facts.constant_features:
        yield Finding("warning", f"Feature `{name}` is the same in every row, so a model learns nothing from it.")


def _training(spec: ModelSpec, ledger: Ledger, facts: SourceFacts) -> Iterator[Finding]:
    if spec.strategy.exclude and not ledger.has_time:
        yield Finding(
            "error", f"strategy.exclude names days, but `{ledger.column}` is {_a(ledger.type)}. Remove the exclusions."
        )
    if spec.gate.holdout == "newest" and not ledger.has_time:
        yield Finding(
            "error",
            f"gate.holdout is newest, which judges on whole days, but ledger `{ledger.column}` is {_a(ledger.type)}: "
            f"no champion would ever be trained. Write `gate: {{holdout: reserved}}`, or name a ledger_column of dates "
            f"or times.",
        )
        return
    if not facts.learnable:
        return

    least = spec.policy.min_new_rows
    if facts.learnable < least:
        yield Finding("warning", f"policy.min_new_rows wants {least:,} labelled rows, there are {facts.learnable:,}.")
    if facts.learnable > spec.policy.max_rows:
        yield Finding(
            "warning", f"A fit would learn from a sample of {spec.policy.max_rows:,} rows, because of policy.max_rows."
        )
    yield from expect_first_champion(spec, ledger, facts)


def _share(part: int, rows: int) -> str:
    return f"{part / rows:.1%} of the rows"


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"
