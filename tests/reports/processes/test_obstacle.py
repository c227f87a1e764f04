"""What the computer did not allow is told by its place in the run, and never by a path of the machine."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from asn_research.errors import FullDiskError, Place, Problem
from asn_research.language import LANGUAGES
from asn_research.reports.processes import obstacle
from asn_research.reports.processes.defect import FILE, Defect, Witness
from asn_research.reports.processes.obstacle import TEMPORARY, explain, explain_text, find_obstacle
from asn_research.reports.publications.manifest import MANIFEST, read_manifest
from asn_research.reports.publications.problem import notice
from asn_research.reports.runs import production
from asn_research.reports.runs.order import Order, Task
from asn_research.reports.runs.production import fail_here, make_report_here

HERE = Path("/srv/kantor")
FOLDERS = {"raw": HERE / "mentah", "processed": HERE / "bersih", "reports": HERE / "terbit"}
TASK = Task("kalianda", "2025")
CELL = "Budi 198501012010011001"


@pytest.fixture
def order(tmp_path: Path) -> Order:
    names = ("raw", "processed", "reports", "notebooks")
    return Order(**{name: tmp_path / "srv" / name for name in names}, languages=LANGUAGES)


@pytest.mark.parametrize(
    ("error", "code", "place"),
    [
        (PermissionError(errno.EACCES, "x", str(HERE / "mentah/kalianda/2025/a.csv")), "place_denied",
         "raw/kalianda/2025/a.csv"),
        (OSError(errno.EROFS, "x", str(HERE / "terbit")), "place_read_only", "reports"),
        (OSError(errno.EIO, "x", str(HERE / "mentah/a.xlsx")), "place_silent", "raw/a.xlsx"),
        (NotADirectoryError(errno.ENOTDIR, "x", str(HERE / "bersih/a")), "place_other_kind", "processed/a"),
        (PermissionError(f"[Errno 13] Failed to open local file '{HERE}/bersih/k/t.parquet'."),
         "place_denied", "processed/k/t.parquet"),
        (PermissionError(errno.EACCES, "x", str(HERE / "bersih/.2025~vm-1~77~0badcafe/t.parquet")),
         "place_denied", "processed/2025/t.parquet"),
        (FileNotFoundError(errno.ENOENT, "x", "/home/budi/.config/kunci"), "place_absent", "…/kunci"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"),
         "place_no_temporary", None),
        (OSError(errno.EMFILE, "Too many open files"), "place_crowded", None),
    ],
)  # fmt: skip
def test_an_obstacle_has_its_words_in_both_languages_and_a_place_inside_the_run(
    error: OSError, code: str, place: str | None
) -> None:
    problem = explain(error, FOLDERS)
    assert problem is not None
    assert (problem.code, problem.place.file) == (code, place)
    for language in LANGUAGES:
        told = notice(problem, language)
        assert told.text
        assert told.remedy
        assert not {"/srv", "/home", "vm-1"} & set(str(told).replace("…", " ").split("/"))


def test_a_number_of_a_person_in_a_name_is_not_told() -> None:
    problem = explain(PermissionError(13, "x", str(HERE / "mentah/k/198501012010011001.pdf")), FOLDERS)
    assert problem is not None
    assert "198501012010011001" not in str(problem)


@pytest.mark.parametrize(
    "error", [ConnectionResetError(errno.ECONNRESET, "x"), OSError("odd"), OSError(2, "x")]
)
def test_what_is_no_matter_of_files_is_a_defect(error: OSError) -> None:
    assert find_obstacle(error) is None
    assert explain(error, FOLDERS) is None


def test_a_full_disk_ends_the_run_and_names_the_folder_that_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = {name: tmp_path / name for name in ("raw", "processed", "reports")}
    for folder in folders.values():
        folder.mkdir()
    free = {folders["processed"]: 10}

    class Usage:
        def __init__(self, folder: Path) -> None:
            self.free = free.get(folder, 10**9)

    monkeypatch.setattr(obstacle.shutil, "disk_usage", Usage)
    for number in (errno.ENOSPC, errno.EDQUOT):
        with pytest.raises(FullDiskError, match=r"^processed: there is no space"):
            explain(OSError(number, "x"), folders)
    with pytest.raises(FullDiskError, match=r"^reports/a"):
        explain(OSError(errno.ENOSPC, "x", str(folders["reports"] / "a")), folders)
    free.clear()
    monkeypatch.setattr(obstacle.tempfile, "gettempdir", lambda: "/srv/sementara")
    with pytest.raises(FullDiskError, match=f"^{TEMPORARY}: "):
        explain(OSError(errno.ENOSPC, "x", "/srv/sementara/asn/kernel.json"), folders)


def test_an_error_of_which_a_kernel_left_only_words_is_explained_the_same() -> None:
    told = explain_text("PermissionError", f"[Errno 13] Permission denied: '{HERE}/bersih/k'", FOLDERS)
    assert told is not None
    assert told.place.file == "processed/k"
    assert explain_text("ValueError", "[Errno 13] x: '/srv'", FOLDERS) is None


def test_a_full_disk_in_a_kernel_ends_the_run_too() -> None:
    for kind, text in (("OSError", "[Errno 28] No space left on device"), ("FullDiskError", "/srv/x: full")):
        with pytest.raises(FullDiskError):
            explain_text(kind, text, FOLDERS)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("cannot read /home/budi/raw/a.csv (3)", "cannot read …/a.csv (3)"),
        ("'/srv/raw/' and \"/srv/b.x\"", "'…/' and \"…/b.x\""),
        ("raw/kalianda, 1/2 and https://host/a/b, </p>", "raw/kalianda, 1/2 and https://host/a/b, </p>"),
    ],
)
def test_only_paths_from_the_root_are_hidden(text: str, shown: str) -> None:
    assert obstacle.hide_paths(text) == shown


def boom(*_: object) -> None:
    try:
        float(CELL)
    except ValueError as error:
        raise AssertionError(CELL) from error


def test_the_account_of_a_defect_has_every_call_and_nothing_that_stands_in_cells() -> None:
    with Witness() as witness:
        boom()
    assert witness.defect is not None
    assert witness.defect.kind == "AssertionError"
    assert "ValueError" in witness.defect.account
    assert "float(CELL)" in witness.defect.account
    assert "test_obstacle.py" in witness.defect.account
    assert CELL not in witness.defect.account
    assert str(Path(__file__).parent) not in witness.defect.account


def test_a_wish_to_end_and_errors_of_this_package_are_no_defects() -> None:
    for kind in (KeyboardInterrupt, SystemExit):
        with pytest.raises(kind), Witness():
            raise kind
    with pytest.raises(FullDiskError), Witness():
        raise FullDiskError("full")


def test_a_file_that_may_not_be_read_fails_its_region_and_is_told_without_the_machine(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deny(*_: object) -> None:
        raise PermissionError(errno.EACCES, "x", str(order.raw / "kalianda" / "2025" / "nilai.csv"))

    monkeypatch.setattr(production, "region_inputs", deny)
    outcome = make_report_here(order, TASK)
    assert not outcome.well
    for name in ("report.html", "report.en.html", "data_quality.html", MANIFEST):
        page = (order.reports / "kalianda" / "2025" / name).read_text(encoding="utf-8")
        assert "raw/kalianda/2025/nilai.csv" in page
        assert str(order.raw) not in page


def test_a_defect_leaves_its_account_beside_the_clean_tables_and_only_its_place_on_the_page(
    order: Order,
) -> None:
    with Witness() as witness:
        boom()
    outcome = fail_here(order, TASK, (), witness.defect)
    account = order.processed / "kalianda" / "2025" / FILE
    assert witness.defect is not None
    assert account.read_text(encoding="utf-8") == witness.defect.account
    page = (order.reports / "kalianda" / "2025" / "report.html").read_text(encoding="utf-8")
    assert "processed/kalianda/2025/defect.txt" in page
    assert "AssertionError" in page
    assert CELL not in page
    assert outcome.manifest.problems[0].code == "defect"


def test_stub_pages_that_cannot_be_written_leave_an_outcome_that_says_so(order: Order) -> None:
    order.reports.mkdir(parents=True)
    (order.reports / "kalianda").write_text("a file", encoding="utf-8")
    outcome = fail_here(order, TASK, (Problem("late", "x"),), Defect("E", "f:1", "a\n"))
    codes = [problem.code for problem in outcome.manifest.problems]
    assert codes == ["late", "defect", "place_other_kind"]
    assert read_manifest(order.reports / "kalianda" / "2025") is None


def test_a_place_from_the_root_of_the_machine_is_not_published(order: Order) -> None:
    problem = Problem("raw_missing", "there is no such folder.", Place(str(order.raw)))
    outcome = fail_here(order, TASK, (problem,))
    assert outcome.manifest.problems[0].place.file == "raw"
