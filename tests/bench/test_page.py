"""The page of performance says what was measured and nothing else; the measuring measures."""

from __future__ import annotations

import copy
import re
import sys

import pytest

from tests.bench.__main__ import DATA, PAGE, read_measured
from tests.bench.cost import Cost, run_measured
from tests.bench.page import write_page
from tests.bench.runner import TWO, USUAL

EAT = """
import time
held, end = bytearray(200 * 2**20), time.process_time() + 0.5
while time.process_time() < end: pass
"""


def test_the_page_is_the_one_made_of_the_measured_numbers() -> None:
    assert DATA.exists()
    assert write_page(read_measured()) == PAGE.read_text(encoding="utf-8")


def test_the_page_names_the_machine_but_no_place_on_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert re.search(r"\d+ cores, \d+ GB of memory", text)
    assert not re.search(
        r"(?<!\w)/(?:home|root|tmp|work|usr|Users)/", text + DATA.read_text(encoding="utf-8")
    )


def test_a_missed_target_is_said_to_be_missed() -> None:
    measured = copy.deepcopy(read_measured())
    rows = measured["runner"]["rows"]
    rows[TWO]["wall"] = rows[USUAL]["wall"]
    assert (
        "wall time on two workers, of the usual way: 1.000, target at most 0.125: DOES NOT HOLD"
        in write_page(measured)
    )


def test_what_was_not_measured_is_said_not_to_be() -> None:
    assert "Not measured yet" in write_page({})


def test_cost_counts_processors_and_memory_of_a_child_of_a_child() -> None:
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {EAT!r}], check=True)"
    cost = run_measured([sys.executable, "-c", nested])
    assert 0.5 <= cost.cpu < 3.0
    assert cost.wall >= 0.5
    assert cost.largest > 200


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        run_measured([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_time_is_shared_out_and_memory_is_not() -> None:
    half = Cost(wall=4.0, cpu=2.0, largest=100.0, together=150.0) / 2
    assert half == Cost(wall=2.0, cpu=1.0, largest=100.0, together=150.0)
