"""CSV files as rows of cells: encoding and delimiter found out, and nothing swallowed by a quotation mark."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from asn_research.ingest.files import limit
from asn_research.ingest.files.problem import refuse_file

_DELIMITERS: Final = (";", ",", "\t", "|")
_WIDEST: Final = 100
_SAMPLE_LINES: Final = 200
_END: Final = "\x02end\x03"
_WIDE: Final = 5
_PIECE: Final = 200_000
_LOOKED_AT: Final = 4_096

_AS_TEXT: Final = re.compile(r'="([^"]*)"$')
"""What some programs write so that a spreadsheet leaves a number as it is: nothing is calculated in it."""

Row = list[Any]


def read_delimited(content: bytes, *, name: str) -> tuple[list[Row], str]:
    """The rows of a CSV file, and its delimiter.

    Raises
    ------
    IntakeError
        If it is not text, if a line or the file is larger than is read, or if a quotation mark that nothing
        closes would make one cell of several lines.
    """
    text = decode(content, name=name)
    del content
    _check_lines(text, name)
    csv.field_size_limit(limit.MAXIMUM_LINE)
    delimiter = find_delimiter(text)
    end = text.find("\n") if "\n" in text else len(text)
    first = text[:end].strip()
    if len(first) == 5 and first.casefold().startswith("sep="):
        delimiter, text = first[4], f"\n{text[end + 1 :]}"
    return _Rows(text, delimiter, name).read(), delimiter


def decode(content: bytes, *, name: str) -> str:
    """Text of a CSV file: UTF-8 or UTF-16 with or without mark, else Windows-1252.

    Raises
    ------
    IntakeError
        If there are NUL bytes or bytes that no Windows-1252 text has.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if content.startswith(mark):
            encodings = [encoding]
            break
    else:
        encodings = [found] if (found := _find_wide(content)) else ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if (position := text.find("\0")) >= 0:
            raise refuse_file("text_nul", name, line=f"{text.count(chr(10), 0, position) + 1}")
        return text
    raise refuse_file("text_encoding", name)


