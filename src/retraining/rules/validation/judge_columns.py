"""Does a source have the columns that a spec names, in types that it can use? All answers at once."""

from collections.abc import Mapping

from retraining.errors import ContractError, SpecError
from retraining.records.validation import Finding
from retraining.rules.ingest.contract import UNTOUCHED, Contract, check_contract
from retraining.rules.ingest.reading_limits import reading_limits
from retraining.spec.document.faults import did_you_mean
from retraining.spec.feed import Feed


def missing_columns(feed: Feed, found: Mapping[str, str]) -> list[Finding]:
    """Columns that the spec names and the source does not have, each with the nearest one."""
    there = {name.lower() for name in found}
    named = dict.fromkeys(name for name in feed.named_columns if name.lower() not in there)
    columns = ", ".join(f"`{name}`" for name in sorted(found))
    return [
        Finding(
            "error",
            f"{feed.source.origin} has no column `{name}`.{did_you_mean(name, found)} It has {columns}. Correct "
            f"{feed.files} or the source.",
        )
        for name in named
    ]


def judge_labels(feed: Feed, found: Mapping[str, str], found_labels: Mapping[str, str]) -> list[Finding]:
    """What keeps labels of another table from being joined: keys of another type, or a label that is there already."""
    labels = feed.labels
    if labels is None:
        return []

    types = {name.lower(): type_name for name, type_name in found.items()}
    types_of_labels = {name.lower(): type_name for name, type_name in found_labels.items()}
    pairs = zip(feed.source.keys, labels.source.keys, strict=True)
    wrong = [
        Finding(
            "error",
            f"Key `{other}` of {labels.source.origin} is {types_of_labels[other.lower()]}, `{own}` of "
            f"{feed.source.origin} is {types[own.lower()]}; expected one type. Convert one of them where it is made.",
        )
        for own, other in pairs
        if own.lower() in types and types[own.lower()] != types_of_labels[other.lower()]
    ]
    if feed.label.lower() in types:
        wrong.append(
            Finding(
                "error",
                f"{feed.source.origin} has a column `{feed.label}`, which {labels.section} fills from "
                f"{labels.source.origin}. Name the label differently, or remove {labels.section}.",
            )
        )
    return wrong


def judge_columns(
    feed: Feed, found: Mapping[str, str], stored: Mapping[str, str] | None
) -> tuple[Contract | None, list[Finding]]:
    """The contract that ingestion would work by, None where there is none, and what to know of it. stored: the columns
    of earlier batches."""
    missing = missing_columns(feed, found)
    if missing:
        return None, missing
    try:
        contract = check_contract(feed, found, stored)
        reading_limits(feed, contract.ledger)
    except (ContractError, SpecError) as err:
        return None, [Finding("error", str(err).replace(f" {UNTOUCHED}", ""))]

    types = {name.lower(): type_name for name, type_name in found.items()}
    used = ", ".join(f"{name} {types[name.lower()]}" for name in dict.fromkeys(feed.named_columns))
    unused = len(found) - len({name.lower() for name in feed.named_columns} & set(types))
    return contract, [Finding("ok", f"Columns used: {used}.{_stored_too(unused)}")]


def _stored_too(count: int) -> str:
    if not count:
        return ""
    return " 1 more is stored with them." if count == 1 else f" {count} more are stored with them."
