"""Make reports small for their way from a worker to the batch.

Most of a report stands in other reports too: findings no answer bears on, the words and sources of the rest, the notes
of what was not assessed, most of the stamp. A worker sends each such part once, and from then on its number.
"""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from mesoscreen.report.model import Evidence, Finding, Question, Report, Stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Value = TypeVar("Value")
Packed: TypeAlias = Any
"""What was packed: a number for a part, a tuple of a number and what varies, or a value as it is."""

MOST_PARTS = 20_000
"""Parts that get a number. What is new after that is sent whole every time."""


class _Form(Generic[Value]):
    """A frozen value taken apart into what seldom differs and what does."""

    def __init__(self, kind: Callable[..., Value], *varying: str) -> None:
        names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
        common = [name for name in names if name not in varying]
        self._kind = kind
        self._in_order = itemgetter(*[[*common, *varying].index(name) for name in names])
        self.all: Callable[[Value], tuple[Any, ...]] = attrgetter(*names)
        self.common: Callable[[Value], tuple[Any, ...]] = attrgetter(*common)

    def made(self, common: tuple[Any, ...], *varying: object) -> Value:
        """Put a value together again."""
        return self._kind(*self._in_order(common + varying))


FINDING = _Form(Finding, "defer_until", "evidence")
STAMP = _Form(Stamp, "on", "intake_sha256")
QUESTION = _Form(Question)
EVIDENCE = _Form(Evidence)
REPORT = _Form(Report)


class Packer:
    """What one worker has sent, so that it sends it once."""

    def __init__(self) -> None:
        """Start with nothing sent."""
        self._known: dict[object, tuple[int, object]] = {}
        self._new: list[object] = []
        self._same: dict[int, tuple[int, object]] = {}
        """Numbers by identity, with what has it: most of what is the same for many patients is one object for all."""
        self._ways = _ways({
            "findings": lambda findings: list(map(self._finding, findings)),
            "unanswered": lambda questions: list(map(QUESTION.all, questions)),
            "not_assessed": self._part,
            "stamp": self._stamp,
            "intended_use": self._part,
            "misuse": self._part,
        })

    def __call__(self, results: Iterable[object]) -> Packed:
        """Pack reports; anything else stays as it is."""
        packed = [self._report(one) if isinstance(one, Report) else one for one in results]
        new, self._new = self._new, []
        return new, packed

    def _report(self, report: Report) -> Packed:
        return tuple([way(value) for way, value in zip(self._ways, REPORT.all(report), strict=True)])

    def _finding(self, finding: Finding) -> Packed:
        same = self._same.get(id(finding))
        if same is not None:
            return same[0]
        number = self._number((finding.rule, finding.status), FINDING.common(finding))
        if number is None:
            return finding
        if finding.evidence or finding.defer_until is not None:
            return number, finding.defer_until, list(map(EVIDENCE.all, finding.evidence))
        return self._again(finding, number)

    def _stamp(self, stamp: Stamp) -> Packed:
        number = self._number(Stamp, STAMP.common(stamp))
        return stamp if number is None else (number, stamp.on, stamp.intake_sha256)

    def _part(self, part: Value) -> Value | int:
        same = self._same.get(id(part))
        if same is not None:
            return same[0]
        number = self._number(part, part)
        return part if number is None else self._again(part, number)

    def _again(self, value: object, number: int) -> int:
        """Keep a value with its number: while it is kept, no other has its identity."""
        if len(self._same) < MOST_PARTS:
            self._same[id(value)] = number, value
        return number

    def _number(self, key: object, part: object) -> int | None:
        """Give the number of a part; None where there are too many, or another part has the key."""
        known = self._known.get(key)
        if known is None:
            if len(self._known) == MOST_PARTS:
                return None
            known = self._known[key] = (len(self._known), part)
            self._new.append(part)
        return known[0] if known[1] == part else None


class Unpacker:
    """What the batch has had from one worker."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._parts: list[Any] = []
        self._bare = _Bare(self._parts)
        self._ways = _ways({
            "findings": self._findings,
            "unanswered": lambda questions: tuple([Question(*one) for one in questions]),
            "not_assessed": self._part,
            "stamp": self._stamp,
            "intended_use": self._part,
            "misuse": self._part,
        })

    def __call__(self, packed: Packed) -> Iterator[Any]:
        """Undo what the worker's packer did."""
        new, results = packed
        self._parts += new
        return (self._report(one) if isinstance(one, tuple) else one for one in results)

    def _report(self, packed: Packed) -> Report:
        return Report(*[way(value) for way, value in zip(self._ways, packed, strict=True)])

    def _findings(self, packed: list[Packed]) -> tuple[Finding, ...]:
        bare = self._bare
        return tuple([bare[one] if isinstance(one, int) else self._finding(one) for one in packed])

    def _finding(self, packed: Packed) -> Finding:
        if isinstance(packed, Finding):
            return packed
        number, defer_until, evidence = packed
        return FINDING.made(self._parts[number], defer_until, tuple([Evidence(*one) for one in evidence]))

    def _stamp(self, packed: Packed) -> Stamp:
        if isinstance(packed, Stamp):
            return packed
        number, on, digest = packed
        return STAMP.made(self._parts[number], on, digest)

    def _part(self, packed: Packed) -> Any:  # noqa: ANN401 - any part
        return self._parts[packed] if isinstance(packed, int) else packed


class _Bare(dict[int, Finding]):
    """Findings without anything of a patient, made when first needed: like the worker, the batch has one of each."""

    def __init__(self, parts: list[Any]) -> None:
        super().__init__()
        self._parts = parts

    def __missing__(self, number: int) -> Finding:
        finding = self[number] = FINDING.made(self._parts[number], None, ())
        return finding


def _ways(special: dict[str, Callable[[Any], Any]]) -> list[Callable[[Any], Any]]:
    """List what to do with each field of a report; most stay as they are."""
    return [special.get(field.name, _as_it_is) for field in fields(Report)]


def _as_it_is(value: Value) -> Value:
    return value
