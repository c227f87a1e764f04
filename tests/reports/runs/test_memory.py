"""What is remembered of files is theirs as long as they are left alone, and nothing else is."""

from __future__ import annotations

import datetime
import json
import os
import stat
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from asn_research.reports.publications.freshness import find_fresh, find_fresh_across, region_inputs
from asn_research.reports.publications.provenance import digest_bytes, digest_file
from asn_research.reports.runs import memory as module
from asn_research.reports.runs.batch import make_reports
from asn_research.reports.runs.history import History
from asn_research.reports.runs.memory import AGE, FILE, Memory, keeps_changes, look_back, open_memory, recall
from asn_research.reports.runs.order import Order, Outcome, Task
from asn_research.reports.runs.status import read_statuses
from tests.reports.publications import test_freshness
from tests.reports.publications.test_freshness import put_across, put_region

order = test_freshness.order
SECOND = 1_000_000_000


@pytest.fixture(autouse=True)
def keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run on any file system."""
    monkeypatch.setattr(module, "keeps_changes", lambda _folder: True)


def later(seconds: float, path: Path) -> Memory:
    """An empty memory, opened so long after a file was last changed."""
    seen = path.stat()
    moment = max(seen.st_mtime_ns, seen.st_ctime_ns) + int(seconds * SECOND)
    return Memory(look=lambda: (seen.st_dev, moment))


def remembered(path: Path, found: Memory) -> bool:
    """Whether a memory answers for a file without reading it."""
    real = module.hashlib.file_digest
    with pytest.MonkeyPatch.context() as patch:
        read: list[object] = []
        patch.setattr(module.hashlib, "file_digest", lambda *given: read.append(given) or real(*given))
        assert found.digest(path) == digest_file(path)
        return len(read) == 1  # by digest_file alone


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "nilai.csv").write_bytes(b"a;1\n")
    return tmp_path / "nilai.csv"


@pytest.fixture
def known(path: Path) -> Memory:
    """A memory that knows one file."""
    found = later(AGE + 1, path)
    assert found.digest(path) == digest_bytes(b"a;1\n")
    assert remembered(path, found)
    return found


def put_back(path: Path, before: os.stat_result) -> None:
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    seen = path.stat()
    assert (seen.st_size, seen.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def test_a_file_edited_in_place_with_size_and_date_put_back_is_read_again(path: Path, known: Memory) -> None:
    before = path.stat()
    path.write_bytes(b"a;2\n")
    put_back(path, before)
    assert path.stat().st_ino == before.st_ino
    assert known.digest(path) == digest_bytes(b"a;2\n")


def test_a_file_replaced_by_another_of_its_size_and_date_is_read_again(path: Path, known: Memory) -> None:
    before = path.stat()
    other = path.with_name("baru.csv")
    other.write_bytes(b"a;3\n")
    put_back(other, before)
    other.replace(path)
    assert known.digest(path) == digest_bytes(b"a;3\n")


def test_a_file_that_keeps_its_inode_is_known_by_its_other_name(path: Path, known: Memory) -> None:
    alias = path.with_name("alias.csv")
    alias.symlink_to(path)
    assert remembered(alias, known)
    path.rename(path.with_name("baru.csv"))  # sets the time of change
    assert not remembered(path.with_name("baru.csv"), known)


@pytest.mark.parametrize(("seconds", "expected"), [(-1.0, False), (AGE - 1, False), (AGE + 1, True)])
def test_only_what_was_left_alone_for_a_minute_is_remembered(
    path: Path, seconds: float, expected: bool
) -> None:
    found = later(seconds, path)
    found.digest(path)
    assert remembered(path, found) is expected
    assert found.learned is expected


def test_what_changes_while_it_is_read_is_not_remembered(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = module.hashlib.file_digest
    found = later(3 * AGE, path)

    def change(*given: object) -> object:
        digest = real(*given)
        os.utime(path, ns=(1, 1))
        return digest

    monkeypatch.setattr(module.hashlib, "file_digest", change)
    found.digest(path)
    assert not found.learned


def test_files_of_another_device_are_neither_remembered_nor_known(path: Path, known: Memory) -> None:
    seen = path.stat()
    elsewhere = Memory(look=lambda: (seen.st_dev + 1, seen.st_ctime_ns + 3 * int(AGE) * SECOND))
    elsewhere.digest(path)
    assert not elsewhere.learned
    entries = {seen.st_ino: (module._state(seen), "0" * 64)}
    assert Memory(entries, device=seen.st_dev + 1).digest(path) == digest_file(path)
    assert Memory(entries, device=seen.st_dev).digest(path) == "0" * 64


def test_nothing_is_learned_where_a_date_put_back_takes_the_time_of_change_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fstat

    def as_vfat(number: int) -> os.stat_result:
        seen = list(real(number))
        return os.stat_result([*seen[:9], seen[8]], {"st_mtime_ns": 0, "st_ctime_ns": 0})

    with open_memory(tmp_path) as found:
        assert found.learns
    monkeypatch.setattr(module.os, "fstat", as_vfat)
    with open_memory(tmp_path) as found:
        assert not found.learns


def keep(folder: Path, path: Path) -> None:
    """Keep a memory of one file in a folder."""
    with open_memory(folder) as found:
        found._look = later(2 * AGE, path)._look
        found.digest(path)


def test_a_memory_is_kept_for_its_owner_and_names_no_file(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "processed"
    keep(folder, path)
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    text = (folder / FILE).read_text(encoding="utf-8")
    assert "nilai" not in text
    assert str(tmp_path) not in text
    assert [each.name for each in folder.iterdir()] == [FILE]
    assert remembered(path, recall(folder))
    before = (folder / FILE).stat()
    with open_memory(folder) as found:
        assert remembered(path, found)
    assert (folder / FILE).stat() == before  # nothing new, nothing written


def texts(good: str) -> Iterator[bytes]:
    """Memories that are damaged, of another version or not of this device."""
    yield from (b"", b"\xff\xfe", b"[]", b"null", b"1", good[: len(good) // 2].encode(), b"[" * 100_000)
    record = json.loads(good)
    number = next(iter(record["files"]))
    state, digest = record["files"][number]
    for change in (
        {"version": 0}, {"device": record["device"] + 1}, {"files": []}, {"files": {"x": [state, digest]}},
        {"files": {number: [state]}}, {"files": {number: None}}, {"files": {number: [state, "0"]}},
    ):  # fmt: skip
        yield json.dumps(record | change).encode()
    yield json.dumps({name: part for name, part in record.items() if name != "files"}).encode()


def test_a_memory_that_is_damaged_or_foreign_is_none(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "processed"
    keep(folder, path)
    good = (folder / FILE).read_text(encoding="utf-8")
    for text in texts(good):
        (folder / FILE).write_bytes(text)
        assert not remembered(path, recall(folder)), text[:40]
    (folder / FILE).write_text(good, encoding="utf-8")
    assert remembered(path, recall(folder))
    (folder / FILE).unlink()
    (folder / FILE).mkdir()
    assert not remembered(path, recall(folder))
    with open_memory(folder) as found:
        found.learned = True  # cannot be kept, which is no error


def test_a_folder_that_cannot_be_written_or_is_none_only_means_that_nothing_is_learned(path: Path) -> None:
    with open_memory(path / "processed") as found:  # below a file
        assert not found.learns
        assert not remembered(path, found)
    with open_memory(None) as found:
        assert not remembered(path, found)


def test_those_go_that_were_not_asked_for_longest(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = path.stat()
    others = {number: ("1.1.1", "0" * 64) for number in range(1, 5) if number != seen.st_ino}
    found = Memory({seen.st_ino: (module._state(seen), digest_file(path))} | others, device=seen.st_dev)
    assert remembered(path, found)
    monkeypatch.setattr(module, "MOST", 3)
    assert list(json.loads(found.as_json())["files"]) == ["3", "4", str(seen.st_ino)]


def test_a_memory_can_be_kept_while_threads_still_add_to_it() -> None:
    """A run that was stopped keeps what it knows before its threads have ended."""
    interval = sys.getswitchinterval()
    found, is_over = Memory(), threading.Event()

    def add() -> None:
        while not is_over.is_set():
            for number in range(5_000):
                found._known[number] = ("1.1.1", "0" * 64)
            found._known.clear()

    thread = threading.Thread(target=add)
    thread.start()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(200):
            json.loads(found.as_json())
    finally:
        sys.setswitchinterval(interval)
        is_over.set()
        thread.join()


@pytest.mark.parametrize(
    ("mounts", "expected"),
    [
        ("25 1 8:1 / / rw - ext4 /dev/sda1 rw", True),
        ("25 1 8:1 / / rw - ext4 /dev/sda1 rw,lazytime", False),
        ("25 1 0:22 / / rw - tmpfs tmpfs rw", False),
        ("25 1 8:1 / / rw - ext4 /dev/sda1 rw\n26 25 8:2 / /data rw - exfat /dev/sdb1 rw", False),
        ("25 1 8:1 / / rw - exfat /dev/sda1 rw\n26 25 8:2 / /data rw shared:1 - xfs /dev/sdb1 rw", True),
        ("25 1 8:1 / / rw - ext4 /dev/sda1 rw\n26 25 8:2 / /data/a\\040b rw - cifs //x rw", False),
        ("25 1 8:1 / / rw - ext4 /dev/sda1 rw\n26 25 8:2 / /dat rw - cifs //x rw", True),
        ("25 1 8:1 / /other rw - ext4 /dev/sda1 rw", False),
    ],
)
def test_the_file_system_must_be_known_to_keep_the_time_of_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mounts: str, expected: bool
) -> None:
    (tmp_path / "mountinfo").write_text(mounts + "\n", encoding="utf-8")
    monkeypatch.setattr(module, "_MOUNTS", tmp_path / "mountinfo")
    assert keeps_changes(Path("/data/a b/processed")) is expected


def due(order: Order, tasks: list[Task], found: Memory) -> list[Task]:
    return [task for task, manifest in find_fresh(order, tasks, digest=found.digest) if manifest is None]


def aged(order: Order) -> Memory:
    """A memory long after everything was written."""
    seen = order.notebooks.stat()
    return Memory(look=lambda: (seen.st_dev, seen.st_ctime_ns + 10**15))


def edit(path: Path) -> None:
    """Turn one byte, and put the date back."""
    before, content = path.stat(), bytearray(path.read_bytes())
    content[0] ^= 1
    with path.open("r+b") as stream:
        stream.write(content)
    put_back(path, before)


@pytest.mark.parametrize("part", ["raw", "past", "rules", "page", "findings"])
def test_a_run_finds_whatever_was_edited_behind_the_back_of_its_memory(order: Order, part: str) -> None:
    tasks = [*put_region(order, "a", "2024", "2025"), *put_region(order, "b", "2025")]
    put_across(order)
    found = aged(order)
    for _ in range(2):
        assert due(order, tasks, found) == []
        assert find_fresh_across(order, digest=found.digest) is not None
    edited, expected = {
        "raw": (order.raw / "b/2025/nilai.csv", [Task("b", "2025")]),
        "past": (order.raw / "a/2024/nilai.csv", [Task("a", "2024"), Task("a", "2025")]),
        "rules": (order.raw / "b/region.toml", [Task("b", "2025")]),
        "page": (order.reports / "b/2025/report.html", [Task("b", "2025")]),
        "findings": (order.reports / "b/2025/findings.json", [Task("b", "2025")]),
    }[part]
    edit(edited)
    assert due(order, tasks, found) == expected
    assert (find_fresh_across(order, digest=found.digest) is None) is (part == "findings")


def test_a_memory_that_is_wrong_is_believed_by_none_but_who_asks_it(order: Order) -> None:
    """What a manifest says and what verify compares is read, whatever lies in the folder."""
    (task,) = put_region(order, "a", "2025")
    page = order.reports / "a" / "2025" / "report.html"
    keep(order.processed, page)
    record = json.loads((order.processed / FILE).read_text(encoding="utf-8"))
    for entry in record["files"].values():
        entry[1] = "0" * 64
    (order.processed / FILE).write_text(json.dumps(record), encoding="utf-8")
    assert recall(order.processed).digest(page) == "0" * 64
    assert due(order, [task], recall(order.processed)) == [task]
    assert [known is None for _, known in find_fresh(order, [task])] == [False]
    assert region_inputs(order, task)["raw"]["2025/nilai.csv"] == digest_bytes(b"a;1")


def test_reports_are_looked_at_again_for_the_next_run(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [*put_region(order, "a", "2025"), *put_region(order, "b", "2025")]
    manifests = dict(find_fresh(order, tasks))
    outcomes = [Outcome(task, manifest) for task, manifest in manifests.items() if manifest]
    clock = iter([0.0, 0.0, 2 * AGE, 2 * AGE, 2 * AGE])
    found = aged(order)
    with monkeypatch.context() as patch:
        patch.setattr(module.time, "monotonic", lambda: next(clock))
        assert list(look_back(order, outcomes, found)) == outcomes
    found._look = None
    assert remembered(order.reports / "a/2025/report.html", found)
    assert remembered(order.raw / "a/2025/nilai.csv", found)
    assert remembered(order.raw / "b/2025/nilai.csv", found)
    assert not remembered(order.reports / "b/2025/report.html", found)
    assert list(make_reports(order, tasks, memory=found)) == [replace(each, fresh=True) for each in outcomes]


def test_status_asks_the_memory_and_writes_none(order: Order) -> None:
    (task,) = put_region(order, "a", "2025")
    page = order.reports / "a" / "2025" / "report.html"
    keep(order.processed, page)
    before = (order.processed / FILE).stat()
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    for change, expected in ((lambda: None, "fresh"), (lambda: edit(page), "stale")):
        change()
        digest = recall(order.processed).digest
        assert [s.standing for s in read_statuses(order, [task], History(), now=now, digest=digest)] == [
            expected
        ]
    assert (order.processed / FILE).stat() == before


def test_what_a_killed_run_left_beside_the_memory_is_swept(tmp_path: Path) -> None:
    left = tmp_path / f".{FILE}~elsewhere~1~00"
    left.touch()
    os.utime(left, ns=(0, 0))
    with open_memory(tmp_path):
        assert not left.exists()


def test_forced_reports_are_due_whatever_is_remembered(order: Order) -> None:
    tasks = put_region(order, "a", "2025")
    found = aged(order)
    assert due(order, tasks, found) == []
    assert due(replace(order, force=True), tasks, found) == tasks
