"""Reads a condition: by the precedence of Spark SQL, every part by name, nothing that is not known."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from retraining.spec.conditions.functions import canonical, type_of_cast
from retraining.spec.conditions.reader import Reader
from retraining.spec.conditions.tree import Cast, ConditionError, Constant, Interval, Named, Part, depth_of

LONGEST_INTERVAL = 1_000_000
MOST_DIGITS = 400
"""Of a number as it is written; a double has 309 before its point."""
DEEPEST = 40
"""Parts inside one another. Every level makes the expression that Spark compiles larger."""
UNITS = ("second", "minute", "hour", "day", "week", "month", "year")

_COMPARISONS = {"=": "=", "==": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "<=>": "<=>"}
_VALUES: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_RESERVED = frozenset(
    (
        *("and", "or", "not", "in", "is", "like", "ilike", "rlike", "regexp", "between", "escape", "distinct", "div"),
        *("case", "when", "then", "else", "end", "as", "from", "select", "table", "values", "with", "using", "exists"),
        *("union", "intersect", "except", "minus", "over"),
    )
)
_CLOCKS = ("current_date", "current_timestamp", "current_time", "localtimestamp")
_SESSION = ("current_user", "current_catalog", "current_database", "current_schema", "session_user")


def parse_condition(condition: str) -> Part:
    """The condition as a tree. Raises ConditionError, whose text goes on from the condition."""
    parser = _Parser(condition)
    tree = parser.either()
    parser.expect_end()
    if depth_of(tree) > DEEPEST:
        raise ConditionError(f"has more than {DEEPEST} parts inside one another. Split it into several rules")
    return tree


class _Parser(Reader):
    # Operators, the loosest first.

    def either(self) -> Part:
        """OR."""
        return self._all_of("or", self._both)

    def _both(self) -> Part:
        return self._all_of("and", self._negated)

    def _all_of(self, name: str, inner: Callable[[], Part]) -> Part:
        start = self.place
        values = [inner()]
        while self.take(name):
            values.append(inner())
        return values[0] if len(values) == 1 else self.call(start, name, *values)

    def _negated(self) -> Part:
        start = self.place
        if self.take("not"):
            return self.call(start, "not", self.deeper(self._negated))
        return self._predicate()

    def _predicate(self) -> Part:
        start = self.place
        value = self._comparison()
        while True:
            before = self.place
            negated = self.take("not")
            found = self._predicate_of(start, value, negated)
            if found is None:
                self.place = before
                return value
            value = self.call(start, "not", found) if negated else found

    def _predicate_of(self, start: int, value: Part, negated: bool) -> Part | None:
        """What follows a value: IN, BETWEEN, LIKE, RLIKE or IS."""
        if self.take("in"):
            self.expect("(")
            values = self._list(")")
            return self.call(start, "in", value, *values)
        if self.take("between"):
            low = self._sum()
            self.expect("and")
            high = self._sum()
            bounds = self.call(start, ">=", value, low), self.call(start, "<=", value, high)
            return self.call(start, "and", *bounds)
        for word, name in {"like": "like", "ilike": "ilike", "rlike": "rlike", "regexp": "rlike"}.items():
            if self.take(word):
                return self.call(start, name, value, self._sum())
        return None if negated or not self.take("is") else self._is(start, value)

    def _is(self, start: int, value: Part) -> Part:
        negated = self.take("not")
        if self.take("distinct"):
            self.expect("from")
            same = self.call(start, "<=>", value, self._sum())
            return same if negated else self.call(start, "not", same)

        word = self.now.said
        if self.now.kind != "word" or word not in _VALUES:
            raise self.unexpected("NULL, TRUE, FALSE or DISTINCT FROM")
        constant = self._primary()
        found = self.call(start, "isnull", value) if word == "null" else self.call(start, "<=>", value, constant)
        return self.call(start, "not", found) if negated else found

    def _comparison(self) -> Part:
        start = self.place
        left = self._sum()
        if self.now.kind != "sign" or self.now.said not in _COMPARISONS:
            return left
        name = _COMPARISONS[self.next().said]
        compared = self.call(start, name, left, self._sum())
        if self.now.kind == "sign" and self.now.said in _COMPARISONS:
            raise ConditionError(f"compares `{compared.text}` once more. Write a < b AND b < c")
        return compared

    def _sum(self) -> Part:
        return self._left_to_right(self._product, {"+": "+", "-": "-", "||": "concat"})

    def _product(self) -> Part:
        return self._left_to_right(self._signed, {"*": "*", "/": "/", "%": "mod"})

    def _signed(self) -> Part:
        start = self.place
        if self.take("-"):
            value = self.deeper(self._signed)
            if (
                isinstance(value, Constant)
                and isinstance(value.value, int | float | Decimal)
                and value.text[0] not in "tTfF"
            ):
                return Constant(self.text(start), -value.value)
            return self.call(start, "negative", value)
        return self.deeper(self._signed) if self.take("+") else self._postfix()

    def _postfix(self) -> Part:
        start = self.place
        value = self._primary()
        while True:
            if self.take("["):
                index = self.deeper(self.either)
                self.expect("]")
                value = self.call(start, "[]", value, index)
            elif self.take("::"):
                type_ = self._type()
                value = Cast(self.text(start), value, type_, tried=False)
            elif self.now.said == "." and isinstance(value, Named):
                self.next()
                value = Named(self.text_of(start, self.place + 1), (*value.parts, self.name()))
            else:
                return value

    def _left_to_right(self, inner: Callable[[], Part], names: dict[str, str]) -> Part:
        start = self.place
        value = inner()
        while self.now.kind == "sign" and self.now.said in names:
            name = names[self.next().said]
            value = self.call(start, name, value, inner())
        if self.now.said == "div":
            raise ConditionError("uses DIV, which stops at a division by 0. Write floor(a / b)")
        return value

    # Values.

    def _primary(self) -> Part:
        start = self.place
        token = self.next()
        if token.kind == "number":
            return Constant(token.said, _number(token.said))
        if token.kind == "text":
            return Constant(self.text(start), token.said)
        if token.kind == "quoted":
            return Named(self.text(start), (token.said,))
        if token.kind == "sign" and token.said == "(":
            inside = self.deeper(self.either)
            self.expect(")")
            return inside
        if token.kind == "word":
            return self._of_word(start, token.said)
        self.place = start
        raise self.unexpected()

    def _of_word(self, start: int, word: str) -> Part:
        called = self.now.kind == "sign" and self.now.said == "("
        if word in _VALUES:
            return Constant(word, _VALUES[word])
        if word == "case":
            return self._case(start)
        if word in ("cast", "try_cast") and called:
            return self._cast(start, word == "try_cast")
        if word in ("date", "timestamp") and self.now.kind == "text":
            text = self.next().said
            return Constant(self.text(start), _moment(word, text))
        if word == "interval" and self.now.kind in ("number", "text"):
            return self._interval(start)
        if word in _RESERVED and not (called and word in ("rlike", "regexp")):
            self.place = start
            raise self.unexpected()
        if called:
            self.next()
            arguments = self._list(")")
            return self.call(start, canonical(word, len(arguments)), *arguments)
        if word in _CLOCKS or word in _SESSION:
            canonical(word, 0)
        return Named(self.text(start), (self.written(start),))

    def _case(self, start: int) -> Part:
        chosen = None if self.now.said == "when" else self.deeper(self.either)
        arguments: list[Part] = []
        while self.take("when"):
            condition = self.deeper(self.either)
            arguments.append(condition if chosen is None else self.call(start, "=", chosen, condition))
            self.expect("then")
            arguments.append(self.deeper(self.either))
        if not arguments:
            raise self.unexpected("WHEN")

        otherwise: Part = self.deeper(self.either) if self.take("else") else Constant("NULL", None)
        self.expect("end")
        return self.call(start, "case", *arguments, otherwise)

    def _cast(self, start: int, tried: bool) -> Part:
        self.expect("(")
        value = self.deeper(self.either)
        self.expect("as")
        type_ = self._type()
        self.expect(")")
        return Cast(self.text(start), value, type_, tried)

    def _type(self) -> str:
        name = self.name().lower()
        if not self.take("("):
            return type_of_cast(name)
        sizes = [str(each.value) for each in self._list(")") if isinstance(each, Constant)]
        return type_of_cast(f"{name}({','.join(sizes)})")

    def _interval(self, start: int) -> Part:
        amount = self.next().said
        unit = self.name().lower().rstrip("s")
        if not _is_length(amount.strip()) or unit not in UNITS:
            raise ConditionError(
                f"has `{self.text(start)}`, which is not a length of time. Write INTERVAL 3 DAYS: a whole number up "
                f"to {LONGEST_INTERVAL:,}, and {', '.join(f'{each}s' for each in UNITS)}"
            )
        return Interval(self.text(start), int(amount), unit)

    def _list(self, end: str) -> tuple[Part, ...]:
        found: list[Part] = []
        if self.take(end):
            return ()

        while True:
            found.append(self.deeper(self.either))
            if self.take(end):
                return tuple(found)
            self.expect(",")


def _is_length(amount: str) -> bool:
    digits = amount.isascii() and amount.isdigit() and len(amount) <= MOST_DIGITS
    return digits and int(amount) <= LONGEST_INTERVAL


def _number(text: str) -> int | float | Decimal:
    if "e" in text.lower():
        return float(text)
    if len(text) > MOST_DIGITS:  # Python itself refuses more than 4,300
        raise ConditionError(
            f"has a number of {len(text):,} characters, of at most {MOST_DIGITS:,}. Write it with an exponent: 1e40"
        )
    return Decimal(text) if "." in text else int(text)


def _moment(word: str, text: str) -> date | datetime:
    try:
        return date.fromisoformat(text) if word == "date" else datetime.fromisoformat(text)
    except ValueError as err:
        example = "DATE '2013-01-31'" if word == "date" else "TIMESTAMP '2013-01-31 10:00:00'"
        raise ConditionError(f"has {word.upper()} '{text}', which does not exist. Write {example}") from err
