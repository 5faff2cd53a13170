"""Where the sample form of the documentation lies."""

from __future__ import annotations

import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "docs/examples/testing"
sys.path.insert(0, str(EXAMPLES))
