"""What must hold of a track after a command that was killed and started again."""

from collections import Counter
from dataclasses import astuple, dataclass
from itertools import pairwise

from pyspark.sql import functions as F
from tests.faults.jobs.commands import Command
from tests.faults.jobs.tracks import Track, batches
from tests.faults.promotion.invariants import loads_of_aliases, versions_of_key_twice
from tests.loop import Loop

from retraining.adapters.registry.registry import CHAMPION
from retraining.adapters.tables.ledgers_of_model import read_events, read_rows
from retraining.records.control import Control
from retraining.records.decision import Decision
from retraining.records.forgetting import Forgetting
from retraining.records.promotion import Promotion
from retraining.records.version import Manifest
from retraining.rules.champion.alias_state import is_applied, moves, newest_move

ANSWERS = {
    "rollback": "ROLLBACK",
    "release_retraining": "RELEASED",
    "adopt": "ADOPTED",
}
"""Jobs whose row of `promotions` has the reason alone."""
CHANGES = ("freeze", "unfreeze", "retire", "unretire")


@dataclass(frozen=True)
class Faults:
    """Counts of what does not hold; said: a sentence for each."""

    lost: int = 0
    repeated: int = 0
    torn: int = 0
    wrong_exits: int = 0
    said: tuple[str, ...] = ()

    def __add__(self, more: "Faults") -> "Faults":
        return Faults(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(more), strict=True)))

    def __bool__(self) -> bool:
        return bool(self.said)


def faults(kind: str, sentences: list[str]) -> Faults:
    """So many faults of one kind."""
    return Faults(**{kind: len(sentences)}, said=tuple(f"{kind}: {each}" for each in sentences))


def at_rest(track: Track, command: Command) -> Faults:
    """Everything that does not hold once the command has ended with exit code 0."""
    left = _left_behind(track) if command.job == "preflight" else Faults()
    return sum((_rows(track), _answers(track, command), left, *(_model(loop) for loop in track.loops)), Faults())


def _rows(track: Track) -> Faults:
    """Each row that arrived is accepted once, and nothing is left open."""
    still_open = [row.batch_seq for row in batches(track) if row.state == "PLANNED"]
    table = track.loop.tables.name("toy_observations")
    stored = Counter(row[0] for row in track.loop.tables.read("toy_accepted").select("id").collect())
    twice = track.spark.table(table).groupBy("_row_key", "_row_hash", "_batch_seq").count().where(F.col("count") > 1)

    missing, extra = track.ids - set(stored), set(stored) - track.ids
    return (
        faults("lost", [f"{len(missing)} rows are not accepted"] * bool(missing))
        + faults("repeated", [f"{key} is accepted {count} times" for key, count in stored.items() if count > 1])
        + faults("repeated", [f"{len(extra)} rows are accepted that should not be"] * bool(extra))
        + faults("repeated", ["a batch stored a row twice"] * bool(twice.count()))
        + faults("torn", [f"batch {number} is open" for number in still_open])
    )


def _left_behind(track: Track) -> Faults:
    """The objects with which rights are tried are gone."""
    loop = track.loop
    model = loop.registry.full_name("preflight_probe")
    found = [each.name for each in loop.registry.client.search_registered_models(f"name = '{model}'")]
    found += ["table preflight_probe"] * loop.tables.exists("preflight_probe")
    return faults("torn", [f"{each} is left" for each in found])


def _answers(track: Track, command: Command) -> Faults:
    """What a command was asked for is written once."""
    counted = _count(track, command)
    if counted is None:
        return Faults()
    asked = f"{command.job} {dict(command.said)}: {counted} times"
    return faults("lost", [asked] * (counted == 0)) + faults("repeated", [asked] * (counted > 1))


def _count(track: Track, command: Command) -> int | None:
    """How often the command's request was carried out; None for a job that has none."""
    tables, job, reason = track.loop.tables, command.job, str(dict(command.said)["reason"])
    promotions = [row for row in read_rows(tables, Promotion, track.models[0]) if row.state == "DECIDED"]
    if job in ANSWERS:
        return sum(row.outcome == ANSWERS[job] and row.reasons[0] == reason for row in promotions)
    if job == "approve":
        return sum(row.outcome == "APPROVED" and row.reasons[0].endswith(reason) for row in promotions)
    if job in CHANGES:
        return sum(row.reason == reason for row in read_rows(tables, Control, track.models[0]))
    if job == "release_batch":
        return sum(row.reason == reason and row.usable_from is not None for row in batches(track))
    if job == "forget":
        rows = [row for row in tables.records("forget_requests", Forgetting, source="toy") if row.reason == reason]
        return max(Counter(row.state for row in rows).values(), default=0) if "DONE" in {r.state for r in rows} else 0
    if job == "repair":
        said = dict(command.said)["action"]
        mine = [row for row in batches(track) if row.reason == reason]
        wanted = [row for row in mine if (row.state == "ABANDONED") == (said == "abandon")]
        return min(len(wanted), 1) if said == "rebuild" else len(wanted)
    return None


def _model(loop: Loop) -> Faults:
    """The alias and the newest decision agree, every decision and event is there once, no version is torn."""
    model, tables = loop.spec.model, loop.tables
    promotions = read_rows(tables, Promotion, model)
    manifests = read_rows(tables, Manifest, model)
    newest = newest_move(promotions)
    champion = loop.alias(CHAMPION)
    written = Counter((row.retrain_key, row.state, row.seq) for row in tables.records("model_manifests", Manifest))

    decided = newest.version if newest else None
    torn = [f"{model}@champion is {champion}, decided is {decided}"] * (champion != decided)
    torn += ["a decision is not applied"] * (not all(is_applied(promotions, move) for move in moves(promotions)))
    torn += loads_of_aliases(loop, manifests)
    again = [f"manifest {key} is there {count} times" for key, count in written.items() if count > 1]
    return faults("torn", torn) + faults(
        "repeated", [*again, *versions_of_key_twice(loop), *_events_twice(loop), *_decisions_twice(loop)]
    )


def _events_twice(loop: Loop) -> list[str]:
    runs = Counter(row.run_id for row in read_events(loop.tables) if row.model == loop.spec.model)
    return [f"run {run} has {count} events" for run, count in runs.items() if count > 1]


def _decisions_twice(loop: Loop) -> list[str]:
    """Two decisions on one batch are right only where a run reported, or the champion was changed by a person, between
    them."""
    decisions = read_rows(loop.tables, Decision, loop.spec.model)
    ends = [row.at for row in read_events(loop.tables) if row.model == loop.spec.model and row.is_of_loop]
    said = read_rows(loop.tables, Promotion, loop.spec.model)
    ends += [row.at for row in said if row.outcome in ("ROLLBACK", "RELEASED", "ADOPTED")]
    return [
        f"two decisions on batch {after.batch_seq}: {before.action}, {after.action}"
        for before, after in pairwise(decisions)
        if before.batch_seq == after.batch_seq and not any(before.at <= end <= after.at for end in ends)
    ]
