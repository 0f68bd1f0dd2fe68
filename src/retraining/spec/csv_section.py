"""How CSV files are written."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, StringConstraints, field_validator, model_validator

from retraining.spec.section import Section

ENCODINGS = {
    **dict.fromkeys(("utf-8", "utf8", "utf_8", "utf-8-sig"), "UTF-8"),
    **dict.fromkeys(("latin1", "latin-1", "iso-8859-1", "iso8859-1"), "ISO-8859-1"),
    **dict.fromkeys(("windows-1252", "cp1252"), "windows-1252"),
    **dict.fromkeys(("utf-16", "utf16"), "UTF-16"),
}
"""Names that people write, and the encodings they mean."""

SIGNS = {"tab": "\t", "space": " ", "semicolon": ";", "comma": ",", "pipe": "|"}
"""Names that people write, and the signs they mean."""


def _as_a_list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _known_encoding(value: Any) -> Any:
    known = ENCODINGS.get(value.lower()) if isinstance(value, str) else None
    if known is None:
        raise ValueError(f"{value!r} is not an encoding that is read. Write utf-8, latin1, windows-1252 or utf-16")
    return known


_OneSign = Annotated[str, StringConstraints(min_length=1, max_length=1)]


class CsvSection(Section):
    """The defaults read what pandas' to_csv and Excel write. A file whose name ends in .gz, .bz2 or .zst is
    decompressed."""

    model_config = ConfigDict(str_strip_whitespace=False)  # a tab is a delimiter

    delimiter: _OneSign = ","
    """The sign between two fields, or its name: tab, semicolon, comma, pipe, space."""
    quote: _OneSign = '"'
    """The sign around a field that holds delimiters, quotes or line breaks."""
    escape: _OneSign = '"'
    """The sign before a quote inside a quoted field: the quote itself (it is doubled), or a backslash."""
    null_values: Annotated[tuple[str, ...], BeforeValidator(_as_a_list)] = ()
    """Texts that stand for no value, beside the empty field: one or a list, such as [NA, NULL]."""
    encoding: Annotated[Literal["UTF-8", "ISO-8859-1", "windows-1252", "UTF-16"], BeforeValidator(_known_encoding)] = (
        "UTF-8"
    )
    """utf-8, latin1, windows-1252 or utf-16. A file with other bytes than UTF-8 is refused by default."""
    header: bool = True
    """Whether the first line names the columns, in the order of source.schema. Without it the order alone counts."""
    multiline: bool = True
    """Whether a quoted field may hold line breaks. Without them, large files are read in parts."""

    @field_validator("delimiter", mode="before")
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        return SIGNS.get(value, "\t" if value == "\\t" else value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _signs_differ(self) -> "CsvSection":
        if self.delimiter in (self.quote, self.escape):
            raise ValueError(f"delimiter {self.delimiter!r} is the quote or the escape sign too. Name another one")
        return self
