"""What must hold of a model after every fault: in its tables, in its registry, and between the two."""

from collections import Counter
from dataclasses import astuple, dataclass

import numpy as np
import pandas as pd
from tests.loop import Loop

from retraining.adapters.registry.registry import CHAMPION, PREVIOUS
from retraining.adapters.tables.ledgers_of_model import read_references, read_rows
from retraining.errors import RetrainingError
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.champion.alias_state import is_applied, moves, newest_move
from retraining.steps.dataset.load_version import load_version, manifest_of_version

Facts = tuple[object, ...]
"""What a champion is, apart from its number: two models that learned the same have the same facts."""


@dataclass(frozen=True)
class Faults:
    """Counts of what does not hold; said: a sentence for each."""

    wrong_champion: int = 0
    torn: int = 0
    duplicates: int = 0
    orphans: int = 0
    other: int = 0
    said: tuple[str, ...] = ()

    def __add__(self, more: "Faults") -> "Faults":
        return Faults(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(more), strict=True)))

    def __bool__(self) -> bool:
        return bool(self.said)


def facts_of_champion(loop: Loop) -> Facts | None:
    """The champion's facts; None where there is none."""
    version = loop.alias(CHAMPION)
    if version is None:
        return None
    found = manifest_of_version(read_rows(loop.tables, Manifest, loop.spec.model), loop.spec.model, version)
    return found.role, found.batch_seq, found.data_hash, found.trained_rows, found.trained_until


def at_rest(loop: Loop, expected: Facts | None) -> Faults:
    """Everything that does not hold once the reruns have ended. expected: the champion's facts."""
    manifests = read_rows(loop.tables, Manifest, loop.spec.model)
    return sum(
        (_champion(loop, expected), _torn(loop, manifests), _duplicates(loop), _orphans(loop, manifests)), Faults()
    )


def _faults(kind: str, sentences: list[str]) -> Faults:
    return Faults(**{kind: len(sentences)}, said=tuple(sentences))


def _champion(loop: Loop, expected: Facts | None) -> Faults:
    found = facts_of_champion(loop)
    return _faults("wrong_champion", [] if found == expected else [f"the champion is {found}, expected {expected}"])


def _torn(loop: Loop, manifests: list[Manifest]) -> Faults:
    promotions = read_rows(loop.tables, Promotion, loop.spec.model)
    newest, champion, previous = newest_move(promotions), loop.alias(CHAMPION), loop.alias(PREVIOUS)
    decided = (newest.version, newest.previous_version) if newest else (None, None)
    written = Counter((row.retrain_key, row.state) for row in loop.tables.records("model_manifests", Manifest))
    said = {
        f"aliases {(champion, previous)} unlike the newest decision {decided}": (champion, previous) != decided,
        "a decision without APPLIED": not all(is_applied(promotions, move) for move in moves(promotions)),
        f"manifests written twice: {written}": max(written.values(), default=0) > 1,
        "the champion has no references": champion and not read_references(loop.tables, loop.spec.model, champion),
        "the challenger is not the newest candidate": loop.alias("challenger") != _newest_candidate(manifests),
    }
    sentences = [sentence for sentence, wrong in said.items() if wrong]
    return _faults("torn", [*sentences, *loads_of_aliases(loop, manifests)])


def _newest_candidate(manifests: list[Manifest]) -> str | None:
    made = [row.version for row in manifests if row.state == "REGISTERED" and row.role == "candidate"]
    return made[-1] if made else None


def loads_of_aliases(loop: Loop, manifests: list[Manifest]) -> list[str]:
    """What is wrong with the versions that carry an alias. Loading checks the digest of the files as well."""
    said = []
    for alias in (CHAMPION, "challenger"):
        version = loop.alias(alias)
        if version is None:
            continue
        try:
            manifest = manifest_of_version(manifests, loop.spec.model, str(version))
            predicted = load_version(loop.registry, manifest).predict(pd.DataFrame({"x": [0.0, 1.0]}))
            if not np.isfinite(predicted).all():
                said.append(f"version {version} predicts {predicted}")
        except RetrainingError as err:
            said.append(f"{type(err).__name__}: {err}")
    return said


def _versions(loop: Loop) -> list:
    return list(loop.registry.client.search_model_versions(f"name='{loop.registry.full_name(loop.spec.model)}'"))


def _duplicates(loop: Loop) -> Faults:
    return _faults("duplicates", versions_of_key_twice(loop))


def versions_of_key_twice(loop: Loop) -> list[str]:
    """Fits that were registered more than once."""
    keys = Counter(each.tags.get("retrain_key") for each in _versions(loop))
    return [f"{count} versions of key {key}" for key, count in keys.items() if key and count > 1]


def _orphans(loop: Loop, manifests: list[Manifest]) -> Faults:
    named = {row.mlflow_run_id for row in manifests} - {None}
    ours = f"tags.model = '{loop.registry.full_name(loop.spec.model)}'"
    experiment = loop.registry.experiment_id()
    runs = loop.registry.client.search_runs([experiment], ours)
    logged = loop.registry.client.search_logged_models([experiment])
    mine = {run.info.run_id for run in runs}
    said = [f"run {run} of no manifest" for run in mine - named]
    said += [f"run {run.info.run_id} is {run.info.status}" for run in runs if run.info.status != "FINISHED"]
    said += [f"version {each.version} of no manifest" for each in _versions(loop) if each.run_id not in named]
    said += [f"{named - mine} named but not there"] if named - mine else []
    return _faults("orphans", said + [f"{each.name} of a run that is gone" for each in _lost(loop, logged)])


def _lost(loop: Loop, logged: list) -> list:
    """Logged models whose run was deleted."""
    return [
        each for each in logged if loop.registry.client.get_run(each.source_run_id).info.lifecycle_stage != "active"
    ]
