"""The rule engine that decides for every patient; the only code that talks to durable-rules.

Two questions are put to the same rules: what holds for certain, and what could hold.
A question is one flat fact that lists the literals that hold; what it leaves out does not hold.
A newcomer reads `engine` (the two questions), `questions` (where a fact goes) and `ruleset` (the calls and guards).
"""

from __future__ import annotations

from mesoscreen.engine.engine import Engine
from mesoscreen.engine.ruleset import NAME, is_available

__all__ = ["NAME", "Engine", "is_available"]
