"""The protocol of promotion over a table and aliases in memory: the product's own functions, stopped between any two
of the things they ask of the world, and gone on with by giving them the same answers again."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from tests.loop import toy_spec

from retraining.adapters.registry.registry import CHAMPION, PREVIOUS
from retraining.adapters.tables.ledgers_of_model import next_seq, read_rows
from retraining.adapters.tables.tables import Fence
from retraining.context import Context
from retraining.errors import AliasDriftError, AliasRaceError, ConcurrentRunError, RetrainingError
from retraining.records.promotion import Outcome, Promotion
from retraining.records.run import Run
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.champion.rollback import rollback_target
from retraining.steps.champion.apply_newest_decision import apply_newest_decision, decide_promotion

MODEL = "toy"
SPEC = toy_spec()
AT = datetime(2013, 6, 1, tzinfo=UTC)
Actor = Literal["promoter a", "promoter b", "rollback", "human moves", "human deletes"]
Broken = Literal["has no fences", "applies without looking again", "decides before it applies"]


@dataclass(frozen=True)
class World:
    """The rows of `promotions`, how far each fence is, and the aliases. told: who heard that its decision is stored."""

    rows: tuple[Promotion, ...] = ()
    fences: tuple[tuple[str, int], ...] = ()
    champion: str | None = None
    previous: str | None = None
    told: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Raised:
    """An answer that is an error."""

    error: type[RetrainingError]
    text: str


class PausedError(BaseException):
    """The actor would ask the world again; no handler of the product may catch this."""


@dataclass
class Conversation:
    """What one actor has asked and heard. It hears the known answers again, then one new one."""

    world: World
    answers: tuple[Any, ...]
    broken: Broken | None
    place: int = 0
    news: bool = False

    def ask(self, question: Callable[[], Any]) -> Any:
        """The next answer. Raises PausedError once there was a new one."""
        if self.place == len(self.answers):
            if self.news:
                raise PausedError
            self.news = True
            try:
                answer = question()
            except RetrainingError as err:
                answer = Raised(type(err), str(err))
            self.answers = (*self.answers, answer)
        answer = self.answers[self.place]
        self.place += 1
        if isinstance(answer, Raised):
            raise answer.error(answer.text)
        return answer


@dataclass(frozen=True)
class MemoryTables:
    """`promotions`, as one actor sees it."""

    talk: Conversation

    def records(self, table: str, record: type, **equals: str) -> list[Promotion]:
        """All rows. The table only grows, so how many there were is answer enough."""
        # What is written later in this conversation lies behind the rows of an earlier answer.
        return list(self.talk.world.rows[: self.talk.ask(lambda: len(self.talk.world.rows))])

    def append_records(self, table: str, records: list[Promotion], fence: Fence) -> None:
        """One commit. Raises ConcurrentRunError where the fence is that far already."""

        def commit() -> None:
            fences = dict(self.talk.world.fences)
            if fences.get(fence.step, 0) >= fence.seq and self.talk.broken != "has no fences":
                raise ConcurrentRunError(fence.step)
            told = {records[0].run_id} if records[0].state == "DECIDED" else set()
            self.talk.world = replace(
                self.talk.world,
                rows=(*self.talk.world.rows, *records),
                fences=tuple(sorted({**fences, fence.step: fence.seq}.items())),
                told=self.talk.world.told | told,
            )

        self.talk.ask(commit)


@dataclass(frozen=True)
class MemoryRegistry:
    """The aliases, as one actor sees them."""

    talk: Conversation

    def version_of(self, model: str, alias: str) -> str | None:
        """The version behind an alias."""
        return self.talk.ask(lambda: getattr(self.talk.world, alias))

    def set_alias(self, model: str, alias: str, version: str) -> None:
        """Sets an alias and reads it back, as the product's own registry does: two questions."""
        self.talk.ask(lambda: setattr(self.talk, "world", replace(self.talk.world, **{alias: version})))
        if self.version_of(model, alias) != version:
            raise AliasRaceError(alias)

    def has_version(self, model: str, version: str) -> bool:
        """Nobody deletes a version here."""
        return True

    def tag(self, model: str, version: str, tags: dict[str, str]) -> None:
        """Tags decide nothing."""


