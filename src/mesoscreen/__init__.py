"""Flag what in a patient intake needs a practitioner's review before mesotherapy. Never says a treatment is safe."""

from typing import TYPE_CHECKING, Any

from mesoscreen.errors import MesoscreenError
from mesoscreen.intake import Intake
from mesoscreen.report.model import Finding, Level, Outcome, Report
from mesoscreen.rulebook.model import Rulebook

if TYPE_CHECKING:
    from mesoscreen.screening import screen, screen_many

__all__ = [
    "Finding",
    "Intake",
    "Level",
    "MesoscreenError",
    "Outcome",
    "Report",
    "Rulebook",
    "screen",
    "screen_many",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Import the screening itself when it is first asked for: naming the types of this library stays cheap."""
    if name in ("screen", "screen_many"):
        from mesoscreen import screening  # noqa: PLC0415

        return getattr(screening, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
