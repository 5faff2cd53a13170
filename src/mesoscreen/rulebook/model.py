"""What a rulebook is: rules, the bibliography they cite, and the vocabulary they speak, under one digest."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from mesoscreen.errors import RulebookError, RulebookProblem, UnknownLanguage, UnknownRule
from mesoscreen.kept import kept
from mesoscreen.wording import LANGUAGE, SPOKEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mesoscreen.criteria.answers import Questionnaire
    from mesoscreen.criteria.criterion import Criterion
    from mesoscreen.criteria.reading import Reader
    from mesoscreen.rulebook.formula import Formula
    from mesoscreen.vocabulary import Vocabulary

Level = Literal["absolute", "relative", "precaution"]
"""How serious a concern is: absolute contraindication, relative contraindication, precaution."""
Domain = Literal["allergy", "infection", "medical-history"]
Support = Literal["strong", "weak", "partial", "inference"]
Status = Literal["present", "possible", "clear", "not-assessed"]

LEVELS: tuple[Level, ...] = ("absolute", "relative", "precaution")
"""Most serious first."""


@dataclass(frozen=True, slots=True)
class Source:
    """A published source, as listed in the bibliography."""

    id: str
    title: str
    publisher: str = ""
    url: str = ""
    kind: str = ""
    read: bool = False
    """Whether the text itself, or its abstract, was read for this rulebook. Not clinical validation."""


@dataclass(frozen=True, slots=True)
class Citation:
    """What a rule takes from a source."""

    source: Source
    supports: str
    strength: Literal["direct", "partial", "context"] = "direct"
    pinpoint: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A patient that proves a rule: laid over an otherwise complete, negative intake."""

    name: str
    given: Mapping[str, Any]
    on: str
    expect: Status


@dataclass(frozen=True, slots=True)
class Rule:
    """One clinical concern."""

    id: str
    title: str
    domain: Domain
    topic: str
    level: Level
    if_unanswered: Level
    """How serious the rule's open question is."""
    when: Formula
    """As written, over the rulebook's criteria."""
    decided: Formula
    """An equal formula for which Kleene logic is exact; almost always `when` itself."""
    because: str
    action: str
    support: Support
    sources: tuple[Citation, ...]
    examples: tuple[Example, ...]
    ours: str = ""
    """What in the rule is this project's own inference: a window, a threshold."""
    disagreement: str = ""
    """Where sources differ, both sides."""
    covers: tuple[str, ...] = ()
    """Other concerns merged into this one."""
    refines: tuple[str, ...] = ()
    """Wider rules that are always raised with this one; it stands beside them for its more specific advice."""
    hazards: tuple[str, ...] = ()
    review_by: str = ""
    """The day by which someone should look at the rule again."""
    file: str = ""
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Title, because and action in other languages, by language."""


@dataclass(frozen=True, slots=True)
class WrittenQuestion:
    """A question for forms as the rulebook words it: which of these concepts apply."""

    id: str
    about: str
    """The section of the intake it is about, or `facts`."""
    text: str
    help: str
    span: str
    """How far back it asks: `ever`, `now`, or a time such as `6 months`."""
    options: Mapping[str, str]
    """What the reader sees, by concept."""
    subject: str | None = None
    """Whom it is about, if not the patient."""
    planned: bool = False
    """It asks about what lies after the treatment."""
    translations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Text, help and options in other languages, by language."""


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Questions that stand together on a form."""

    id: str
    title: str
    questions: tuple[WrittenQuestion, ...]
    translations: Mapping[str, str] = field(default_factory=dict)
    """The title in other languages."""


@dataclass(frozen=True, slots=True)
class Change:
    """A clinic's own change to a rule of the rulebook it extends, and why."""

    rule: str
    what: str
    reason: str


