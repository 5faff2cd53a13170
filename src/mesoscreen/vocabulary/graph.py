"""Closures over the parents of concepts, computed once and then only looked up."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Closure = Mapping[str, frozenset[str]]

NOTHING: frozenset[str] = frozenset()


def in_order(edges: Mapping[str, Iterable[str]]) -> list[str]:
    """List the nodes, each after all it leads to; those that lead to a cycle are left out."""
    leading: defaultdict[str, list[str]] = defaultdict(list)
    open_: dict[str, int] = {}
    for node, targets in edges.items():
        known = {target for target in targets if target in edges}
        open_[node] = len(known)
        for target in known:
            leading[target].append(node)
    order = [node for node, count in open_.items() if not count]
    for done in order:
        for node in leading[done]:
            open_[node] -= 1
            if not open_[node]:
                order.append(node)
    return order


def cycles(edges: Mapping[str, Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Find cycles that make the graph no hierarchy, each starting at its smallest id."""
    left = edges.keys() - in_order(edges)
    found: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for start in sorted(left):
        path: dict[str, None] = {}
        node = start
        while node not in seen and node not in path:
            path[node] = None
            node = min(target for target in edges[node] if target in left)
        if node in path:
            walked = list(path)
            cycle = walked[walked.index(node) :]
            first = cycle.index(min(cycle))
            found.append((*cycle[first:], *cycle[:first]))
        seen.update(path)
    return tuple(found)


def within(edges: Mapping[str, Iterable[str]], start: str, most: int) -> frozenset[str]:
    """Everything a node leads to, itself included, but hardly more than so many; cycles do no harm."""
    reached = {start}
    waiting = [start]
    while waiting and len(reached) <= most:
        for node in edges.get(waiting.pop(), ()):
            if node not in reached:
                reached.add(node)
                waiting.append(node)
                if len(reached) > most:
                    break
    return frozenset(reached)


def reachable(edges: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """Everything each node leads to, itself included. The graph must be free of cycles."""
    closure: dict[str, frozenset[str]] = {}
    for start in edges:
        waiting = [start]
        while waiting:
            node = waiting[-1]
            missing = [target for target in edges.get(node, ()) if target not in closure]
            if missing:
                waiting += missing
            else:
                waiting.pop()
                closure[node] = frozenset({node}.union(*(closure[target] for target in edges.get(node, ()))))
    return closure


def inverse(closure: Closure) -> dict[str, frozenset[str]]:
    """Turn "leads to" into "is led to by"."""
    turned: dict[str, set[str]] = {node: set() for node in closure}
    for node, targets in closure.items():
        for target in targets:
            turned.setdefault(target, set()).add(node)
    return {node: frozenset(sources) for node, sources in turned.items()}


def overlapping(ancestors: Closure, descendants: Closure) -> dict[str, frozenset[str]]:
    """Every node that shares a descendant with each node."""
    return {node: frozenset().union(*(ancestors[below] for below in descendants[node])) for node in descendants}


def closed(starts: Iterable[str], step: Callable[[str], Iterable[str]]) -> frozenset[str]:
    """Everything that can be reached from the starts, themselves included; cycles do no harm."""
    reached = set(starts)
    waiting = list(reached)
    while waiting:
        for node in step(waiting.pop()):
            if node not in reached:
                reached.add(node)
                waiting.append(node)
    return frozenset(reached)


def symmetric(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Make every declared pair hold both ways round."""
    both: defaultdict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        both[one].add(other)
        both[other].add(one)
    return {node: frozenset(others) for node, others in both.items()}
