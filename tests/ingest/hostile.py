"""Files that nobody should be able to harm an intake with, made as small as they can be made."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

import openpyxl

SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{SPACE}">'.encode()
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"


def plain(rows: int = 3) -> bytes:
    """A sound workbook with one small sheet."""
    book = openpyxl.Workbook()
    for row in range(rows):
        book.active.append(["a", row, "c"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(parts: Mapping[str, bytes]) -> bytes:
    """A zip archive with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return out.getvalue()


def changed(parts: Mapping[str, bytes], content: bytes | None = None) -> bytes:
    """A workbook with parts replaced or added."""
    source = zipfile.ZipFile(io.BytesIO(content or plain()))
    return archive({**{name: source.read(name) for name in source.namelist()}, **parts})


def sheet(cells: bytes, *, after: bytes = b"</sheetData></worksheet>") -> bytes:
    """A workbook whose sheet has this content."""
    return changed({SHEET: HEAD + b"<sheetData>" + cells + after})


def without_request(content: bytes) -> bytes:
    """A workbook that does not ask for its formulas to be calculated."""
    workbook = zipfile.ZipFile(io.BytesIO(content)).read("xl/workbook.xml")
    return changed({"xl/workbook.xml": workbook.replace(b' fullCalcOnLoad="1"', b"")}, content)


def bomb(megabytes: int) -> bytes:
    """A workbook with a part of nothing but blanks: a thousand times larger unpacked."""
    return changed(
        {SHEET: HEAD + b"<sheetData>" + b" " * (megabytes * 1_000_000) + b"</sheetData></worksheet>"}
    )


def lying() -> bytes:
    """A workbook whose list of parts states ten bytes for a part that has 300 kB."""
    content = bytearray(
        changed({SHEET: HEAD + b"<sheetData>" + b" " * 300_000 + b"</sheetData></worksheet>"})
    )
    sizes = [entry for entry in zipfile.ZipFile(io.BytesIO(content)).infolist() if entry.filename == SHEET]
    stated = sizes[0].file_size.to_bytes(4, "little")
    return bytes(content).replace(stated, (10).to_bytes(4, "little"))


def encrypted() -> bytes:
    """What a workbook with a password is: an OLE container with two streams."""
    return OLE + "EncryptedPackage".encode("utf-16-le") + "EncryptionInfo".encode("utf-16-le") + bytes(64)


def repeated() -> bytes:
    """A text of 30,000 letters, stored once and shown by 20,000 cells."""
    texts = f'<sst xmlns="{SPACE}"><si><t>{"x" * 30_000}</t></si></sst>'.encode()
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 20_001))
    return changed({TEXTS: texts, SHEET: HEAD + b"<sheetData>" + rows + b"</sheetData></worksheet>"})


