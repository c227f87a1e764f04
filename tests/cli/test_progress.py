"""On a terminal a live table; elsewhere plain lines with the time left behind them."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from asn_research.cli.progress import open_view, progress_table, time_left
from asn_research.reports.runs.order import Task
from asn_research.reports.runs.progress import Progress

MOMENT = Progress(
    done=3,
    total=514,
    running={Task("kalianda", "2025"): 4.2, Task("sawahlunto", "2024"): 61.0},
    seconds_left=600.0,
)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.3, "about 5 seconds left"),
        (58.0, "about 60 seconds left"),
        (119.0, "about 120 seconds left"),
        (150.0, "about 2 minutes left"),
        (3600.0, "about 60 minutes left"),
    ],
)
def test_time_left_is_said_no_finer_than_it_is_known(seconds: float, text: str) -> None:
    assert time_left(seconds) == text


def test_without_a_terminal_nothing_is_drawn_and_lines_tell_the_time_left() -> None:
    out = io.StringIO()
    with open_view(Console(file=out)) as view:
        assert view.left == ""
        view.watch(MOMENT)
        assert view.left == " (about 10 minutes left)"
    assert out.getvalue() == ""


def test_on_a_terminal_the_regions_under_way_are_shown_and_then_gone() -> None:
    out = io.StringIO()
    with open_view(Console(file=out, force_terminal=True, width=80)) as view:
        view.watch(MOMENT)
        assert view.left == ""
    shown = out.getvalue()
    assert "kalianda" in shown
    assert "\x1b[2K" in shown


def test_the_table_has_the_longest_first_and_the_whole_below() -> None:
    out = io.StringIO()
    Console(file=out, width=80).print(progress_table(MOMENT))
    text = out.getvalue()
    assert text.index("sawahlunto") < text.index("kalianda")
    assert "3 of 514 reports, about 10 minutes left" in text


def test_indonesian_is_spoken_where_the_environment_speaks_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "id_ID.UTF-8")
    assert time_left(600.0) == "sisa sekitar 10 menit"
