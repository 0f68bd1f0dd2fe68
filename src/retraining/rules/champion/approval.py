"""Who waits for a person's approval, whose time is over, and whether an approval holds for the champion of today."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from retraining.records.promotion import Promotion
from retraining.records.run import UNKNOWN_PERSON
from retraining.requests.reason import as_sentence

Answer = Literal["APPROVED", "REJECT"]
"""Yes or no, as `promotions` has it."""


@dataclass(frozen=True)
class Question:
    """A candidate that was shown to people, and what ended its wait."""

    asked: Promotion
    """The PENDING row."""
    answer: Promotion | None
    """The row that answered or closed it; None while the candidate waits."""


def questions(rows: Sequence[Promotion]) -> list[Question]:
    """Every question that people were asked, oldest first. A candidate that waits and is asked about again, because the
    champion has changed, is one question still."""
    found: list[Question] = []
    waits: dict[str | None, int] = {}  # where in found the open question of a candidate is

    for row in _decided(rows):
        place = waits.get(row.retrain_key)
        if row.outcome == "PENDING" and place is None:
            waits[row.retrain_key] = len(found)
            found.append(Question(row, None))
        elif row.outcome != "PENDING" and place is not None:
            found[place] = replace(found[place], answer=row)
            del waits[row.retrain_key]

    return found


def waiting(rows: Sequence[Promotion]) -> list[Promotion]:
    """The PENDING row of every candidate that has not been refused, promoted or approved yet, oldest first."""
    return [row for row in _newest_of_candidates(rows) if row.outcome == "PENDING"]


def expired(rows: Sequence[Promotion], now: datetime, days: int) -> list[Promotion]:
    """The PENDING rows older than `days` days whose candidate did not go live, approved in the meantime or not."""
    open_keys = {row.retrain_key for row in _newest_of_candidates(rows) if row.outcome in ("PENDING", "APPROVED")}
    asked = {row.retrain_key: row for row in _decided(rows) if row.outcome == "PENDING"}
    late = [row for key, row in asked.items() if key in open_keys and now - row.at > timedelta(days=days)]
    return sorted(late, key=lambda row: row.seq)


def standing_question(rows: Sequence[Promotion], retrain_key: str, champion: str | None) -> Promotion | None:
    """The question about a candidate (PENDING), or its answer (APPROVED), as long as it is neither settled nor void.

    What was asked or approved when another version was champion says nothing about this one: None.
    """
    newest = next((row for row in _newest_of_candidates(rows) if row.retrain_key == retrain_key), None)
    if newest is None or newest.outcome not in ("PENDING", "APPROVED") or newest.previous_version != champion:
        return None
    return newest


def why_not_approved_by(person: str | None, authors: Sequence[str]) -> str | None:
    """Why a person may not say yes to a candidate: four eyes, because the authors of a spec must not be the ones who
    approve what it made. None where the person may. Names are compared without case."""
    if not authors:
        return None
    if person in (None, UNKNOWN_PERSON):
        return (
            "By gate.authors another person than the authors of the spec must approve, and nothing proves who started "
            "this run. Start the job `approve` as yourself, in a new run, and see that the jobs' principal may view it."
        )
    if str(person).casefold() in {author.casefold() for author in authors}:
        return f"{person} is one of gate.authors, so another person has to approve. An author may refuse: approve=no."
    return None


def answer_in_words(answer: Answer, run_id: str, reason: str) -> str:
    """The answer of a person as its row gives it."""
    return f"{'Approved' if answer == 'APPROVED' else 'Refused'} in run {run_id}: {as_sentence(reason)}"


def same_answer(rows: Sequence[Promotion], answer: Answer, reason: str, candidate: str | None) -> Promotion | None:
    """The newest answer of a person that says the same for the same reason, about the candidate where one is named.
    None where the question was asked again since."""
    given = [row for row in _decided(rows) if row.outcome == answer and row.request_id is not None]
    about = [row for row in given if candidate in (None, row.candidate_version, row.retrain_key)]
    same = [row for row in about if row.reasons == (answer_in_words(answer, str(row.request_id), reason),)]
    if not same:
        return None
    key = same[-1].retrain_key
    asked = max((row.seq for row in rows if row.outcome == "PENDING" and row.retrain_key == key), default=0)
    return same[-1] if asked < same[-1].seq else None


def is_not_carried_out(rows: Sequence[Promotion], answer: Promotion) -> bool:
    """Whether a yes is still the newest word on its candidate: no promotion has followed."""
    return answer.outcome == "APPROVED" and answer in _newest_of_candidates(rows)


def _newest_of_candidates(rows: Sequence[Promotion]) -> list[Promotion]:
    newest = {row.retrain_key: row for row in _decided(rows) if row.retrain_key}
    return sorted(newest.values(), key=lambda row: row.seq)


def _decided(rows: Sequence[Promotion]) -> list[Promotion]:
    return sorted((row for row in rows if row.state == "DECIDED"), key=lambda row: row.seq)
