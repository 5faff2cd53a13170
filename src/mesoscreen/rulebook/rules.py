"""From one rule file to a rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mesoscreen.errors import IntakeError
from mesoscreen.intake import Intake, days_of
from mesoscreen.rulebook.files import RuleFile
from mesoscreen.rulebook.formula import Formula, Is, criteria_of, literals
from mesoscreen.rulebook.grammar import Criteria, Grammar
from mesoscreen.rulebook.logic import MAX_CRITERIA, Relations, exact
from mesoscreen.rulebook.model import LEVELS, Citation, Example, Rule, Source
from mesoscreen.rulebook.problems import Problems, did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mesoscreen.rulebook.source import Node
    from mesoscreen.vocabulary import Vocabulary

MAX_LEAVES = 200
"""Most conditions one rule may have."""
MAX_SPELLED_OUT = 1_000
"""Most conditions one rule may have once every way of filling in the unknowns is spelled out."""
BASE: Mapping[str, Any] = {
    "patient": {"birth_date": "1986-03-14", "sex": "female"},
    "allergies": [],
    "conditions": [],
    "medications": [],
    "procedures": [],
    "treatment": {
        "areas": ["face"],
        "technique": "needle",
        "products": [{"name": "plain hyaluronic acid gel", "ingredients": ["hyaluronic acid"]}],
    },
}
"""The otherwise complete, negative intake every example is laid over."""


class Relating(Protocol):
    """Knows how criteria bear on each other, by their numbers."""

    def implications(self, numbers: tuple[int, ...]) -> set[tuple[int, int]]:
        """List the pairs of which the first implies the second."""

    def exclusions(self, numbers: tuple[int, ...]) -> set[tuple[int, int]]:
        """List the pairs that exclude each other, the smaller number first."""


@dataclass(slots=True)
class Draft:
    """A rule file, not yet read."""

    node: Node
    place: tuple[str, str] | None
    """Folder and file name the rule must agree with."""
    replaces: bool = False
    """Stands for a rule of the same id in the rulebook this one extends."""


def example_intake(example: Example) -> Intake:
    """Lay an example over the base intake.

    Raises:
        IntakeError: what comes out is not a valid intake.

    """
    intake: dict[str, Any] = {**BASE, **example.given}
    for part in ("patient", "treatment"):
        given = example.given.get(part)
        intake[part] = {**BASE[part], **given} if isinstance(given, dict) else BASE[part] if part not in example.given else given
    if isinstance(intake["treatment"], dict):
        intake["treatment"] = {"date": example.on, **intake["treatment"]}
    return Intake.model_validate(intake)


def build_rule(
    draft: Draft,
    vocabulary: Vocabulary,
    criteria: Criteria,
    relating: Relating,
    sources: Mapping[str, Source],
    problems: Problems,
) -> Rule | None:
    """Read and check one rule; None if something in it is wrong."""
    node = draft.node
    read = problems.read(RuleFile, node)
    if read is None:
        return None
    before = len(problems.found)
    _check_place(draft, read, problems)
    limits = node.get("limits")
    grammar = Grammar(vocabulary, criteria, problems, limits.value if limits is not None else {})
    when = grammar.read(node.value["when"])
    for unused in sorted(set(read.limits) - grammar.used) if when is not None else ():
        problems.add("unknown-limit", f"the limit `{unused}` is used nowhere in `when`", node.find(("limits",)).key(unused))
    if read.review_by is not None and not _is_date(read.review_by):
        problems.add("wrong-type", f"`{read.review_by}` is not a date; write YYYY-MM-DD", node.get("review_by"))
    citations = tuple(
        Citation(source, cited.supports, cited.strength, cited.pinpoint or "")
        for number, cited in enumerate(read.sources)
        if (source := _source(cited.ref, node.find(("sources", number, "ref")), sources, problems)) is not None
    )
    if not read.sources:
        problems.add("missing-key", "a rule needs at least one source", node.key("sources"))
    examples = tuple(Example(e.name, e.given, e.on, e.expect) for e in read.examples)
    for number, example in enumerate(examples):
        _check_example(example, node.find(("examples", number)), problems)
    decided = _decided(when, node, relating, problems) if when is not None else None
    if when is None or decided is None or len(problems.found) > before:
        return None
    return Rule(
        read.id, read.title, read.domain, read.topic, read.level,
        max(read.if_unanswered or read.level, read.level, key=LEVELS.index), when, decided,
        read.because, read.action, read.support, citations, examples, read.ours or "", read.disagreement or "",
        read.covers, read.refines, read.hazards, read.review_by or "", node.document.name,
        {language: one.model_dump(exclude_none=True) for language, one in read.translations.items()},
    )  # fmt: skip


def _check_place(draft: Draft, read: RuleFile, problems: Problems) -> None:
    if draft.place is None:
        return
    folder, stem = draft.place
    if read.id != stem:
        problems.add("bad-id", f"the id `{read.id}` differs from its file's name `{stem}`", draft.node.get("id"))
    if read.domain != folder:
        problems.add("bad-id", f"the domain `{read.domain}` differs from its folder `{folder}`", draft.node.get("domain"))


def _source(ref: str, at: Node, sources: Mapping[str, Source], problems: Problems) -> Source | None:
    if ref not in sources:
        problems.add("unknown-source", f"`{ref}` is not in the bibliography", at, did_you_mean(nearest(ref, sources)))
    return sources.get(ref)


def _is_date(text: str) -> bool:
    try:
        return days_of(text)[0] == days_of(text)[1]
    except ValueError:
        return False


def _check_example(example: Example, at: Node, problems: Problems) -> None:
    try:
        first, last = days_of(example.on)
        if first != last:
            raise ValueError  # noqa: TRY301 - the same mistake as a day that is not on the calendar
        example_intake(example)
    except IntakeError as error:
        # A rulebook's examples are made up, so the error may be shown whole.
        problems.add("bad-example", f"not a valid intake: {error.problems[0]}", at.get("given") or at)
    except ValueError:
        problems.add("bad-example", f"`{example.on}` is not a date; write YYYY-MM-DD", at.get("on") or at)


def _decided(when: Formula, node: Node, relating: Relating, problems: Problems) -> Formula | None:
    """Find the formula to decide the rule by, or note that there is nothing to decide."""
    leaves = literals(when)
    if len(leaves) > MAX_LEAVES:
        problems.add("bad-criterion", f"a rule may have at most {MAX_LEAVES} conditions", node.value["when"], "split the rule")
        return None
    numbers = criteria_of(when)
    exclusions = relating.exclusions(numbers)
    if not exclusions and all(isinstance(leaf, Is) for leaf in leaves):
        return when  # decided exactly as it stands, whatever follows from what
    if len(numbers) > MAX_CRITERIA:
        problems.add("bad-criterion", f"a rule with `not` may have at most {MAX_CRITERIA} criteria", node.value["when"], "split the rule")
        return None
    decided = exact(when, Relations(relating.implications(numbers), exclusions))
    match decided:
        case True:
            problems.add("constant-rule", "every patient would raise this rule", node.value["when"])
        case False:
            problems.add("unreachable-rule", "no patient could ever raise this rule", node.value["when"])
        case _ if len(literals(decided)) > MAX_SPELLED_OUT:
            problems.add("bad-criterion", f"spelled out, the rule has more than {MAX_SPELLED_OUT} conditions", node.value["when"], "split the rule")
        case _:
            return decided
    return None
