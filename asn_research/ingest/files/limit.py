"""How much of a raw file is taken in: every bound on time and memory, each with its reason.

A file that exceeds one of them is answered by one problem that names it; the rest of the intake goes on.
docs/hostile_input.md explains them to whoever keeps the files.
"""

from __future__ import annotations

from typing import Final

MEGABYTE: Final = 1_000_000

MAXIMUM_WORKBOOK: Final = 500 * MEGABYTE
"""Bytes of a workbook on the disk. A full sheet of an office (a million rows of scores) has about 40 MB."""

MAXIMUM_TEXT_FILE: Final = 300 * MEGABYTE
"""Bytes of a CSV file. Three million rows of scores have about 240 MB; a file is held in memory whole."""

MAXIMUM_UNPACKED: Final = 1_000 * MEGABYTE
"""Bytes of all parts of a workbook when unpacked: a full sheet has about 400 MB of XML."""

MAXIMUM_INDEX: Final = 64 * MEGABYTE
"""Bytes of the parts that say what a workbook holds (sheets, formats); they are read as a tree, ten times as
large. Worn-out workbooks with all 64,000 formats have about 20 MB."""

MAXIMUM_RATIO: Final = 250
"""How many times larger than packed. Sheets of offices reach 10 to 40, blank formatted rows 100; a zip bomb
is near 1,000, the most that the method of packing gives."""

RATIO_FROM: Final = 50 * MEGABYTE
"""Smaller workbooks may be packed as tightly as they like: unpacking them costs little."""

MAXIMUM_PARTS: Final = 10_000
"""Parts of a workbook. A workbook of 200 sheets with drawings has about 1,000."""

MAXIMUM_CELLS: Final = 32_000_000
"""Cells of the rectangle from A1 to the last filled cell of a sheet; a full sheet of 30 columns. The reader
keeps 32 bytes for each, filled or not, and ends the whole process where the memory does not suffice."""

MAXIMUM_COLUMNS: Final = 2_000
"""Filled columns of a sheet or CSV file. Wide exports of forms have a few hundred."""

MAXIMUM_REPEATED_TEXT: Final = 500 * MEGABYTE
"""Letters of all cells of a sheet together. A text that stands once in the file may be shown by a million
cells, and the reader copies it for each."""

MAXIMUM_LINE: Final = 1 * MEGABYTE
"""Letters of one line, and of one field, of a CSV file. A cell of a spreadsheet holds 32,767 letters."""

TRIAL_MEMORY: Final = 4_000 * MEGABYTE
"""Bytes of address space in which an older kind of workbook (.xls, .xlsb, .ods) is read on trial: their parts
cannot be measured beforehand. The largest sheet of an .xls file needs about 1,500 MB."""

TRIAL_SECONDS: Final = 120
"""Seconds for that trial; the largest sheet of an .xls file takes about 10."""
