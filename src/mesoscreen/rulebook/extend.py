"""A clinic's own changes to the rulebook it extends: a limit, a level, a rule switched off; each with a reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mesoscreen.rulebook.model import LEVELS, Change, Level
from mesoscreen.rulebook.problems import did_you_mean, nearest
from mesoscreen.rulebook.rules import Draft
from mesoscreen.rulebook.source import Document, Node

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesoscreen.rulebook.files import ChangeFile, RulebookFile
    from mesoscreen.rulebook.model import Rule, Rulebook
    from mesoscreen.rulebook.problems import Problems


@dataclass(frozen=True, slots=True)
class Applied:
    """One change, ready to be applied once the rules are built."""

    change: Change
    level: Level | None
    off: bool

    def apply(self, rules: dict[str, Rule]) -> None:
        """Change the rule, or take it out."""
        if self.off:
            rules.pop(self.change.rule, None)
        elif self.level is not None and self.change.rule in rules:
            rule = rules[self.change.rule]
            asked = self.level if rule.if_unanswered == rule.level else max(rule.if_unanswered, self.level, key=LEVELS.index)
            rules[self.change.rule] = replace(rule, level=self.level, if_unanswered=asked)


def apply_changes(
    head: RulebookFile, node: Node, base: Rulebook, drafts: list[Draft], problems: Problems
) -> Sequence[Applied]:
    """Check every change; a changed limit adds the rule again with the new value."""
    applied: list[Applied] = []
    limited: dict[str, tuple[dict[str, Any], Node]] = {}
    for number, change in enumerate(head.changes):
        at = node.find(("changes", number))
        rule = base.rules.get(change.rule)
        if rule is None:
            problems.add("unknown-rule", f"`{change.rule}` is not a rule of {base.name}", at.get("rule"), did_you_mean(nearest(change.rule, base.rules)))
            continue
        if [change.level is not None, change.off is not None, bool(change.limit)].count(True) != 1:
            problems.add("bad-criterion", "a change names one of `level`, `off` and `limit`", at)
            continue
        if change.limit:
            applied += _limits(change, rule, at, base, limited, problems)
        elif change.off:
            applied.append(Applied(Change(rule.id, "switched off", change.reason), None, off=True))
        else:
            what = f"level {rule.level} → {change.level}"
            applied.append(Applied(Change(rule.id, what, change.reason), change.level, off=False))
    for written, at in limited.values():
        drafts.append(Draft(_node(written, at, Document(at.document.name, at.document.rows)), None, replaces=True))
    return applied


def _limits(
    change: ChangeFile, rule: Rule, at: Node, base: Rulebook, limited: dict[str, tuple[dict[str, Any], Node]], problems: Problems
) -> list[Applied]:
    """Change limits of a rule, be it as the base has it or as earlier changes left it."""
    written = limited[rule.id][0] if rule.id in limited else base.canonical["rules"][rule.id]
    limits = written.get("limits", {})
    made = []
    for name, value in change.limit.items():
        if name not in limits:
            problems.add("unknown-limit", f"`{name}` is not a limit of `{rule.id}`", at.find(("limit",)).key(name), did_you_mean(nearest(name, limits)) or f"limits: {', '.join(limits) or 'none'}")
            return []
        made.append(Applied(Change(rule.id, f"{name} {limits[name]} → {value}", change.reason), None, off=False))
    # The examples prove the rule as published; they are dropped once a limit of it has changed.
    limited.pop(rule.id, None)
    limited[rule.id] = ({**written, "limits": {**limits, **change.limit}, "level": rule.level}, at)
    return made


def _node(value: object, at: Node, document: Document) -> Node:
    """Give plain data the place of the change it comes from."""
    inner: object = value
    if isinstance(value, dict):
        inner = {key: _node(member, at, document) for key, member in value.items()}
    elif isinstance(value, list):
        inner = [_node(member, at, document) for member in value]
    return Node(inner, at.line, at.column, at.length, document)
