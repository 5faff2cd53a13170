"""Flag what in a patient intake needs a practitioner's review before mesotherapy. Never says a treatment is safe."""

from mesoscreen.errors import MesoscreenError
from mesoscreen.intake import Intake
from mesoscreen.report.model import Finding, Level, Outcome, Report
from mesoscreen.rulebook.model import Rulebook
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
