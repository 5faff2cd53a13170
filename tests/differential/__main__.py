"""Search for a disagreement: `python tests/differential --minutes 5 --seed 1`. Exits with 1 if there is one, and prints the smallest case."""

from __future__ import annotations

import sys
from pathlib import Path

# Run as a script, Python looks for modules in this folder; the tests import them from the folder above.
sys.path[0] = str(Path(__file__).parents[1])

if __name__ == "__main__":
    from differential.command import main

    sys.exit(main(sys.argv[1:]))
