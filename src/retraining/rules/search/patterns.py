"""Which documents of a source belong into the index, by patterns of their paths."""

import re
from collections.abc import Iterator, Sequence
from functools import cache


def is_wanted(path: str, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """Whether a path fits a pattern of include and none of exclude; without include everything fits.

    `*` and `?` stay inside a name, `**` spans folders, and a pattern without a slash fits in every folder. Upper and
    lower case count.

    >>> is_wanted("guides/start.html", ["*.html"], ["drafts/**"])
    True
    >>> is_wanted("drafts/start.html", ["*.html"], ["drafts/**"])
    False
    """
    fits_one = not include or any(_expression(each).fullmatch(path) for each in include)
    return fits_one and not any(_expression(each).fullmatch(path) for each in exclude)


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    anywhere = pattern if "/" in pattern else f"**/{pattern}"
    return re.compile("".join(_parts(anywhere.lstrip("/"))), re.DOTALL)


def _parts(pattern: str) -> Iterator[str]:
    for part in re.findall(r"\*\*/|\*\*|\*|\?|[^*?]+", pattern):
        yield _SIGNS.get(part) or re.escape(part)


_SIGNS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
