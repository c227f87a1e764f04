"""Whatever happens to one region or to the whole command, others go on, and it says so."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from asn_research.cli.choice import choose
from asn_research.cli.stop import Stopped, stoppable
from asn_research.reports.publications.manifest import MANIFEST, Manifest
from asn_research.reports.runs.history import History, Record, read_history, write_history
from asn_research.reports.runs.order import Order, Outcome, Task
from asn_research.reports.runs.production import make_report_here
from tests.test_cli import RAW, call

CLOSED, OPEN = "bukittinggi", "kalianda"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Two regions whose declarations are whole and whose files are none."""
    for region in (CLOSED, OPEN):
        (tmp_path / "raw" / region / "2025").mkdir(parents=True)
        shutil.copy(RAW / region / "region.toml", tmp_path / "raw" / region)
    return tmp_path / "raw"


@pytest.fixture
def closed(raw: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first of them cannot be listed any more, as a folder of another account."""

    def guard(listed: Callable[..., Any]) -> Callable[..., Any]:
        def look(path: Any = ".") -> Any:
            if isinstance(path, str | os.PathLike) and Path(path).is_relative_to(raw / CLOSED):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
            return listed(path)

        return look

    monkeypatch.setattr(os, "listdir", guard(os.listdir))
    monkeypatch.setattr(os, "scandir", guard(os.scandir))
    return raw


def where(raw: Path, *parts: str) -> list[str | Path]:
    return [word for part in parts for word in (f"--{part}", raw.parent / part)]


def publish(raw: Path, region: str) -> None:
    folder = raw.parent / "reports" / region / "2025"
    folder.mkdir(parents=True)
    (folder / MANIFEST).write_text(Manifest(region=region, period="2025", state="made").as_json())


def test_a_closed_region_keeps_its_place_under_the_periods_it_has_published(closed: Path) -> None:
    publish(closed, CLOSED)
    reports = closed.parent / "reports"
    assert choose(closed, [], None, reports=reports) == [(CLOSED, "2025"), (OPEN, "2025")]
    assert choose(closed, [], "2025") == [(CLOSED, "2025"), (OPEN, "2025")]
    assert choose(closed, [], None) == [(CLOSED, ""), (OPEN, "2025")]


def test_a_closed_region_costs_no_other_its_check(closed: Path) -> None:
    result = call("check", *where(closed, "raw", "processed"))
    assert result.exit_code == 1
    assert "bukittinggi: could not be read" in result.stderr
    assert "reading or writing here is not permitted. Give permission" in result.stderr
    assert "kalianda 2025: could not be read" in result.stderr  # it was looked at: it has no files
    assert "(participants) was found in no file" in result.stderr
    assert "Traceback" not in result.output


def test_a_closed_region_is_unreadable_in_the_status_and_the_others_are_shown(closed: Path) -> None:
    publish(closed, CLOSED)
    result = call("status", *where(closed, "raw", "processed", "reports"))
    assert result.exit_code == 1
    assert "cannot be read" in result.stdout
    assert "not made yet" in result.stdout
    assert "not permitted" in result.stderr
    records = json.loads(call("status", "--json", *where(closed, "raw", "reports")).stdout)
    assert [(r["region"], r["status"], r["problems"]) for r in records] == [
        (CLOSED, "unreadable", ["place_denied"]),
        (OPEN, "missing", []),
    ]


def test_a_report_that_failed_without_a_stub_is_failed_though_its_old_page_stands(raw: Path) -> None:
    publish(raw, OPEN)
    history = History(reports={f"{OPEN}/2025": Record(state="failed")})
    write_history(raw.parent / "reports", history)
    result = call("status", OPEN, "--json", *where(raw, "raw", "processed", "reports"))
    [record] = json.loads(result.stdout)
    assert (record["status"], record["problems"]) == ("failed", ["page_kept"])
    told = call("status", OPEN, *where(raw, "raw", "processed", "reports")).stderr
    assert "the page of this report is of an earlier run" in told


def test_what_failed_is_noted_before_the_report_across_regions_is_made(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(_order: Order, tasks: list[Task], **_: object) -> Iterator[Outcome]:
        yield from (
            Outcome(task, Manifest(region=task.region, period="2025", state="failed")) for task in tasks
        )

    seen: list[dict[str, Record]] = []
    monkeypatch.setattr("asn_research.reports.runs.batch.make_reports", make)
    monkeypatch.setattr(
        "asn_research.cli.run._run_across",
        lambda order, *_: seen.append(dict(read_history(order.reports).reports)),
    )
    assert call("run", OPEN, *where(raw, "raw", "processed", "reports")).exit_code == 1
    assert [{name: record.state for name, record in each.items()} for each in seen] == [
        {f"{OPEN}/2025": "failed"}
    ]


def test_a_report_whose_raw_data_are_gone_is_named(raw: Path) -> None:
    for region in (OPEN, CLOSED, "bubar"):
        publish(raw, region)
    told = call("status", *where(raw, "raw", "reports")).stderr
    assert told.startswith("bubar 2025: published, but its raw data are gone;")
    assert OPEN not in told
    assert "bubar" not in call("status", OPEN, *where(raw, "raw", "reports")).stderr


@pytest.mark.parametrize(
    "text",
    ['disclosure = "contains"', "disclosure = { contains = 3 }", "contains = [", "a." * 400 + "contains"],
)
def test_a_broken_declaration_costs_no_other_region_its_status(raw: Path, text: str) -> None:
    (raw / CLOSED / "region.toml").write_text(text, encoding="utf-8")
    result = call("status", *where(raw, "raw", "reports"))
    assert result.exit_code == 0, result.output
    assert result.stdout.count("not made yet") == 2


def test_a_defect_costs_no_other_region_its_check_and_its_account_is_kept(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = "Budi 198501012010011001"

    def boom(name: str, **_: object) -> None:
        raise LookupError(cell + name)

    monkeypatch.setattr("asn_research.ingest.store.open_region", boom)
    result = call("check", *where(raw, "raw", "processed"))
    assert result.exit_code == 1
    assert cell not in result.output
    for region in (CLOSED, OPEN):
        assert f"processed/{region}/2025/defect.txt" in result.stderr
        account = (raw.parent / "processed" / region / "2025" / "defect.txt").read_text(encoding="utf-8")
        assert "LookupError" in account
        assert "asn_research/cli/check.py" in account
        assert cell not in account


def test_an_empty_template_is_told_to_be_empty(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    known = ["--level", "kota", "--kemendagri-code", "13.75", "--bps-code", "1375", "--period", "2025"]
    made = call("new-region", "kota_baru", "--name", "Kota Baru", *known, "--raw", raw)
    assert made.exit_code == 0, made.output
    result = call("check", *where(raw, "raw", "processed"))
    assert result.exit_code == 1
    told = "there is not a single row of data yet; required are: Participants, Courses, "
    assert f"kota_baru 2025: no data\n  kota_baru/2025: {told}" in result.stderr
    assert "quarantine.xlsx" not in result.output
    assert "failed" in result.stdout
    order = Order(
        raw=raw,
        processed=tmp_path / "processed",
        reports=tmp_path / "reports",
        notebooks=RAW.parents[1] / "notebooks",
        languages=("id", "en"),
    )
    outcome = make_report_here(order, Task("kota_baru", "2025"))
    assert outcome.manifest.state == "failed", "of nothing there is no report, as the check has said"
    folder = tmp_path / "reports" / "kota_baru" / "2025"
    assert told in (folder / "report.en.html").read_text(encoding="utf-8")
    assert "Peserta, Pelatihan" in (folder / "report.html").read_text(encoding="utf-8")
    assert not (folder / "findings.json").exists()


def test_check_speaks_of_the_workbook_only_where_rows_wait_in_it(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    totals = {"rows": 3, "accepted": 2, "corrected": 0, "quarantined": 1, "duplicates": 0}
    decisions = {"read": 1, "applied": 1, "refused": 0, "waiting": 0}
    intake = {"totals": totals, "problems": [], "quarantine": [], "decisions": decisions}
    opened = SimpleNamespace(intake=intake, region=SimpleNamespace(periods={"2025": None}))
    monkeypatch.setattr("asn_research.cli.check._open", lambda *_: opened)
    result = call("check", OPEN, *where(raw, "raw", "processed"))
    assert result.exit_code == 0, result.output
    assert "quarantine.xlsx" not in result.output, "the one row in quarantine was dropped by the office"
    decisions["waiting"] = 1
    assert "quarantine.xlsx" in call("check", OPEN, *where(raw, "raw", "processed")).output


def test_codes_that_would_be_refused_later_are_refused_at_once(tmp_path: Path) -> None:
    result = call("new-region", "kota_baru", "--kemendagri-code", "1375", "--raw", tmp_path)
    assert result.exit_code == 2
    assert 'region.kemendagri_code must read like "13.75".' in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_run_that_is_stopped_says_what_is_finished_and_lets_go(
    raw: Path, monkeypatch: pytest.MonkeyPatch, name: str, status: int
) -> None:
    def make(_order: Order, tasks: list[Task], **_: object) -> Iterator[Outcome]:
        yield Outcome(tasks[0], Manifest(region=OPEN, period="2025", state="made"))
        signal.raise_signal(getattr(signal, name))
        yield Outcome(tasks[1], Manifest(region=CLOSED, period="2025", state="made"))

    monkeypatch.setattr("asn_research.reports.runs.batch.make_reports", make)
    monkeypatch.setattr("asn_research.cli.run._keep", lambda *_, **__: True)
    monkeypatch.setattr("asn_research.cli.run._run_across", lambda *_: None)
    places = where(raw, "raw", "processed", "reports")
    before = signal.getsignal(signal.SIGTERM)
    result = call("run", *places)
    assert result.exit_code == status
    assert (
        result.stderr.strip() == "Stopped: 1 of 2 reports are ready and stay. The next call makes the rest."
    )
    assert signal.getsignal(signal.SIGTERM) == before
    monkeypatch.setattr("asn_research.reports.runs.batch.make_reports", lambda *_, **__: iter(()))
    assert call("run", *places).exit_code == 0, "the folder is free again"


def test_who_ignores_a_signal_is_left_to_ignore_it_and_threads_to_themselves() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with stoppable():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    with pytest.raises(Stopped) as caught, stoppable():
        signal.raise_signal(signal.SIGINT)
    assert caught.value.status == 130
    entered: list[bool] = []

    def enter() -> None:
        with stoppable():
            entered.append(True)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert entered == [True]
