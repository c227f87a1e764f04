"""Notice to people when reports fail and when they recover: by mail, Telegram and what else apprise knows.

One message for a run, once for each change: a report that keeps failing is told of once. The message names
regions and periods and nothing that is in their files or reports, because it leaves the office.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from asn_research.contract.region import ACROSS
from asn_research.errors import NoticeError, Place, Problem
from asn_research.language import Language, format_count, phrase
from asn_research.reports.runs.history import RUN, History

if TYPE_CHECKING:
    from apprise import Apprise

VARIABLE: Final = "ASN_RESEARCH_NOTIFY"
_SHOWN: Final = 40
"""Reports that a message names: with all of 514 it would be too long for some services."""


@dataclass(frozen=True, kw_only=True)
class News:
    """Reports whose state is another than the one last told: those that failed, those that recovered."""

    failed: tuple[str, ...] = ()
    recovered: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.failed or self.recovered)


def read_addresses(given: Sequence[str] = ()) -> tuple[str, ...]:
    """The addresses that want notice: those given, else those of ``ASN_RESEARCH_NOTIFY``.

    Parameters
    ----------
    given
        Each an apprise URL, or a file with one URL on each line (so that passwords stand in no process list);
        lines that begin with ``#`` are notes. The variable holds the same, separated by spaces.

    Raises
    ------
    NoticeError
        If a file cannot be read.
    """
    addresses: list[str] = []
    for text in given or os.environ.get(VARIABLE, "").split():
        if "://" in text:
            addresses.append(text)
            continue
        try:
            lines = Path(text).expanduser().read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError) as error:
            message = "this is neither an address (kind://…) nor a file of addresses that can be read."
            raise NoticeError(Problem("notice_file", message, Place(text))) from error
        addresses += [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return tuple(addresses)


def check_addresses(addresses: Sequence[str]) -> None:
    """Refuse, before anything runs, addresses that apprise does not understand.

    Raises
    ------
    NoticeError
        With the kind and the turn of each, never with the address: it may hold a password.
    """
    problems = []
    for number, address in enumerate(addresses, start=1):
        if not _apprise().add(address):
            fields = {"number": str(number), "kind": address.partition("://")[0]}
            message = f"address {number} ({fields['kind']}://…) is none that apprise understands."
            problems.append(Problem("notice_address", message, fields=fields))
    if problems:
        raise NoticeError(problems)


def find_news(history: History) -> News:
    """What has not been told yet."""
    failed: list[str] = []
    recovered: list[str] = []
    for name, record in sorted(history.reports.items()):
        was_well = record.told in {"", "made"}
        if was_well != record.well:
            (recovered if record.well else failed).append(name)
    return News(failed=tuple(failed), recovered=tuple(recovered))


def write_notice(news: News, language: Language, *, place: str) -> tuple[str, str]:
    """Title and text of the message; ``place`` is where the index is."""
    counts = {name: format_count(len(getattr(news, name)), language) for name in ("failed", "recovered")}
    if news.failed and news.recovered:
        title = phrase("notice.title_both", language, **counts)
    else:
        kind = "failed" if news.failed else "recovered"
        title = phrase(f"notice.title_{kind}", language, count=counts[kind])
    lines: list[str] = []
    for kind in ("failed", "recovered"):
        names = getattr(news, kind)
        if names:
            lines += [phrase(f"notice.{kind}", language), *_listed(names, language), ""]
    lines += [phrase("notice.advice", language, place=place)] if news.failed else []
    return title, "\n".join([*lines, phrase("notice.once", language)])


def _listed(names: Sequence[str], language: Language) -> Iterable[str]:
    for name in names[:_SHOWN]:
        yield f"- {phrase(f'notice.{name}', language) if name in {RUN, ACROSS} else name.replace('/', ' ')}"
    if len(names) > _SHOWN:
        yield phrase("notice.more", language, count=format_count(len(names) - _SHOWN, language))


def tell(history: History, addresses: Sequence[str], *, language: Language, place: str) -> History:
    """Send what is new to all addresses; the history in which it is told.

    Parameters
    ----------
    history
        What is known of every report, and what was told of it.
    addresses
        apprise URLs; without any nothing is told, and stays to be told.
    language
        Of the message.
    place
        Where the index is; it leaves the office as it stands.

    Raises
    ------
    NoticeError
        If an address did not take the message; the next run sends it again.
    """
    news = find_news(history)
    if not addresses:
        return history
    if news:
        sender = _apprise()
        for address in addresses:
            sender.add(address)
        title, body = write_notice(news, language, place=place)
        if not sender.notify(title=title, body=body, body_format="text"):
            message = "a notice could not be sent to every address."
            raise NoticeError(Problem("notice_unsent", message, remedy="The next run sends it again."))
    told = {name: replace(record, told=record.state) for name, record in history.reports.items()}
    return replace(history, reports=told)


def _apprise() -> Apprise:
    import logging

    from apprise import Apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its messages hold addresses
    return Apprise()
