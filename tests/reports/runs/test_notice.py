"""People are told of a failure once and of a recovery once, by mail through a real server, and of no data."""

from __future__ import annotations

import datetime
import socket
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from asn_research.contract.region import ACROSS
from asn_research.errors import NoticeError
from asn_research.reports.publications.published import STATE
from asn_research.reports.runs.history import (
    RUN,
    History,
    Record,
    find_overdue,
    is_overdue,
    note_states,
    read_history,
    write_history,
)
from asn_research.reports.runs.notice import (
    VARIABLE,
    News,
    check_addresses,
    find_news,
    read_addresses,
    tell,
    write_notice,
)
from tests.reports.warm import shared_workers
from tests.test_cli import call

NOW = datetime.datetime(2026, 3, 2, 1, 0, tzinfo=datetime.UTC)
PLACE = "laporan/index.html"


class Mailbox:
    """What the server received; ``refuse`` makes it answer with an error."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuse = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refuse:
            return "554 no"
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"

    def read(self) -> tuple[str, str]:
        message = self.messages[-1]
        body = message.get_body(("plain",))
        assert body is not None
        return str(message["subject"]), str(body.get_content())


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, f"mailto://127.0.0.1:{port}?from=asn@kantor.test&to=tim@kantor.test&mode=insecure"
    server.stop()


def after(history: History, **states: str) -> History:
    return note_states(history, [(name.replace("_", "/"), state) for name, state in states.items()], now=NOW)


def test_a_failure_is_told_once_and_a_recovery_once(mailbox: tuple[Mailbox, str]) -> None:
    box, address = mailbox
    history = after(History(), kalianda_2025="made", sawahlunto_2025="failed")
    history = tell(history, [address], language="id", place=PLACE)
    title, body = box.read()
    assert title == "Laporan ASN: 1 gagal"
    assert "- sawahlunto 2025" in body
    assert "kalianda" not in body
    assert PLACE in body
    for _ in range(2):
        history = tell(after(history, sawahlunto_2025="failed"), [address], language="id", place=PLACE)
    assert len(box.messages) == 1
    history = tell(
        after(history, sawahlunto_2025="made", kalianda_2025="incomplete"),
        [address],
        language="en",
        place=PLACE,
    )
    title, body = box.read()
    assert title == "ASN reports: 1 failed, 1 recovered"
    assert body.index("Failed:") < body.index("kalianda 2025") < body.index("Recovered:")
    assert tell(after(history, sawahlunto_2025="made"), [address], language="id", place=PLACE) == history
    assert len(box.messages) == 2


def test_what_could_not_be_sent_is_sent_by_the_next_run(mailbox: tuple[Mailbox, str]) -> None:
    box, address = mailbox
    history = after(History(), kalianda_2025="failed")
    box.refuse = True
    with pytest.raises(NoticeError, match="could not be sent"):
        tell(history, [address], language="id", place=PLACE)
    box.refuse = False
    tell(history, [address], language="id", place=PLACE)
    assert len(box.messages) == 1


def test_without_an_address_everything_stays_to_be_told() -> None:
    history = after(History(), kalianda_2025="failed")
    assert tell(history, [], language="id", place=PLACE) == history
    assert find_news(history).failed == ("kalianda/2025",)


def test_many_failures_are_one_message_of_bounded_length() -> None:
    news = News(failed=tuple(f"r{number:03d}/2025" for number in range(514)))
    title, body = write_notice(news, "id", place=PLACE)
    assert title == "Laporan ASN: 514 gagal"
    assert "… dan 474 lagi" in body
    assert len(body) < 2000


def test_the_run_and_the_report_across_regions_have_names(mailbox: tuple[Mailbox, str]) -> None:
    assert PLACE not in write_notice(News(recovered=("a/2025",)), "en", place=PLACE)[1]
    _, body = write_notice(News(failed=(ACROSS, RUN), recovered=("a/2025",)), "en", place=PLACE)
    assert "- the report across regions\n- the run itself\n" in body


def test_addresses_are_given_or_in_a_file_or_in_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "alamat.txt"
    file.write_text("# tim\nmailto://a:rahasia@x.test\n\n  json://localhost  \n", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, f"json://one {file}")
    assert read_addresses() == ("json://one", "mailto://a:rahasia@x.test", "json://localhost")
    assert read_addresses(["json://two"]) == ("json://two",)
    monkeypatch.delenv(VARIABLE)
    assert read_addresses() == ()
    with pytest.raises(NoticeError, match="neither an address"):
        read_addresses([str(tmp_path / "nowhere")])


def test_an_address_that_is_none_is_a_wrong_call_and_its_password_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(NoticeError, match=r"address 2 \(nosuch://…\)") as caught:
        check_addresses(["json://localhost", "nosuch://user:rahasia@x"])
    assert "rahasia" not in str(caught.value)
    (tmp_path / "raw" / "kalianda" / "2025").mkdir(parents=True)
    places = ["--raw", tmp_path / "raw", "--processed", tmp_path / "p", "--reports", tmp_path / "r"]
    result = call("run", *places, "--notify", "nosuch://user:rahasia@x")
    assert result.exit_code == 2
    assert "rahasia" not in result.output
    assert not (tmp_path / "r").exists()


def test_a_run_tells_of_a_region_that_cannot_be_read_without_a_value_of_its_files(
    tmp_path: Path, mailbox: tuple[Mailbox, str]
) -> None:
    """From the command to the letter box: a region that fails is told of once, and by its name alone."""
    box, address = mailbox
    folder = tmp_path / "raw" / "kalianda"
    (folder / "2025").mkdir(parents=True)
    (folder / "region.toml").write_text("rahasia_198703122010011002 = 1\n", encoding="utf-8")
    places = ["--raw", tmp_path / "raw", "--processed", tmp_path / "p", "--reports", tmp_path / "r"]
    with shared_workers():
        result = call("run", *places, "--notify", address, "--jobs", "1")
    assert result.exit_code == 1, result.output
    history = read_history(tmp_path / "r")
    assert history.reports["kalianda/2025"].told == "failed"
    assert len(box.messages) == 1
    title, body = box.read()
    assert title == "ASN reports: 1 failed"
    assert "- kalianda 2025" in body
    assert "198703122010011002" not in body
    assert "what to do: r/index.html" in body
    assert str(tmp_path) not in body  # a folder of a home bears the name of a person


def test_a_history_reads_back_and_a_spoilt_one_counts_as_none(tmp_path: Path) -> None:
    history = replace(after(History(), kalianda_2025="made"), index={"inputs": "x", "pages": {}})
    write_history(tmp_path, history)
    assert read_history(tmp_path) == history
    for text in ("", "[]", '{"reports": {"a": 1}, "index": {}}', '{"reports": {"a": {"x": 1}}, "index": {}}'):
        (tmp_path / STATE).write_text(text, encoding="utf-8")
        assert read_history(tmp_path) == History()
    assert read_history(tmp_path / "nowhere") == History()


def test_only_a_run_that_made_or_saw_a_report_confirms_it() -> None:
    made = after(History(), kalianda_2025="made")
    assert made.reports["kalianda/2025"].confirmed == "2026-03-02T01:00:00+00:00"
    later = NOW + datetime.timedelta(days=9)
    failed = note_states(
        made, [("kalianda/2025", "failed"), ("a/2025", "failed"), (RUN, "failed")], now=later
    )
    assert failed.reports["kalianda/2025"].confirmed == "2026-03-02T01:00:00+00:00"
    week = datetime.timedelta(days=7)
    assert find_overdue(failed, now=later, max_age=week) == ("a/2025", "kalianda/2025")
    assert find_overdue(failed, now=later, max_age=2 * week) == ("a/2025",)
    assert find_overdue(made, now=NOW, max_age=None) == ()


@pytest.mark.parametrize("confirmed", [None, "yesterday", "2026-03-02", 7])
def test_a_report_whose_last_check_nobody_knows_is_overdue(confirmed: Any, tmp_path: Path) -> None:
    """Also where somebody has written another time into the file by hand."""
    write_history(tmp_path, History(reports={"kalianda/2025": Record(state="made", confirmed=confirmed)}))
    record = read_history(tmp_path).reports["kalianda/2025"]
    assert record == Record(state="made", confirmed=None)
    assert is_overdue(record, now=NOW, max_age=datetime.timedelta(days=1))
    assert is_overdue(None, now=NOW, max_age=datetime.timedelta(days=1))
