"""Why a rule is present, possible or clear, criterion by criterion, and what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mesoscreen.criteria.criterion import NO, UNDECLARED, UNKNOWN, WORDS, YES
from mesoscreen.criteria.gaps import gaps
from mesoscreen.decide import value_of, waits_on_a_declaration
from mesoscreen.rulebook.formula import Not, criteria_of, literals
from mesoscreen.wording import LANGUAGE, wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesoscreen.criteria.answers import Answers
    from mesoscreen.report.build import Composer
    from mesoscreen.rulebook.model import Rule
    from mesoscreen.wording import Wording

Verdict = Literal["present", "possible", "clear", "not assessed"]
_VERDICTS: dict[int, Verdict] = {YES: "present", UNKNOWN: "possible", NO: "clear"}


@dataclass(frozen=True, slots=True)
class CriterionAnswer:
    """One criterion of a rule and how it came out."""

    criterion: str
    negated: bool
    """The rule applies where this does *not* hold."""
    answer: str
    """yes, no, unknown or not declared."""
    paths: tuple[str, ...]
    """The answers it rests on."""
    missing: tuple[str, ...]
    """What would settle it."""
    effect: str
    """What a different answer to this criterion alone would do to the rule."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a rule came out as it did. Its text is meant to be read."""

    rule: str
    title: str
    verdict: Verdict
    criteria: tuple[CriterionAnswer, ...]
    would_change: tuple[str, ...]
    language: str = LANGUAGE

    def __str__(self) -> str:
        say = wording(self.language)
        rows = [f"{self.title} ({self.rule}): {say(f'verdict.{self.verdict}')}", ""]
        for one in self.criteria:
            asks = say("explain.not", criterion=one.criterion) if one.negated else one.criterion
            rows.append(f"  {say(f'answer.{one.answer}').upper():12} {asks}")
            rows += [" " * 15 + say("explain.because-of", path=path) for path in one.paths]
            rows += [" " * 15 + say("explain.missing", text=text) for text in one.missing]
        rows.append("")
        rows += [f"  {line}" for line in self.would_change] or ["  " + say("explain.nothing")]
        return "\n".join(rows)


def explain(rule: Rule, composer: Composer, answers: Answers) -> Explanation:
    """Explain one rule for one patient."""
    values, say = answers.values, wording(composer.rulebook.language)
    verdict = _verdict(rule, values)
    negated = {leaf.criterion for leaf in literals(rule.decided) if isinstance(leaf, Not)}
    shown, changes = [], []
    for number in criteria_of(rule.when):
        effect = _effect(rule, values, number, composer.phrase(number), say)
        value = values[number]
        missing = tuple(f"{gap.path}: {say(gap.text)}" for gap in gaps(number, composer.questionnaire, answers)) if value == UNKNOWN else ()
        if value == UNDECLARED:
            missing = (say("explain.undeclared"),)
        paths = tuple(dict.fromkeys(item.path for item in answers.evidence.get(number, ())))
        shown.append(CriterionAnswer(composer.phrase(number), number in negated, WORDS[value], paths, tuple(dict.fromkeys(missing)), effect))
        if effect:
            changes.append(effect)
    return Explanation(rule.id, rule.title, verdict, tuple(shown), tuple(changes), say.language)


def _verdict(rule: Rule, values: Sequence[int]) -> Verdict:
    value = value_of(rule.decided, values)
    if waits_on_a_declaration(rule.decided, {number: values[number] for number in criteria_of(rule.decided)}):
        return "not assessed"
    return _VERDICTS[value]


def _effect(rule: Rule, values: Sequence[int], number: int, criterion: str, say: Wording) -> str:
    """Say what changes if this criterion alone were answered otherwise."""
    now = value_of(rule.decided, values)
    says = []
    for answer, word in ((YES, "yes"), (NO, "no")):
        if values[number] == answer:
            continue
        then = value_of(rule.decided, [*values[:number], answer, *values[number + 1 :]])
        if then != now:
            says.append(say("explain.if", verdict=say(f"verdict.{_VERDICTS[then]}"), answer=say(f"answer.{word}")))
    return say("explain.would-be", changes=say("explain.and").join(says), criterion=criterion) if says else ""
