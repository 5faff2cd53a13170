"""Four ways to a verdict: the specification, the engine, a solver, and filling in every unknown by brute force.

The definition the last two obey: a rule is *present* if it holds whichever way the unknown criteria, and the declarations
nobody made, turn out; *possible* if some answer to the unknown ones would make it present; else *clear*.
Only ways that can be count: what implies or excludes what is taken from the criteria themselves.
"""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from itertools import product
from typing import TYPE_CHECKING, Any

from differential.books import among

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, YES
from mesoscreen.decide import Specification
from mesoscreen.engine import Engine, is_available
from mesoscreen.rulebook.formula import All, AnyOf, Formula, Is, Not, criteria_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from differential.books import Book

    from mesoscreen.rulebook.logic import Relations

    Decide = Callable[[Sequence[int]], list[int]]
    """From the answer to every criterion to the verdict on every rule: NO, UNKNOWN, YES or one of those below."""
    Evaluator = Callable[[Book], Decide]

IMPOSSIBLE = -1
"""The answers contradict how the criteria bear on each other: there is no such patient."""
FAILED = -2
VERDICTS: Mapping[int, str] = {NO: "clear", UNKNOWN: "possible", YES: "present", IMPOSSIBLE: "no such patient", FAILED: "an error"}


class Given:
    """The answers of one patient, as the specification takes them."""

    def __init__(self, values: Sequence[int]) -> None:
        self.values = list(values)
        self.yes = [n for n, value in enumerate(values) if value == YES]
        self.unknown = [n for n, value in enumerate(values) if value == UNKNOWN]


def specification(book: Book) -> Decide:
    asked, formulas = _asked(book)
    decider = Specification(formulas, len(book.criteria))

    def decide(values: Sequence[int]) -> list[int]:
        given: Any = Given(values)
        verdicts = decider.decide(given)
        return _spread(book, asked, verdicts.present, verdicts.possible)

    return decide


def engine(book: Book) -> Decide:
    asked, formulas = _asked(book)
    decider = Engine(formulas, criteria=len(book.criteria))

    def decide(values: Sequence[int]) -> list[int]:
        given = Given(values)
        return _spread(book, asked, *decider.decide(given.values, given.yes, given.unknown))

    return decide


def filling_in(book: Book) -> Decide:
    """Try every way the unknown criteria of a rule can turn out."""
    rules = [(formula, among(criteria_of(formula), book.relations)) for formula in book.written]
    return lambda values: [_filled_in(formula, relations, values) for formula, relations in rules]


def z3(book: Book) -> Decide:
    """Let a solver look for a patient who satisfies the rule, and for one who does not."""
    return _Solver(book).decide


def available() -> dict[str, Evaluator]:
    """Give the evaluators that can be loaded here; z3 is needed for development only, the engine not from Python 3.13 on."""
    found: dict[str, Evaluator] = {"specification": specification}
    if is_available():
        found["engine"] = engine
    if find_spec("z3") is not None:
        found["z3"] = z3
    return found | {"brute force": filling_in}


def _asked(book: Book) -> tuple[list[int], list[Formula]]:
    numbers = [n for n, formula in enumerate(book.decided) if not isinstance(formula, bool)]
    return numbers, [formula for formula in book.decided if not isinstance(formula, bool)]


def _spread(book: Book, asked: list[int], present: frozenset[int], possible: frozenset[int]) -> list[int]:
    verdicts: list[int] = [YES if formula is True else NO for formula in book.decided]
    for n in possible:
        verdicts[asked[n]] = UNKNOWN
    for n in present:
        verdicts[asked[n]] = YES
    return verdicts


def _filled_in(formula: Formula, relations: Relations, values: Sequence[int]) -> int:
    numbers = criteria_of(formula)
    undeclared = [n for n in numbers if values[n] == UNDECLARED]
    outcomes = set()
    for way in _ways([n for n in numbers if values[n] == UNKNOWN]):
        world = {n: values[n] == YES for n in numbers if values[n] in (NO, YES)} | way
        patients = [patient for made in _ways(undeclared) if _is_allowed(patient := world | made, relations)]
        if patients:
            outcomes.add(all(_holds(formula, patient) for patient in patients))
    if not outcomes:
        return IMPOSSIBLE
    return UNKNOWN if len(outcomes) > 1 else YES if True in outcomes else NO


