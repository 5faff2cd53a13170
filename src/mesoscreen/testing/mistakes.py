"""What a test itself got wrong: raised at once, so that no test passes because of a typo."""

from __future__ import annotations

from mesoscreen.errors import MesoscreenError


class Mistake(MesoscreenError):
    """A test asks for something that cannot be."""

    code = "mistake"

    def __init__(self, what: str) -> None:
        """Say what, where, and what to write instead."""
        super().__init__(what)
        self.what = what

    def __str__(self) -> str:
        return self.what