def act(actor: str, talk: Conversation) -> None:
    """What an actor does from its beginning to its end."""
    tables, registry = MemoryTables(talk), MemoryRegistry(talk)
    if actor.startswith("human"):
        moved = "9" if actor == "human moves" else None
        talk.ask(lambda: setattr(talk, "world", replace(talk.world, champion=moved)))
    elif actor == "rollback":
        roll_back(tables, registry, run_of(actor), talk.broken)
    else:
        promote(tables, registry, run_of(actor), talk.broken)


def promote(tables: MemoryTables, registry: MemoryRegistry, run: Run, broken: Broken | None) -> None:
    """A promoter: reconcile, judge against the champion there is, decide, let the alias follow."""
    rows = _reconcile(tables, registry, run, broken)
    champion = registry.version_of(MODEL, CHAMPION)
    decide_promotion(tables, _decision(rows, run, "PROMOTE", f"of {run.run_id}", champion))
    _apply(tables, registry, run, broken)


def roll_back(tables: MemoryTables, registry: MemoryRegistry, run: Run, broken: Broken | None) -> None:
    """A rollback: reconcile, resolve the target, decide, let the alias follow."""
    rows = _reconcile(tables, registry, run, broken)
    champion = registry.version_of(MODEL, CHAMPION)
    if champion is not None:
        decide_promotion(tables, _decision(rows, run, "ROLLBACK", rollback_target(rows, champion, None), champion))
        _apply(tables, registry, run, broken)


def _reconcile(tables: MemoryTables, registry: MemoryRegistry, run: Run, broken: Broken | None) -> list[Promotion]:
    if broken == "decides before it applies":
        return read_rows(tables, Promotion, MODEL)
    return _apply(tables, registry, run, broken)


def _apply(tables: MemoryTables, registry: MemoryRegistry, run: Run, broken: Broken | None) -> list[Promotion]:
    if broken != "applies without looking again":
        return apply_newest_decision(Context(SPEC, tables, registry, run))
    rows = read_rows(tables, Promotion, MODEL)
    move = newest_move(rows)
    if any(row.state == "APPLIED" and row.seq == move.seq for row in rows):
        return rows
    registry.set_alias(MODEL, CHAMPION, move.version)
    registry.set_alias(MODEL, PREVIOUS, move.previous_version)
    tables.append_records("promotions", [replace(move, state="APPLIED")], Fence("applied", MODEL, move.seq))
    return rows


def run_of(actor: str) -> Run:
    """A run named after its actor."""
    return Run(actor, actor, "abc", AT, AT, lambda: 0.0)


def _decision(rows: list[Promotion], run: Run, outcome: Outcome, version: str, champion: str | None) -> Promotion:
    return Promotion(
        model=MODEL,
        seq=next_seq(rows),
        state="DECIDED",
        outcome=outcome,
        version=version,
        previous_version=champion,
        candidate_version=version,
        retrain_key=None,
        request_id=None,
        batch_seq=1,
        reasons=(),
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=AT,
    )


def world_after(*versions: str, applied: bool) -> World:
    """Champions promoted one after the other; applied: whether the alias followed the last one, or its run was killed
    before."""
    world = World()
    for number, version in enumerate(versions, 1):
        decided = _decision(list(world.rows), run_of(f"run {number}"), "PROMOTE", version, world.champion)
        last = number == len(versions) and not applied
        rows = (*world.rows, decided, *(() if last else (replace(decided, state="APPLIED"),)))
        fences = (("applied", number - last), ("promote", number))
        world = (
            World(rows, fences, world.champion, world.previous)
            if last
            else World(rows, fences, version, world.champion)
        )
    return world


def reconcile(world: World) -> World | AliasDriftError:
    """What a clean run that is alone makes of a world."""
    answers: tuple[Any, ...] = ()
    while True:
        talk = Conversation(world, answers, None)
        try:
            _apply(MemoryTables(talk), MemoryRegistry(talk), run_of("rerun"), None)
        except PausedError:
            world, answers = talk.world, talk.answers
            continue
        except AliasDriftError as err:
            return err
        return talk.world