@dataclass(frozen=True)
class Rulebook:
    """Vocabulary, rules and bibliography, with one SHA-256 over their canonical form. Immutable."""

    name: str
    version: str
    sha256: str
    intended_use: str
    """What the rulebook is for; printed in every report."""
    misuse: str
    """What it is not for, and what it cannot see; printed in every report."""
    rules: Mapping[str, Rule]
    vocabulary: Vocabulary = field(repr=False)
    criteria: tuple[Criterion, ...] = field(repr=False)
    sources: Mapping[str, Source] = field(repr=False)
    no_rule_asks: frozenset[str] = frozenset()
    """Concepts known only so that an answer naming them is understood."""
    changes: tuple[Change, ...] = ()
    groups: tuple[QuestionGroup, ...] = field(default=(), repr=False)
    """The questions of forms, in order."""
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    """The intended use and misuse in other languages; the languages the rulebook is meant to be complete in."""
    language: str = LANGUAGE
    """The language its texts are in."""
    canonical: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The plain data the digest is taken over."""

    def __repr__(self) -> str:
        return f"<Rulebook {self.name} {self.version}: {len(self.rules)} rules, sha256 {self.sha256[:12]}>"

    def __reduce__(self) -> tuple[Callable[..., Rulebook], tuple[Any, ...]]:
        """Pickle what was loaded, not what was compiled of it; the shipped rulebook by its digest alone."""
        if _default.cache_info().currsize and self is _default():
            return _same_default, (self.sha256,)
        base: Rulebook | None = self.__dict__.get("_base")
        if base is not None:
            return base.in_language, (self.language,)
        words = self.vocabulary
        concepts = {space: words.concepts(space) for space in words.spaces}
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "vocabulary"}
        return _rebuilt, (values, (concepts, words.cross_reactions, words.words, words.ambiguous))

    @kept
    def questionnaire(self) -> Questionnaire:
        """Every criterion of the rulebook, ready to be answered."""
        from mesoscreen.criteria.answers import Questionnaire  # noqa: PLC0415 - keeps importing the library cheap

        return Questionnaire(self.criteria, self.vocabulary)

    @kept
    def reader(self) -> Reader:
        """What reads intakes with the rulebook's vocabulary."""
        from mesoscreen.criteria.reading import Reader  # noqa: PLC0415 - keeps importing the library cheap

        return Reader(self.vocabulary)

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language the rulebook has some text in, English first."""
        written = {*self.translations, *(language for rule in self.rules.values() for language in rule.translations)}
        return (LANGUAGE, *sorted(written - {LANGUAGE}))

    def in_language(self, language: str) -> Rulebook:
        """Give the same rulebook with its texts in another language, made once and kept.

        What is not translated stays in English, with `[en]` before it. Verdicts, ids and the digest are the same.

        Raises:
            UnknownLanguage: neither the rulebook nor the library has a text in it.

        """
        base: Rulebook = self.__dict__.get("_base", self)
        if language == base.language:
            return base
        known: dict[str, Rulebook] = base.__dict__.get("_translated", {})
        if language not in known:
            if language not in (*base.languages, *SPOKEN):
                raise UnknownLanguage(language, base.languages)
            from mesoscreen.rulebook.translating import translated  # noqa: PLC0415 - most rulebooks are never translated

            made = translated(base, language)
            object.__setattr__(made, "_base", base)
            known = {**known, language: made}
            object.__setattr__(base, "_translated", known)
        return known[language]

    def rule(self, rule_id: str) -> Rule:
        """Look up a rule.

        Raises:
            UnknownRule: there is no such rule.

        """
        if rule_id in self.rules:
            return self.rules[rule_id]
        from rapidfuzz import process  # noqa: PLC0415 - only needed to word an error

        near = tuple(found[0] for found in process.extract(rule_id, list(self.rules), limit=3, score_cutoff=75))
        raise UnknownRule(rule_id, near)

    @staticmethod
    def load(path: str | Path) -> Rulebook:
        """Load a rulebook from its folder, or from a clinic's own file that extends one.

        Raises:
            RulebookError: something in it is wrong; `problems` lists everything, with file, line and column.

        """
        from mesoscreen.rulebook.load import load  # noqa: PLC0415 - YAML is read only when a rulebook is

        return load(path)

    @staticmethod
    def default() -> Rulebook:
        """Load the rulebook this library ships, once."""
        return _default()


@lru_cache(maxsize=1)
def _default() -> Rulebook:
    from mesoscreen.rulebook.compiled import restore, shipped  # noqa: PLC0415

    root = shipped()
    compiled = restore(root)
    return compiled if compiled is not None else Rulebook.load(root)


def _same_default(sha256: str) -> Rulebook:
    """Give the shipped rulebook to whoever unpickles it, if it is the one that was pickled."""
    book = Rulebook.default()
    if book.sha256 != sha256:
        raise RulebookError((RulebookProblem("changed", "the shipped rulebook differs from the one that was pickled"),))
    return book


def _rebuilt(values: dict[str, Any], words: tuple[Any, ...]) -> Rulebook:
    from mesoscreen.vocabulary import Vocabulary  # noqa: PLC0415 - keeps importing the library cheap

    return Rulebook(**values, vocabulary=Vocabulary.assemble(*words))
