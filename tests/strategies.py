"""The strategies of `mesoscreen.testing` over the shipped rulebook: intakes, and the same intake with more questions answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesoscreen import Rulebook
from mesoscreen.testing.drawing import Drawing
from mesoscreen.testing.material import HISTORY, material_of

if TYPE_CHECKING:
    from hypothesis import strategies as st

BOOK = Rulebook.default()
WORDS = BOOK.vocabulary
SECTIONS = HISTORY
Data = dict[str, Any]
_DRAWING = Drawing(material_of(BOOK))
intakes: st.SearchStrategy[Data] = _DRAWING.intakes()


def entries(section: str) -> st.SearchStrategy[Data]:
    return _DRAWING.entry(section)


def answering(data: Data) -> st.SearchStrategy[Data]:
    """Answer some of what an intake leaves open, taking nothing back."""
    return _DRAWING.extending(data)
