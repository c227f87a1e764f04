"""Write the raw files of the example regions again, byte for byte: ``… --output data/raw``."""

from __future__ import annotations

import argparse
from pathlib import Path

from asn_research.simulation.release import write_examples
from asn_research.simulation.world import SEED


def main() -> None:
    """Parse the call and write the files."""
    parser = argparse.ArgumentParser(prog="python -m asn_research.simulation", description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="folder of raw data, such as data/raw")
    parser.add_argument("--seed", type=int, default=SEED, help="another seed gives other people")
    call = parser.parse_args()
    for path in write_examples(call.output, seed=call.seed):
        print(path)


if __name__ == "__main__":
    main()
