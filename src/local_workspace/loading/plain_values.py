"""Values of a file as this product writes them: gaps as null, numbers with a point, dates as 2024-01-31. Pure."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from local_workspace.loading.value_format import DECIMALS, ValueFormat

NOT_A_NUMBER = "?"


def without_missing(form: ValueFormat, texts: pa.Array) -> pa.Array:
    """The values without spaces around them, null where they are missing."""
    trimmed = pc.utf8_trim_whitespace(texts)
    is_missing = pc.is_in(trimmed, value_set=pa.array(["", *form.missing], pa.string()))
    return pc.if_else(is_missing, pa.scalar(None, pa.string()), trimmed)


def plain_numbers(form: ValueFormat, values: pa.Array) -> pa.Array:
    """Numbers with a decimal point and nothing between thousands; NOT_A_NUMBER where a value is not one."""
    if form.decimal is None:
        return values

    decimal = re.escape(form.decimal)
    between = re.escape(DECIMALS[1 - DECIMALS.index(form.decimal)])
    whole = rf"(\d{{1,3}}({between}\d{{3}})+|\d*)"
    is_number = pc.match_substring_regex(values, rf"^-?({whole}({decimal}\d*)?([eE][+-]?\d+)?|(?i:inf|infinity))$")
    plain = pc.replace_substring_regex(values, between, "")
    plain = pc.replace_substring_regex(plain, decimal, ".")
    return pc.if_else(is_number, plain, pa.scalar(NOT_A_NUMBER))


def plain_dates(form: ValueFormat, values: pa.Array) -> pa.Array:
    """Dates and times that begin like 2024-01-31, where they have the pattern; the other values as they are."""
    if form.date_pattern is None:
        return values

    found = pc.extract_regex(values, form.date_pattern)
    day, month = (pc.utf8_lpad(pc.struct_field(found, part), 2, "0") for part in ("day", "month"))
    plain = pc.binary_join_element_wise(pc.struct_field(found, "year"), month, day, "-")
    plain = pc.binary_join_element_wise(plain, pc.struct_field(found, "rest"), "")
    return pc.if_else(pc.is_valid(found), plain, values)
