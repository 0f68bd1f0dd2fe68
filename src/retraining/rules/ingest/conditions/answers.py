"""What a part of a condition says of a row, and on which rows it has no answer. Under ANSI, Spark stops the whole query
at the first row without one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column
from pyspark.sql import functions as F

from retraining.spec.conditions.tree import ConditionError, Value

TIMES = ("date", "timestamp", "timestamp_ntz")
LENGTHS = ("interval", "months")
"""Lengths of time: a number of microseconds, or of months."""


@dataclass(frozen=True)
class Answer:
    """A part of a condition as columns that never raise."""

    text: str
    """As it was written."""
    type: str
    """bigint for every whole number, double for every other one but a decimal; else Spark's name. void: NULL itself."""
    value: Column
    """Null where `failed`, and where there is nothing to say."""
    failed: Column | None = None
    """True for rows on which Spark would have stopped; None where there are none."""
    is_constant: bool = False
    constant: Value = None
    """What is written in the condition itself."""

    @property
    def is_number(self) -> bool:
        """Whether it can be calculated with."""
        return self.type in ("bigint", "double", "void") or self.is_decimal

    @property
    def is_decimal(self) -> bool:
        """Whether it has a fixed number of digits."""
        return self.type.startswith("decimal")


def any_failed(answers: Sequence[Answer]) -> Column | None:
    """Whether one of them has failed."""
    failed = [each.failed for each in answers if each.failed is not None]
    return reduce(or_, failed) if failed else None


def strict(text: str, type_: str, value: Column, made_of: Sequence[Answer], stops: bool = False) -> Answer:
    """An answer that is null where one of its parts is. stops: Spark's own operation may stop; then the value is null
    although all parts are there."""
    failed = any_failed(made_of)
    if stops:
        there = reduce(and_, (each.value.isNotNull() for each in made_of))
        own = there & value.isNull()
        failed = own if failed is None else failed | own
    return Answer(text, type_, value, failed)


def limited(text: str, type_: str, value: Column, made_of: Sequence[Answer], wrong: Column) -> Answer:
    """The same for an operation that has no right answer where `wrong` is true, although it does not stop."""
    wrong = F.coalesce(wrong, F.lit(False))
    failed = any_failed(made_of)
    return Answer(text, type_, F.when(~wrong, value), wrong if failed is None else failed | wrong)


def lenient(text: str, type_: str, value: Column, failed: Column | None) -> Answer:
    """An answer that may be there although one of its parts is null; nothing, where a part that it needs failed."""
    return Answer(text, type_, value if failed is None else F.when(~failed, value), failed)


def known(text: str, value: Column, made_of: Sequence[Answer]) -> Answer:
    """AND or OR: known as soon as one part decides it, also where another one failed."""
    failed = any_failed(made_of)
    return Answer(text, "boolean", value, None if failed is None else failed & value.isNull())


def chosen(text: str, branches: Sequence[tuple[Answer, Answer]], otherwise: Answer) -> Answer:
    """The value behind the first condition that is true. What was not chosen is not asked, and cannot fail."""
    value = otherwise.value
    failed = otherwise.failed
    for condition, answer in reversed(branches):
        value = F.when(condition.value, answer.value).otherwise(value)
        failed = _failed_before(condition, answer, failed)
    return lenient(text, otherwise.type, value, failed)


def _failed_before(condition: Answer, answer: Answer, later: Column | None) -> Column | None:
    if condition.failed is None and answer.failed is None and later is None:
        return None
    no = F.lit(False)
    failed = F.when(condition.value, no if answer.failed is None else answer.failed)
    failed = failed.otherwise(no if later is None else later)
    return failed if condition.failed is None else condition.failed | failed


def first_there(text: str, answers: Sequence[Answer]) -> Answer:
    """The first value that is not null."""
    branches = [(replace(each, type="boolean", value=each.value.isNotNull()), each) for each in answers[:-1]]
    return chosen(text, branches, answers[-1])


def expect(answer: Answer, fits: Callable[[Answer], bool], expected: str, cure: str) -> Answer:
    """The answer. Raises ConditionError where it is of another type."""
    if answer.type == "void" or fits(answer):
        return answer
    raise ConditionError(f"takes {expected} where `{answer.text}` is {answer.type}. Write {cure}")