def laughing() -> bytes:
    """A workbook whose list of sheets expands to a billion words."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    declared = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "lol">{entities}]>'
    return changed({"xl/workbook.xml": f'{declared}<workbook xmlns="{SPACE}">&l9;</workbook>'.encode()})


def reading_elsewhere() -> bytes:
    """A sheet that asks for another file of the machine."""
    declared = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    cells = (
        b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&f;</t></is></c></row></sheetData></worksheet>'
    )
    return changed({SHEET: declared + HEAD.partition(b"?>")[2] + cells})


def cell(address: str, value: str = "1") -> bytes:
    return f'<c r="{address}"><v>{value}</v></c>'.encode()


CUT = plain(400)
PROMISE = f'<sst xmlns="{SPACE}" count="3" uniqueCount="4294967295"><si><t>a</t></si></sst>'.encode()
"""Four thousand million texts announced: a reader that reserves memory for them ends its process."""
FILES: dict[str, tuple[bytes, str]] = {
    "bom.xlsx": (bomb(60), "file_bomb"),
    "bohong.xlsx": (lying(), "file_damaged"),
    "tertawa.xlsx": (laughing(), "file_entities"),
    "mengintip.xlsx": (reading_elsewhere(), "file_entities"),
    "utf16.xlsx": (
        changed({SHEET: HEAD.decode().replace("UTF-8", "UTF-16").encode("utf-16")}),
        "file_entities",
    ),
    "sandi.xlsx": (encrypted(), "file_protected"),
    "makro.xlsm": (plain(), "file_macro"),
    "makro.xlsx": (changed({"xl/vbaProject.bin": b"x"}), "file_macro"),
    "makro4.xlsx": (changed({"xl/macrosheets/sheet1.xml": b"<x/>"}), "file_macro"),
    "makro.xls": (OLE + "_VBA_PROJECT".encode("utf-16-le"), "file_macro"),
    "halaman.xlsx": (b"<html><body><table><tr><td>NIP</td></tr></table></body></html>", "file_disguised"),
    "halaman.xls": (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html></html>", "file_disguised"),
    "halaman.csv": (b"<table><tr><td>NIP</td></tr></table>", "file_disguised"),
    "teks.xlsx": (b"NIP;Nilai\n1;2\n", "file_disguised"),
    "lama.xlsx": (OLE, "file_disguised"),
    "baru.xls": (plain(), "file_disguised"),
    "buku.csv": (plain(), "file_disguised"),
    "arsip.xlsx": (archive({"a.txt": b"a"}), "file_disguised"),
    "kosong.xlsx": (b"", "file_disguised"),
    "sampah.xls": (OLE + bytes(range(256)) * 40, "file_damaged"),
    "sampah.ods": (plain(), "file_disguised"),
    "terpotong.xlsx": (CUT[: len(CUT) // 2], "file_damaged"),
    "setengah.xlsx": (sheet(cell("A1") + b'<c r="B1"><v>', after=b""), "sheet_damaged"),
    "kurang.xlsx": (sheet(b'<row r="1">' + cell("A1") + b"</row>", after=b""), "sheet_damaged"),
    "pojok.xlsx": (sheet(b'<row r="1">' + cell("A1") + cell("XFD1048576") + b"</row>"), "sheet_too_wide"),
    "jauh.xlsx": (sheet(b'<row r="1">' + cell("A1") + cell("AZZ1048576") + b"</row>"), "sheet_too_large"),
    "tunggal.xlsx": (
        sheet(b"<row r='1'>" + cell("A1") + b"<c r='XFD1048576'><v>1</v></c></row>"),
        "sheet_too_wide",
    ),
    "dalam.xlsx": (sheet(b'<row r="1">' + cell("A1") + cell("C10700000") + b"</row>"), "sheet_too_large"),
    "luas.xlsx": (sheet(b'<row r="1">' + cell("A1") + cell("AH1000000") + b"</row>"), "sheet_too_large"),
    "baris.xlsx": (sheet(b"<row r='1'>" + cell("A1") + cell("ZZ4294967295") + b"</row>"), "sheet_too_large"),
    "lebar.xlsx": (sheet(b'<row r="1">' + cell("A1") + cell("WVL1") + b"</row>"), "sheet_too_wide"),
    "ulang.xlsx": (repeated(), "sheet_repeats"),
    "nul.csv": (b"NIP;Nilai\n1;2\n\0;3\n", "text_nul"),
    "utf32.csv": ("NIP;Nilai\n1;2\n".encode("utf-32"), "text_nul"),
    "kosong.csv": (b"", "file_empty"),
    "tanda.csv": (b"\xef\xbb\xbf\r\n;;\r\n", "file_empty"),
    "hampa.xlsx": (sheet(b""), "file_empty"),
    "janji.xlsx": (changed({TEXTS: PROMISE}), "file_damaged"),
    "raksasa.xlsx": (sheet(b"<row><c><v>" + b"9" * 2_000_001 + b"</v></c></row>"), "file_long_text"),
    "panjang.csv": (b"NIP;Nilai\n" + b"9" * 50_000_000 + b"\n", "text_line"),
    "lebar.csv": (b"a;" * 16_000 + b"a\n", "text_wide"),
    "petik.csv": (b'NIP;OPD;Nilai\n1;"Dinas;2\n3;Dinas;4\n', "text_quote"),
    "petik2.csv": (b'NIP;OPD;Nilai\n1;"Dinas A;2\n3;"Dinas B;4\n5;Dinas;6\n', "text_quote"),
    "huruf.csv": (b"NIP;Nilai\n\x81\x8d;1\n", "text_encoding"),
    "surat.pdf": (b"%PDF", "file_kind"),
    "tanpa": (b"NIP;Nilai\n", "file_kind"),
}


def open_document(cells: str) -> bytes:
    """An .ods workbook whose only row has these cells."""
    names = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    }
    spaces = " ".join(f'xmlns:{name}="{space}"' for name, space in names.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="Nilai"><table:table-row>{cells}</table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        f'<?xml version="1.0"?><m:manifest xmlns:m="urn:m"><m:file-entry m:media-type="{kind}"/></m:manifest>'
    )
    return archive(
        {
            "mimetype": kind.encode(),
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def open_cell(value: str, kind: str = "float", repeated: int = 1) -> str:
    """A cell of an .ods workbook with a number."""
    times = f' table:number-columns-repeated="{repeated}"' if repeated > 1 else ""
    return (
        f'<table:table-cell office:value-type="{kind}" office:value="{value}"{times}>'
        f"<text:p>{value}</text:p></table:table-cell>"
    )


_ERRORS = {"#N/A": 42, "#REF!": 23, "#DIV/0!": 7}
"""Texts that :func:`binary_workbook` writes as error cells."""


def binary_workbook(rows: Sequence[Sequence[float | str]], *, state: int = 0) -> bytes:
    """An .xlsb workbook with one sheet, hidden where ``state`` is above 0; records as in MS-XLSB 2.1.4."""
    width = max(map(len, rows))
    sheet = _record(129) + _record(148, struct.pack("<4I", 0, len(rows) - 1, 0, width - 1)) + _record(145)
    for number, row in enumerate(rows):
        sheet += _record(0, struct.pack("<I", number) + bytes(21))
        for column, cell in enumerate(row):
            place = struct.pack("<2I", column, 0)
            text = isinstance(cell, str)
            if cell in _ERRORS:
                sheet += _record(3, place + bytes([_ERRORS[cell]]))
                continue
            sheet += _record(6 if text else 5, place + (_wide(cell) if text else struct.pack("<d", cell)))
    sheet += _record(146) + _record(130)
    bundle = struct.pack("<2I", state, 1) + _wide("rId1") + _wide("Nilai")
    book = _record(131) + _record(143) + _record(156, bundle) + _record(144) + _record(132)
    space = "http://schemas.openxmlformats.org"
    link = (
        f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{space}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/>'
        "</Relationships>"
    )
    return archive(
        {
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": link.encode(),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, content: bytes = b"") -> bytes:
    """A record: its kind and the length of its content in groups of seven bits, then the content."""
    head = bytearray()
    for number in (kind, len(content)):
        while number > 127:
            head.append(number & 127 | 128)
            number >>= 7
        head.append(number)
    return bytes(head) + content
