"""Identifiers: validated part by part and back-quoted, so that no text from outside becomes SQL."""

import re

from retraining.errors import ParameterError

_PART = re.compile(r"^[A-Za-z_][A-Za-z0-9_-]{0,254}$")


def check_part(part: str, what: str) -> str:
    """The part itself if it is a plain identifier. Raises ParameterError otherwise."""
    if not _PART.fullmatch(part):
        raise ParameterError(
            f"{what} {part!r} is not a plain name (letters, digits, underscore, hyphen; first a letter or underscore)."
        )
    return part


def quoted(*parts: str) -> str:
    """`a`.`b`.`c` of checked parts."""
    return ".".join(f"`{check_part(part, 'the name')}`" for part in parts)


def quoted_column(name: str) -> str:
    """A source column's name for DDL; source columns may hold spaces, so only the quote itself is escaped."""
    return "`" + name.replace("`", "``") + "`"


def quoted_text(text: str) -> str:
    """A text as a SQL literal, where DDL takes no parameter."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def qualified(catalog: str, schema: str, table: str) -> str:
    """The quoted name of a table of one to three parts: one part is in the schema, two parts are in the catalog."""
    parts = table.split(".")
    return quoted(*[catalog, schema][: 3 - len(parts)], *parts)
