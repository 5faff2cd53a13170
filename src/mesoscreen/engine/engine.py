"""Decide every rule of a rulebook with durable-rules."""

from __future__ import annotations

import os
import threading
import weakref
from itertools import count
from typing import TYPE_CHECKING

from mesoscreen.criteria.criterion import NO, UNKNOWN, YES
from mesoscreen.engine.fields import Fields
from mesoscreen.engine.fitting import arrange
from mesoscreen.engine.questions import Questions
from mesoscreen.engine.ruleset import Ruleset
from mesoscreen.engine.selftest import prove
from mesoscreen.errors import EngineFailure
from mesoscreen.rulebook.formula import literals

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mesoscreen.engine.fitting import Step
    from mesoscreen.rulebook.formula import Formula


class Engine:
    """The rules of one rulebook, compiled. Threads may share it; it answers one screening at a time."""

    def __init__(self, formulas: Sequence[Formula], *, criteria: int, usual: Collection[int] = ()) -> None:
        """Compile the formulas, whose criteria have numbers below `criteria`, and prove them in a self-test.

        Screening is quicker where the criteria of one section of the intake have neighbouring numbers, and where
        `usual` lists the criteria that hold for most patients, most usual first.

        Raises:
            EngineFailure: the engine cannot hold the rules, or the self-test failed.
            ImportError: durable-rules cannot be loaded; ask `is_available` first.
        """
        self._criteria = criteria
        self._lock = threading.RLock()
        self._closed = False
        rulesets: list[Ruleset] = []
        self._release = weakref.finalize(self, _close_all, rulesets)
        # The extension may be gone by then, and a process that ends gives its memory back anyway.
        self._release.atexit = False
        arrangement = arrange(formulas, criteria)
        fields = Fields({leaf for step in arrangement.steps for formula in step for leaf in literals(formula)}, usual)
        self._lifted = arrangement.lifted
        self._parts = range(len(formulas), len(formulas) + arrangement.lifted)
        """The numbers of the parts that were lifted out of formulas."""
        names = count()

        def compiled(step: Step, largest: int) -> Ruleset:
            ruleset = Ruleset(step, fields, names)
            rulesets.append(ruleset)
            prove(step, lambda given: ruleset.ask("".join(map(fields.fragment, given))), largest)
            return ruleset

        steps = [Questions(step, criteria + arrangement.lifted, fields, compiled) for step in arrangement.steps]
        self._first, self._later = steps[0], tuple(steps[1:])
        _ENGINES.add(self)

    def decide(self, values: Sequence[int], yes: Sequence[int], unknown: Sequence[int]) -> tuple[frozenset[int], frozenset[int]]:
        """Give the numbers of the rules that are present, and of those that are possible and not present.

        `values` holds the answer to every criterion; `yes` and `unknown` list the criteria so answered.

        Raises:
            EngineFailure: the engine broke a promise. There is no verdict; the next patient is unaffected.
        """
        # A signal handler or a finaliser runs in the thread it interrupts, which would wait for itself for ever.
        if self._lock._is_owned():  # type: ignore[attr-defined]  # noqa: SLF001 - there is no public way to ask
            raise EngineFailure("it was asked from within its own question")
        with self._lock:
            if self._closed:
                raise EngineFailure("it was closed")
            given = bytes(values) + bytes(self._lifted)
            present = self._first.certain(given, yes)
            possible = self._first.possible(given, yes, unknown) if unknown else set()
            for step in self._later:
                # What earlier steps found of the parts lifted out of formulas are answers to this one.
                found = [YES if n in present else UNKNOWN if n in possible else NO for n in self._parts]
                given = bytes(values) + bytes(found)
                numbered = tuple(enumerate(found, self._criteria))
                yes_now = [*yes, *[n for n, value in numbered if value == YES]]
                unknown_now = [*unknown, *[n for n, value in numbered if value == UNKNOWN]]
                present |= step.certain(given, yes_now)
                if unknown_now:
                    possible |= step.possible(given, yes_now, unknown_now)
        if self._later:
            present.difference_update(self._parts)
            possible.difference_update(self._parts)
        return frozenset(present), frozenset(possible - present)

    def close(self) -> None:
        """Free the compiled rules; deciding afterwards fails. Dropping the engine frees them too."""
        with self._lock:
            self._closed = True
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
        engine._lock = threading.RLock()  # noqa: SLF001 - the same module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)
