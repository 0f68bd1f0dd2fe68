"""Names that columns of a source cannot have, because the product gives them to other columns."""

import re

OUR_COLUMNS = frozenset(
    [
        "_action",
        "_all",
        "_asked",
        "_at",
        "_batch",
        "_batch_seq",
        "_block",
        "_caught",
        "_change_type",
        "_commit_timestamp",
        "_commit_version",
        "_conflict",
        "_day",
        "_deletes_key",
        "_doubtful",
        "_earlier_warnings",
        "_file",
        "_file_modified",
        "_first",
        "_first_holder",
        "_forecaster",
        "_found_key",
        "_gone",
        "_greatest",
        "_hash",
        "_hashes",
        "_hi",
        "_ingested_at",
        "_key_hash",
        "_key_number",
        "_keys",
        "_known",
        "_known_value",
        "_label",
        "_landed_at",
        "_last_holder",
        "_late",
        "_least",
        "_ledger",
        "_lo",
        "_loss",
        "_metadata",
        "_named_there",
        "_needed_from",
        "_new_label",
        "_next",
        "_numbers",
        "_other",
        "_place",
        "_prediction",
        "_quarantine_reasons",
        "_reason",
        "_relabels_batch",
        "_repeats",
        "_row_hash",
        "_row_key",
        "_rows",
        "_said",
        "_same",
        "_scale",
        "_scored",
        "_scored_batch",
        "_seen",
        "_slices",
        "_state",
        "_supersedes_batch",
        "_theirs",
        "_times",
        "_tried_in",
        "_valid",
        "_value",
        "_version",
        "_warnings",
        "_who",
        "_why",
    ]
)
"""Names that the product gives to columns itself, beside those of the source."""

_OUR_NUMBERED = re.compile(
    r"_(broken|by|feature|filled|masked|numbered|probability|read|sent|slice|spark|text|value)_\d+(_\d+)?(_probabilities)?"
)


def is_ours(name: str) -> bool:
    """Whether a column of this name, in any case, would meet one of ours."""
    return name.lower() in OUR_COLUMNS or bool(_OUR_NUMBERED.fullmatch(name.lower()))