def _is_allowed(world: Mapping[int, bool], relations: Relations) -> bool:
    return all(world.get(b, True) for a, b in relations.implications if world.get(a)) and not any(
        world.get(a) and world.get(b) for a, b in relations.exclusions
    )


def _ways(numbers: list[int]) -> Iterator[dict[int, bool]]:
    for way in product((False, True), repeat=len(numbers)):
        yield dict(zip(numbers, way, strict=True))


def _holds(formula: Formula, world: Mapping[int, bool]) -> bool:
    if isinstance(formula, Is | Not):
        return world[formula.criterion] == isinstance(formula, Is)
    held = (_holds(part, world) for part in formula.parts)
    return all(held) if isinstance(formula, All) else any(held)


class _Solver:
    def __init__(self, book: Book) -> None:
        # Loaded by name, because it has no types and need not be installed.
        self.z3: Any = importlib.import_module("z3")
        self.holds = [self.z3.Bool(f"holds-{n}") for n in range(len(book.criteria))]
        self.declared = [self.z3.Bool(f"declared-{n}") for n in range(len(book.criteria))]
        self.relations = {(a, b): self.z3.Implies(self.holds[a], self.holds[b]) for a, b in book.relations.implications}
        self.relations |= {(a, b): self.z3.Not(self.z3.And(self.holds[a], self.holds[b])) for a, b in book.relations.exclusions}
        self.solver = self.z3.Solver()
        for (a, b), relation in self.relations.items():
            self.solver.add(self.z3.Implies(self.z3.And(self.declared[a], self.declared[b]), relation))
        self.rules = [self._encoded(formula) for formula in book.written]
        self.raised = [self.z3.Bool(f"raised-{n}") for n in range(len(self.rules))]
        for raised, rule in zip(self.raised, self.rules, strict=True):
            self.solver.add(raised == rule)
        self.mentioned = [criteria_of(formula) for formula in book.written]
        bearing = [among(mentioned, book.relations) for mentioned in self.mentioned]
        self.bearing = [[self.relations[pair] for pair in (*each.implications, *each.exclusions)] for each in bearing]

    def decide(self, values: Sequence[int]) -> list[int]:
        self.solver.push()
        for holds, declared, value in zip(self.holds, self.declared, values, strict=True):
            self.solver.add(declared if value != UNDECLARED else self.z3.Not(declared))
            if value in (NO, YES):
                self.solver.add(holds if value == YES else self.z3.Not(holds))
        verdicts: list[int] = [IMPOSSIBLE] * len(self.rules)
        if self._is_satisfiable():
            verdicts = [self._verdict(rule, values) for rule in range(len(self.rules))]
        self.solver.pop()
        return verdicts

    def _verdict(self, rule: int, values: Sequence[int]) -> int:
        if not any(values[n] == UNDECLARED for n in self.mentioned[rule]):
            return self._between(self.raised[rule], self.z3.Not(self.raised[rule]))
        raised = self._whichever_way_declared(rule, values)
        self.solver.push()
        asked = self.z3.FreshBool()
        self.solver.add(asked == raised)
        verdict = self._between(asked, self.z3.Not(asked))
        self.solver.pop()
        return verdict

    def _whichever_way_declared(self, rule: int, values: Sequence[int]) -> Any:
        undeclared = [n for n in self.mentioned[rule] if values[n] == UNDECLARED]
        wanted = self.z3.Implies(self.z3.And(*self.bearing[rule]), self.rules[rule])
        ways = [[(self.holds[n], self.z3.BoolVal(held)) for n, held in way.items()] for way in _ways(undeclared)]
        return self.z3.And(*[self.z3.substitute(wanted, *way) for way in ways])

    def _between(self, raised: Any, not_raised: Any) -> int:
        if not self._is_satisfiable(not_raised):
            return YES
        return UNKNOWN if self._is_satisfiable(raised) else NO

    def _is_satisfiable(self, *assumed: Any) -> bool:
        result = self.solver.check(*assumed)
        if result == self.z3.unknown:
            raise RuntimeError(self.solver.reason_unknown())
        return bool(result == self.z3.sat)

    def _encoded(self, formula: Formula) -> Any:
        match formula:
            case Is(criterion):
                return self.holds[criterion]
            case Not(criterion):
                return self.z3.Not(self.holds[criterion])
            case All(parts):
                return self.z3.And(*map(self._encoded, parts))
            case AnyOf(parts):
                return self.z3.Or(*map(self._encoded, parts))
