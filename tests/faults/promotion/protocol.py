"""Every order in which promoters, a rollback and a human can act, each of whom but the human may be killed at any
step."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tests.faults.promotion.model import Broken, Conversation, PausedError, World, act, reconcile, world_after

from retraining.errors import AliasDriftError, RetrainingError
from retraining.rules.champion.alias_state import is_applied, moves, newest_move

BEGINNINGS = {
    "applied": world_after("1", "2", applied=True),
    "killed before the alias": world_after("1", "2", applied=False),
}


class Place(NamedTuple):
    """How far one actor is: what it has heard, whether it ended, and whether it was killed."""

    answers: tuple[Any, ...] = ()
    ended: bool = False
    killed: bool = False


class Moment(NamedTuple):
    """The world and everybody in it."""

    world: World
    places: tuple[Place, ...]


@dataclass
class Explored:
    """How much was tried: moments that differ, ends that differ, and ends at which a clean run stops because the alias
    was moved by hand, or as if it had been."""

    moments: int = 0
    ends: int = 0
    stops: int = 0


def explore(beginning: World, actors: Sequence[str], kills: int = 0, broken: Broken | None = None) -> Explored:
    """Goes through every moment that any order of steps and so many kills lead to. Raises AssertionError at the first
    end that breaks an invariant."""
    first = Moment(beginning, (Place(),) * len(actors))
    came_from: dict[Moment, tuple[Moment, str] | None] = {first: None}
    open_, explored = [first], Explored()
    while open_:
        moment = open_.pop()
        explored.moments += 1
        if all(place.ended for place in moment.places):
            explored.ends += 1
            try:
                explored.stops += check_end(moment, actors)
            except AssertionError as err:
                raise AssertionError(f"{err}, after: {', '.join(_story(moment, came_from))}") from err
        for what, following in _following(moment, actors, kills, broken):
            if following not in came_from:
                came_from[following] = moment, what
                open_.append(following)
    return explored


def _story(moment: Moment, came_from: dict[Moment, tuple[Moment, str] | None]) -> list[str]:
    """Who did what, from the beginning on."""
    said: list[str] = []
    while (before := came_from[moment]) is not None:
        moment = before[0]
        said.insert(0, before[1])
    return said


def wander(beginning: World, actors: Sequence[str], walks: int, seed: int, broken: Broken | None = None) -> Explored:
    """Orders drawn at random, for more actors than can be explored; somebody is killed in about half of the walks.
    Raises AssertionError like explore."""
    draw, explored, ends = random.Random(seed), Explored(), set[Moment]()
    for _ in range(walks):
        moment, kills, said = Moment(beginning, (Place(),) * len(actors)), draw.randint(0, 1), list[str]()
        while following := list(_following(moment, actors, kills, broken)):
            # A kill is one choice beside many steps; drawn as often as a step it would come too early.
            steps = [each for each in following if not each[0].endswith("killed")]
            what, moment = draw.choice(following if draw.random() < 0.1 else steps)
            said.append(what)
            explored.moments += 1
        try:
            explored.stops += check_end(moment, actors)
        except AssertionError as err:
            raise AssertionError(f"{err}, after: {', '.join(said)}") from err
        ends.add(moment)
    explored.ends = len(ends)
    return explored


def check_end(moment: Moment, actors: Sequence[str]) -> bool:
    """Nobody is left. Whether a clean run stops; it may not unless a human acted, or somebody was killed."""
    decided = moves(moment.world.rows)
    assert [row.seq for row in decided] == list(range(1, len(decided) + 1)), "two decisions share a number"
    assert moment.world.told <= {row.run_id for row in decided}, "a decision was lost"
    killed = any(place.killed for place in moment.places)
    human = any(actor.startswith("human") for actor in actors)
    if not human:
        champions = [None, *(row.version for row in decided)]
        assert [row.previous_version for row in decided] == champions[:-1], (
            "a decision was made against a past champion"
        )
    after = reconcile(moment.world)
    if isinstance(after, AliasDriftError):
        assert human or killed, "a stop without a human"
        return True
    newest = newest_move(after.rows)
    assert newest is not None
    assert after.champion == newest.version, (
        f"the champion is not the newest decision's: {after.champion}, not {newest.version}"
    )
    assert after.previous == newest.previous_version or human or killed, (
        f"previous is not the champion before: {after.previous}, not {newest.previous_version}"
    )
    assert is_applied(list(after.rows), newest)
    return False


def _following(
    moment: Moment, actors: Sequence[str], kills: int, broken: Broken | None
) -> Iterable[tuple[str, Moment]]:
    for number, (actor, place) in enumerate(zip(actors, moment.places, strict=True)):
        if place.ended:
            continue
        following = _step(moment, number, actor, broken)
        heard = following.places[number].answers[-1:] or ("the end",)
        yield f"{actor}: {heard[0]}", following
        if place.answers and sum(each.killed for each in moment.places) < kills and not actor.startswith("human"):
            yield f"{actor} is killed", _with(moment, number, Place(ended=True, killed=True), moment.world)


def _step(moment: Moment, number: int, actor: str, broken: Broken | None) -> Moment:
    """The actor's next question is answered."""
    talk = Conversation(moment.world, moment.places[number].answers, broken)
    try:
        act(actor, talk)
    except PausedError:
        return _with(moment, number, Place(talk.answers), talk.world)
    except RetrainingError:
        pass  # it was told to start again, or that the alias was moved by hand: its run ends
    return _with(moment, number, Place(ended=True), talk.world)


def _with(moment: Moment, number: int, place: Place, world: World) -> Moment:
    return Moment(world, (*moment.places[:number], place, *moment.places[number + 1 :]))
