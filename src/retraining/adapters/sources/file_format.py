"""How the files of each format are read: options, the columns to read, and the values they become."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DateType, StringType, StructField, StructType, TimestampNTZType, TimestampType

from retraining.rules.ingest.plain_values import from_windows_1252, is_malformed, value_of
from retraining.spec.csv_section import CsvSection
from retraining.spec.source_section import MALFORMED_LINE

_SPARKS_OWN_ENCODING = {"windows-1252": "ISO-8859-1"}


@dataclass(frozen=True)
class FileFormat:
    """Parquet values have a type. Those of CSV, and moments in JSON, are read as text and converted here: Spark would
    take `1d` for a number and `2013` for a moment."""

    name: str
    csv: CsvSection

    @property
    def has_lines(self) -> bool:
        """Whether a line can be malformed."""
        return self.name != "parquet"

    @property
    def options(self) -> dict[str, str]:
        """Options of Spark's reader."""
        if self.name == "csv":
            return self._csv_options
        return {"mode": "PERMISSIVE"} if self.name == "json" else {}

    @property
    def _csv_options(self) -> dict[str, str]:
        csv = self.csv
        return {
            "header": str(csv.header).lower(),
            "enforceSchema": "false",  # or the header is ignored, and columns in another order are mixed up
            "mode": "PERMISSIVE",
            "sep": csv.delimiter,
            "quote": csv.quote,
            "escape": csv.escape,
            "encoding": _SPARKS_OWN_ENCODING.get(csv.encoding, csv.encoding),
            "multiLine": str(csv.multiline).lower(),
        }

    def asked_for(self, columns: StructType) -> StructType:
        """The columns as the reader gives them, and the text of malformed lines."""
        asked = [
            StructField(each.name, StringType() if self._is_text(each.dataType) else each.dataType) for each in columns
        ]
        return StructType([*asked, StructField(MALFORMED_LINE, StringType())] if self.has_lines else asked)

    def values(self, columns: StructType, broken: Column | None = None) -> list[Column]:
        """The columns by their types, and the text of malformed lines, whose values are null. broken: lines that are
        malformed for another reason."""
        if not self.has_lines:
            return [F.col(f"`{each.name}`") for each in columns]
        texts = {each.name: self._text(each.name) for each in columns if self._is_text(each.dataType)}
        wrong = F.lit(False) if broken is None else broken
        for each in columns:
            if each.name in texts:
                wrong = wrong | is_malformed(texts[each.name], each.dataType)

        line = F.coalesce(F.col(MALFORMED_LINE), F.when(wrong, self._line(columns.names)))
        fine = F.col(MALFORMED_LINE).isNull() & ~wrong
        plain = {each.name: F.col(f"`{each.name}`") for each in columns}
        typed = {
            each.name: value_of(texts[each.name], each.dataType) if each.name in texts else plain[each.name]
            for each in columns
        }
        return [*(F.when(fine, value).alias(name) for name, value in typed.items()), line.alias(MALFORMED_LINE)]

    def _is_text(self, type_: DataType) -> bool:
        return self.name == "csv" or (isinstance(type_, DateType | TimestampType | TimestampNTZType) and self.has_lines)

    def _text(self, name: str) -> Column:
        text = F.col(f"`{name}`")
        if self.name != "csv":
            return text
        if self.csv.encoding == "windows-1252":
            text = from_windows_1252(text)
        return F.when(~text.isin(list(self.csv.null_values)), text) if self.csv.null_values else text

    def _line(self, names: Sequence[str]) -> Column:
        """A line as it was read, for one whose values are not of their types."""
        row = F.struct(*(F.col(f"`{name}`") for name in names))
        if self.name == "json":
            return F.to_json(row)
        signs = {"sep": self.csv.delimiter, "quote": self.csv.quote, "escape": self.csv.escape}
        return F.to_csv(row, signs)
