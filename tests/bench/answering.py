"""What it costs to answer all questions of a region in a warm process: ``python -m tests.bench.answering``.

Processor seconds, the shortest of some rounds; numerical libraries should use one thread (OMP_NUM_THREADS=1).
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from asn_research.findings.answer import answer_question, answer_questions
from asn_research.findings.catalogue import QUESTIONS
from asn_research.findings.finding import Finding
from asn_research.ingest.store import open_region, regions


def measure_answers(raw: Path, processed: Path, *, rounds: int = 3) -> dict[str, float]:
    """Seconds of opening and answering the last period of each region, once everything is loaded."""
    seconds: dict[str, float] = {}
    for region in regions(raw):
        answer_questions(open_region(region, raw=raw, processed=processed))
        times = []
        for _ in range(rounds):
            start = time.process_time()
            answer_questions(open_region(region, raw=raw, processed=processed))
            times.append(time.process_time() - start)
        seconds[region] = min(times)
    return seconds


def measure_questions(region: str, raw: Path, processed: Path) -> dict[str, float]:
    """Seconds of each question of a region that draws on no other, the dearest first.

    What several questions share counts for the first of them.
    """
    data, seconds = open_region(region, raw=raw, processed=processed), {}
    known: dict[str, Finding] = {}
    for question in QUESTIONS:
        if question.answer is not None:
            start = time.process_time()
            known[question.id] = answer_question(data, question, known=known)
            seconds[question.id] = time.process_time() - start
    return dict(sorted(seconds.items(), key=lambda pair: -pair[1]))


def main(out: TextIO = sys.stdout) -> int:
    """Print seconds by region, and by question where a region is named."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.answering", description=main.__doc__)
    parser.add_argument("region", nargs="?", help="a region whose questions are told apart")
    parser.add_argument("--raw", type=Path, default=Path("data/raw"))
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        for region, seconds in measure_answers(asked.raw, Path(folder), rounds=asked.rounds).items():
            print(f"{region:30s} {seconds:7.3f} s", file=out)
        if asked.region:
            for question, seconds in measure_questions(asked.region, asked.raw, Path(folder)).items():
                print(f"  {question:28s} {seconds:7.3f} s", file=out)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
