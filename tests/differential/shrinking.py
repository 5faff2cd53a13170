"""Make a case as small as it can be while it still fails: leave things out, and put a part in the place of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from differential.levels import Plain

_JOINING = frozenset({"all", "any", "not"})


def shrunk(case: Plain, still_fails: Callable[[Plain], bool]) -> Plain:
    """Shrink plain data until no smaller form of it fails.

    Ends, because every step leaves something out: the number of keys, members and levels only falls.
    """
    while (smaller := next(filter(still_fails, _smaller(case)), None)) is not None:
        case = smaller
    return case


def _smaller(plain: Plain) -> Iterator[Plain]:
    """Yield the same data with something left out, the largest steps first."""
    match plain:
        case dict():
            yield from _without_some(list(plain), lambda keys: {key: plain[key] for key in keys})
            yield from _parts_instead(plain)
            for key, value in plain.items():
                yield from ({**plain, key: smaller} for smaller in _smaller(value))
        case list():
            yield from _without_some(list(range(len(plain))), lambda kept: [plain[n] for n in kept])
            for n, value in enumerate(plain):
                yield from ([*plain[:n], smaller, *plain[n + 1 :]] for smaller in _smaller(value))
            if len(plain) == 1 and isinstance(plain[0], str):
                yield plain[0]


def _without_some(keys: list[Any], kept: Callable[[list[Any]], Plain]) -> Iterator[Plain]:
    """Leave out all, then each half, each quarter, down to each one alone."""
    step = len(keys)
    while step:
        for start in range(0, len(keys), step):
            yield kept(keys[:start] + keys[start + step :])
        step //= 2


def _parts_instead(plain: dict[str, Plain]) -> Iterator[Plain]:
    """Put a part of a condition in the place of the whole."""
    if len(plain) == 1 and _JOINING.issuperset(plain):
        (inner,) = plain.values()
        yield from inner if isinstance(inner, list) else [inner]
