"""The command as ``python -m asn_research.cli``."""

from asn_research.cli import main

if __name__ == "__main__":
    main()
