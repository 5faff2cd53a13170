"""Decide every rule of a rulebook with durable-rules."""

from __future__ import annotations

import os
import threading
import weakref
from itertools import count
from typing import TYPE_CHECKING

from mesoscreen.engine.fitting import arrange
from mesoscreen.engine.questions import Questions
from mesoscreen.engine.ruleset import Ruleset, check_names, fragment
from mesoscreen.engine.selftest import prove
from mesoscreen.errors import EngineFailure
from mesoscreen.rulebook.formula import literals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mesoscreen.engine.fitting import Step
    from mesoscreen.rulebook.formula import Formula


class Engine:
    """The rules of one rulebook, compiled. Threads may share it; it answers one screening at a time."""

    def __init__(self, formulas: Sequence[Formula], *, criteria: int) -> None:
        """Compile the formulas, whose criteria have numbers below `criteria`, and prove them in a self-test.

        Screening is quicker where the criteria of one section of the intake have neighbouring numbers.

        Raises:
            EngineFailure: the engine cannot hold the rules, or the self-test failed.
            ImportError: durable-rules cannot be loaded; ask `is_available` first.
        """
        self._rules = len(formulas)
        self._criteria = criteria
        self._lock = threading.Lock()
        rulesets: list[Ruleset] = []
        self._release = weakref.finalize(self, _close_all, rulesets)
        # The extension may be gone by then, and a process that ends gives its memory back anyway.
        self._release.atexit = False
        arrangement = arrange(formulas, criteria)
        check_names({leaf for step in arrangement.steps for formula in step for leaf in literals(formula)})
        names = count()

        def compiled(step: Step, largest: int) -> Ruleset:
            ruleset = Ruleset(step, names)
            rulesets.append(ruleset)
            prove(step, lambda given: ruleset.ask("".join(map(fragment, given))), largest)
            return ruleset

        self._steps = [Questions(step, criteria + arrangement.lifted, compiled) for step in arrangement.steps]
        _ENGINES.add(self)

    def decide(self, values: Sequence[int], yes: Sequence[int], unknown: Sequence[int]) -> tuple[frozenset[int], frozenset[int]]:
        """Give the numbers of the rules that are present, and of those that are possible and not present.

        `values` holds the answer to every criterion; `yes` and `unknown` list the criteria so answered.

        Raises:
            EngineFailure: the engine broke a promise. There is no verdict; the next patient is unaffected.
        """
        with self._lock:
            if not self._release.alive:
                raise EngineFailure("it was closed")
            first, *later = self._steps
            present = first.certain(values, yes)
            possible = first.possible(values, yes, unknown) if unknown else set()
            for step in later:
                # What earlier steps found of the parts lifted out of formulas are answers to this one.
                yes_now = [*yes, *self._as_criteria(present)]
                unknown_now = [*unknown, *self._as_criteria(possible - present)]
                present |= step.certain(values, yes_now)
                if unknown_now:
                    possible |= step.possible(values, yes_now, unknown_now)
        if later:
            present = {number for number in present if number < self._rules}
            possible = {number for number in possible if number < self._rules}
        return frozenset(present), frozenset(possible - present)

    def _as_criteria(self, numbers: set[int]) -> Iterator[int]:
        return (self._criteria + number - self._rules for number in numbers if number >= self._rules)

    def close(self) -> None:
        """Free the compiled rules; deciding afterwards fails. Dropping the engine frees them too."""
        with self._lock:
            self._release()


def _close_all(rulesets: list[Ruleset]) -> None:
    for ruleset in rulesets:
        ruleset.close()


_ENGINES: weakref.WeakSet[Engine] = weakref.WeakSet()


def _renew_locks() -> None:
    """Open, in a forked child, the locks of threads that exist in the parent only.

    Where such a thread was in the middle of a question, the child finds it unsettled and starts a new session.
    """
    for engine in _ENGINES:
        engine._lock = threading.Lock()  # noqa: SLF001 - the same module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)
