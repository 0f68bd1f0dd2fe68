"""Certain faults of the data stop training until a person has answered them: which are open, and what ends them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from retraining.records.change import ColumnState, DataFault
from retraining.records.decision import Decision
from retraining.records.drift import PREDICTION
from retraining.records.promotion import Promotion
from retraining.rules.drift.column_fault import column_faults

Days = tuple[date, date]
"""[first, end)"""
_MOST_NAMED = 3


@dataclass(frozen=True)
class Compared:
    """Which rows were compared with what."""

    batch_seq: int
    champion_version: str
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True)
class Answers:
    """What ends a fault: a release by a person; a batch whose rows are no longer used, because it was read again or
    withdrawn; days that the spec excludes from training; a column that training does not learn from."""

    promotions: Sequence[Promotion] = ()
    unused: Collection[int] = ()
    """Numbers of batches."""
    excluded: Sequence[Days] = ()
    trained_on: Collection[str] | None = None
    """The features that the spec names by now, and the label. None: all columns."""


def certain_faults(columns: Sequence[ColumnState], compared: Compared) -> tuple[DataFault, ...]:
    """The faults of a batch that the world cannot have made. A prediction follows from the features, so it has none."""
    return tuple(
        DataFault(
            batch_seq=compared.batch_seq,
            column_name=each.column,
            fault=each.fault,
            detail=each.detail,
            champion_version=compared.champion_version,
            first_day=compared.first_day,
            last_day=compared.last_day,
            sentence=each.sentence,
        )
        for column in columns
        if column.name != PREDICTION
        for each in column_faults(column)
        if each.is_certain
    )


def open_faults(found: Sequence[DataFault], decisions: Sequence[Decision], answers: Answers) -> tuple[DataFault, ...]:
    """The faults of the newest batch and those of earlier decisions that nothing has ended, oldest batch first.

    decisions: in the order they were made, in the batch numbers of the model's source.
    """
    earlier = [fault for row in decisions for fault in row.open_faults]
    known = {_name(fault): fault for fault in (*earlier, *found)}
    still = [fault for fault in known.values() if not _is_over(fault, answers)]
    return tuple(sorted(still, key=lambda fault: (fault.batch_seq, fault.column_name, fault.fault)))


def answer_of(found: Sequence[DataFault], answers: Answers) -> str | None:
    """The reason of the release that answers every fault of the newest batch; None where there is no fault, or one that
    no release answers."""
    reasons = [_released(fault, answers.promotions) for fault in found if _is_trained_on(fault, answers)]
    return " ".join(dict.fromkeys(each for each in reasons if each)) if reasons and all(reasons) else None


def frozen_columns(decisions: Sequence[Decision], champion_version: str) -> set[str]:
    """Columns that an earlier batch found frozen beside the same champion: the batch before says no more what the
    column was."""
    known = [fault for row in decisions for fault in row.open_faults]
    return {each.column_name for each in known if (each.fault, each.champion_version) == ("frozen", champion_version)}


def faults_in_words(faults: Sequence[DataFault]) -> str:
    """Which batch, and what is wrong with it. faults: at least one."""
    batches = sorted({fault.batch_seq for fault in faults})
    which = f"Batch {batches[0]}{_days(faults)} has" if len(batches) == 1 else f"Batches {_listed(batches)} have"
    sentences = list(dict.fromkeys(fault.sentence for fault in faults))
    more = len(sentences) - _MOST_NAMED
    others = f" And {more} more." if more > 0 else ""
    return f"{which} a data fault: {' '.join(sentences[:_MOST_NAMED])}{others}"


def _days(faults: Sequence[DataFault]) -> str:
    """The days of the rows; empty where rows have no time."""
    first = min((fault.first_day for fault in faults if fault.first_day), default=None)
    last = max((fault.last_day for fault in faults if fault.last_day), default=None)
    if first is None or last is None:
        return ""
    return f" ({first})" if first == last else f" ({first} to {last})"


def ways_out(faults: Sequence[DataFault]) -> str:
    """What a person can do about it. faults: at least one."""
    batches = sorted({fault.batch_seq for fault in faults})
    number = str(batches[0]) if len(batches) == 1 else "..."
    return (
        f"Correct the source and read the batch again (job repair, action=replay, batch_seq={number}), or withdraw it "
        f"(action=abandon, batch_seq={number}). If the data are right, run the job release_retraining. Each needs a "
        f"reason."
    )


def _name(fault: DataFault) -> tuple[int, str, str]:
    return fault.batch_seq, fault.column_name, fault.fault


def _is_over(fault: DataFault, answers: Answers) -> bool:
    excluded = any(_is_inside(fault, days) for days in answers.excluded)
    harmless = fault.batch_seq in answers.unused or excluded or not _is_trained_on(fault, answers)
    return harmless or _released(fault, answers.promotions) is not None


def _is_trained_on(fault: DataFault, answers: Answers) -> bool:
    return answers.trained_on is None or fault.column_name in answers.trained_on


def _released(fault: DataFault, promotions: Sequence[Promotion]) -> str | None:
    """The reason of the newest release that answers a fault."""
    released = [row for row in promotions if any(_answers(each, fault) for each in row.answers)]
    return " ".join(released[-1].reasons) if released else None


def _answers(answered: DataFault, fault: DataFault) -> bool:
    """The same fault: of the same batch, or of a later one beside the same champion, which has not learned it yet."""
    if (answered.column_name, answered.fault, answered.detail) != (fault.column_name, fault.fault, fault.detail):
        return False
    goes_on = answered.champion_version == fault.champion_version and answered.batch_seq < fault.batch_seq
    return answered.batch_seq == fault.batch_seq or goes_on


def _is_inside(fault: DataFault, days: Days) -> bool:
    first, end = days
    if fault.first_day is None or fault.last_day is None:
        return False
    return first <= fault.first_day and fault.last_day < end


def _listed(batches: Sequence[int]) -> str:
    return f"{', '.join(map(str, batches[:-1]))} and {batches[-1]}"
