"""Flag what in a patient intake needs a practitioner's review before mesotherapy. Never says a treatment is safe."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mesoscreen.batch.many import screen_many
    from mesoscreen.errors import MesoscreenError
    from mesoscreen.intake import Intake
    from mesoscreen.report.model import Finding, Level, Outcome, Report
    from mesoscreen.rulebook.model import Rulebook
    from mesoscreen.screening import screen

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
_HOMES = {
    "Finding": "report.model",
    "Intake": "intake",
    "Level": "report.model",
    "MesoscreenError": "errors",
    "Outcome": "report.model",
    "Report": "report.model",
    "Rulebook": "rulebook.model",
    "screen": "screening",
    "screen_many": "batch.many",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public name
    """Import a public name from its module when it is first asked for: who names only an error pays only for that."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    return getattr(import_module(f"mesoscreen.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