def _find_wide(content: bytes) -> str:
    """UTF-16 without its mark: every second byte of its first lines is NUL, and no other."""
    start = content[:_LOOKED_AT]
    if len(start) % 2 or b"\0" not in start:
        return ""
    for encoding, high in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        low = start[::2] if encoding == "utf-16-le" else start[1::2]
        if high.count(0) * 10 >= len(high) * 9 and b"\0" not in low:
            return encoding
    return ""


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces of some thousand lines: as a stream it would take four times the memory at once."""
    start = 0
    while start < len(text):
        end = text.find("\n", start + _PIECE) + 1 or len(text)
        yield text[start:end]
        start = end


def _lines(text: str) -> Iterator[str]:
    """The lines of a text with their ends, whichever of the three kinds of end they have."""
    return itertools.chain.from_iterable(io.StringIO(piece, newline="") for piece in _pieces(text))


def _check_lines(text: str, name: str) -> None:
    if all(len(piece) <= limit.MAXIMUM_LINE for piece in _pieces(text)):
        return
    for number, line in enumerate(_lines(text), start=1):
        if len(line) > limit.MAXIMUM_LINE:
            raise refuse_file("text_line", name, line=str(number), limit=f"{limit.MAXIMUM_LINE:,}")


def find_delimiter(text: str) -> str:
    """The delimiter that parts most fields in lines of one width: a few commas in footers part few.

    Examples
    --------
    >>> find_delimiter("nip;nilai\\n1;85,5\\n2;70,25\\n")
    ';'
    """
    lines = (line for line in _lines(text) if line.strip())
    sample = list(itertools.islice(lines, _SAMPLE_LINES))
    best, best_score = ";", 0
    for delimiter in _DELIMITERS:
        try:
            widths = Counter(len(row) for row in csv.reader(sample, delimiter=delimiter))
        except csv.Error:
            continue
        score = max((count * (min(width, _WIDEST) - 1) for width, count in widths.items()), default=0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


class _Rows:
    """The rows of a text, read once; what stands in several lines is looked at twice."""

    def __init__(self, text: str, delimiter: str, name: str) -> None:
        self._text = text
        self._delimiter = delimiter
        self._name = name
        self._lines: list[str] = []
        self._long: list[tuple[int, Row]] = []

    def read(self) -> list[Row]:
        rows = self._read_plain()
        return self._read_quoted() if rows is None else rows

    def _read_plain(self) -> list[Row] | None:
        """The rows of a text without quotation marks, where no cell goes on in the next line, if bearable."""
        text = self._text
        cells = text.count(self._delimiter) + text.count("\n") + text.count("\r") + 1
        if '"' in text or cells > limit.MAXIMUM_CELLS:
            return None
        known: dict[str, str] = {}
        share = known.setdefault  # equal texts are one and the same: less memory, and compared at once
        try:
            reader = csv.reader(_lines(text), delimiter=self._delimiter)
            rows = [[share(cell, cell) for cell in row] for row in reader]
        except csv.Error:
            return None
        return None if max(map(len, rows), default=0) > limit.MAXIMUM_COLUMNS else rows

    def _read_quoted(self) -> list[Row]:
        reader = csv.reader(self._feed(), delimiter=self._delimiter)
        rows: list[Row] = []
        known: dict[str, str] = {}
        share = known.setdefault
        cells = line = 0
        bare = '="' in self._text
        while True:
            try:
                row: Row | None = next(reader, None)
            except csv.Error as error:
                raise refuse_file("text_field", self._name, line=str(line + 1)) from error
            if row is None:
                break
            if len(self._lines) > 1:
                self._check_quotes(row, line + 1)
            self._lines.clear()
            if len(row) > limit.MAXIMUM_COLUMNS:
                row = self._narrow(row, line + 1)
            line = reader.line_num
            cells += len(row)
            if cells > limit.MAXIMUM_CELLS:
                raise refuse_file("text_cells", self._name, limit=f"{limit.MAXIMUM_CELLS:,}")
            if bare:
                row = [match.group(1) if (match := _AS_TEXT.match(cell)) else cell for cell in row]
            rows.append([share(cell, cell) for cell in row])
        self._check_swallowed(Counter(map(len, rows)))
        return rows[:-1]

    def _feed(self) -> Iterator[str]:
        for line in _lines(self._text):
            self._lines.append(line)
            yield line if line.endswith(("\n", "\r")) else f"{line}\n"
        self._lines.append(_END)
        yield _END

    def _check_quotes(self, row: Row, line: int) -> None:
        """A cell of several lines must be quoted from end to end, and end before the file does."""
        try:
            list(csv.reader(self._lines, delimiter=self._delimiter, strict=True))
        except csv.Error:
            raise refuse_file("text_quote", self._name, line=str(line)) from None
        self._long.append((line, row))

    def _narrow(self, row: Row, line: int) -> Row:
        """A row without the empty cells at its end."""
        width = len(row)
        while width and not row[width - 1].strip():
            width -= 1
        if width > limit.MAXIMUM_COLUMNS:
            raise refuse_file("text_wide", self._name, line=str(line), limit=str(limit.MAXIMUM_COLUMNS))
        return row[:width]

    def _check_swallowed(self, widths: Counter[int]) -> None:
        """Two stray quotation marks make one cell of whole lines: it holds as many delimiters as they did."""
        usual = widths.most_common(1)[0][0]
        for line, row in self._long:
            for cell in row:
                breaks, inside = cell.count("\n"), cell.count(self._delimiter)
                merged = len(row) != usual and inside >= usual - 1 >= 2
                if breaks and (merged or (usual >= _WIDE and inside == (usual - 1) * breaks)):
                    raise refuse_file("text_quote", self._name, line=str(line))
