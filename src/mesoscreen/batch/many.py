"""Screen many intakes: reports in the order of the intakes, errors in their place."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from mesoscreen.batch.workers import in_order
from mesoscreen.errors import MesoscreenError, NothingToExplain, ScreeningFailure
from mesoscreen.intake import Intake
from mesoscreen.report.model import Report
from mesoscreen.rulebook.model import Rulebook
from mesoscreen.screening import screen

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from datetime import date

    from mesoscreen.report.explain import Explanation
    from mesoscreen.report.model import Stamp

AnyIntake: TypeAlias = Intake | Mapping[str, Any] | str | bytes
"""An intake, or what one is read from: a mapping, or JSON text."""


def screen_many(
    intakes: Iterable[AnyIntake],
    *,
    on: date | None = None,
    rulebook: Rulebook | None = None,
    workers: int | None = None,
    progress: Callable[[int], object] | None = None,
) -> Generator[Report | MesoscreenError, None, None]:
    """Screen intakes as they come: a report or an error for each, in their order, in bounded memory.

    An intake that cannot be screened yields its error in place and stops nothing. What `intakes` itself raises is
    raised after the results of what came before it. Text and bytes are read as the JSON of one intake each.

    `workers` is how many processes screen; None or 1 screens in this one, each intake when its report is asked for.
    More start a fresh interpreter each, which costs about half a second once, and read at most 64 intakes per worker
    ahead. They are ended with the iterator: by its end, by `close()`, or when it is dropped. Give them JSON text where
    you have it, for then they parse it too.

    `on` and `rulebook` are those of `screen`. `progress` is called with the count of results so far, before each.

    Raises:
        ValueError: fewer than one worker.
        WorkerLost: a worker cannot start. One that ends while it screens is replaced and its intakes are screened
            again; an intake that ends a second worker, alone with it, yields its WorkerLost in place.

    """
    count = 1 if workers is None else workers
    if count < 1:
        raise ValueError("`workers` must be at least 1; 1 screens in this process")
    return _screened(Screening(Rulebook.default() if rulebook is None else rulebook, on), intakes, count, progress)


def _screened(
    job: Screening, intakes: Iterable[AnyIntake], workers: int, progress: Callable[[int], object] | None
) -> Generator[Report | MesoscreenError, None, None]:
    with closing(in_order(job, intakes, workers)) as results:
        for done, (intake, result) in enumerate(results, 1):
            if workers > 1 and isinstance(result, Report):
                # What explains a report is larger than the report, so it stays with the worker and is made again if asked for.
                object.__setattr__(result, "_explain", partial(job.explain, intake, result.stamp))
            if progress is not None:
                progress(done)
            yield result


class Screening:
    """The job of screening with one rulebook."""

    def __init__(self, rulebook: Rulebook, on: date | None) -> None:
        """Screen as of this day, or as of each treatment."""
        self.rulebook = rulebook
        self.on = on

    def __call__(self, intake: AnyIntake, /) -> Report | MesoscreenError:
        """Screen; whatever goes wrong with the intake is the result."""
        return self.screen(intake, self.on)

    def screen(self, intake: AnyIntake, on: date | None) -> Report | MesoscreenError:
        """Screen as of a day."""
        try:
            told = Intake.model_validate_json(intake) if isinstance(intake, str | bytes) else intake
            return screen(told, on=on, rulebook=self.rulebook)
        except MesoscreenError as error:
            # What led to it holds the intake, and would keep it for as long as somebody keeps the error.
            error.__traceback__ = error.__cause__ = error.__context__ = None
            return error
        except Exception as error:  # noqa: BLE001 - a bug one intake meets must not cost the others their reports
            return ScreeningFailure(f"a {type(error).__name__}")

    def explain(self, intake: AnyIntake, stamp: Stamp, rule_id: str) -> Explanation:
        """Screen an intake again to explain the report it was given this stamp with."""
        again = self.screen(intake, stamp.on)
        if not isinstance(again, Report) or again.stamp != stamp:
            raise NothingToExplain
        return again.explain(rule_id)

    def packer(self) -> Callable[[Iterable[Report | MesoscreenError]], object]:
        """Pack reports small."""
        from mesoscreen.batch.packing import Packer  # noqa: PLC0415 - only needed between processes

        return Packer()

    def unpacker(self) -> Callable[[object], Iterable[Report | MesoscreenError]]:
        """Unpack them."""
        from mesoscreen.batch.packing import Unpacker  # noqa: PLC0415

        return Unpacker()
