"""The patterns of the spec in plain words."""

import re

from retraining.spec.batch_spec import CHOICE_PATTERN
from retraining.spec.document.faults import nearest
from retraining.spec.index_spec import (
    CONTAINER_PATTERN,
    ENDPOINT_PATTERN,
    FIELD_PATTERN,
    SERVICE_NAME_PATTERN,
    STORAGE_ID_PATTERN,
)
from retraining.spec.known_recipes import functions_for
from retraining.spec.recipe_function import RECIPE_PATTERN
from retraining.spec.section import (
    COLUMN_PATTERN,
    LENGTH_PATTERN,
    NAME_PATTERN,
    PERSON_PATTERN,
    SECRET_PATTERN,
    TABLE_PATTERN,
    VERSION_PATTERN,
)
from retraining.spec.serving_section import WEB_ADDRESS_PATTERN

WORDS_OF_PATTERNS = {
    NAME_PATTERN: "a name of small letters, digits and underscores that begins with a letter, at most 64 long",
    TABLE_PATTERN: "a table as name, schema.name or catalog.schema.name, of letters, digits, underscores and hyphens",
    COLUMN_PATTERN: "a column's name, which begins with no space and has no backtick",
    LENGTH_PATTERN: "a length of time, such as 30 minutes, 6 hours or 3 days",
    RECIPE_PATTERN: "a function of src/recipes as recipes.<file>.<function>",
    VERSION_PATTERN: 'the number of a version in quotes, such as "3"',
    CHOICE_PATTERN: "champion, the number of a version such as 3, or a day such as 2013-02-28",
    WEB_ADDRESS_PATTERN: "a web address such as https://example.com/hook, without a password",
    ENDPOINT_PATTERN: "an address such as https://<name>.search.windows.net, without a password",
    CONTAINER_PATTERN: "the name of a container: 3 to 63 small letters, digits and single hyphens",
    SERVICE_NAME_PATTERN: "a name of small letters, digits and single hyphens, 2 to 60 long",
    PERSON_PATTERN: "a user name of the workspace, such as an e-mail address, without spaces",
    SECRET_PATTERN: "the name of a secret or of its scope, never the secret itself",
    FIELD_PATTERN: "a field's name of letters, digits and underscores that begins with a letter",
    STORAGE_ID_PATTERN: "a resource id such as /subscriptions/<id>/resourceGroups/<group>/providers/"
    "Microsoft.Storage/storageAccounts/<account>",
}

_SHORT_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "days"}


def fitting(pattern: str, found: str) -> str | None:
    """A value near the one that was found which the pattern takes; None where there is none."""
    if pattern == LENGTH_PATTERN:
        return _length(found)
    if pattern == RECIPE_PATTERN:
        return nearest(found, functions_for("recipe"))
    near = re.sub(r"[ .-]+", "_", found.lower())
    return near if pattern == NAME_PATTERN and re.fullmatch(NAME_PATTERN, near) else None


def _length(found: str) -> str | None:
    parts = re.fullmatch(r"\s*([1-9]\d{0,5})\s*([a-z]+)\s*", found.lower())
    if parts is None:
        return None
    number, unit = parts.groups()
    starts = {word[: len(unit)]: word for word in ("minutes", "hours", "days")}
    word = _SHORT_UNITS.get(unit) or starts.get(unit) or next((w for s, w in _SHORT_UNITS.items() if unit[0] == s), "")
    count = int(number) * (7 if unit[0] == "w" else 1)
    return f"{count} {word}" if word else None
