"""Everything that can go wrong, said so that the reader can mend it.

An error about an intake names the place and what to write instead, never what the patient answered.
"""

from __future__ import annotations

from dataclasses import dataclass

INTAKE_CODES = {
    "not-json": "the text is not JSON, or not JSON of an intake",
    "too-deep": "the JSON is nested deeper than any intake is",
    "too-large": "the document, a list or a text is longer than screening accepts",
    "repeated-key": "one JSON object gives the same key twice, so one of the two answers would be lost",
    "wrong-type": "a value has the wrong JSON type",
    "missing-key": "a key that is needed is absent",
    "unknown-key": "an object has a key that the intake does not define",
    "not-an-option": "a value is not one of the closed list its key allows",
    "empty-text": "a text is empty or only white space",
    "no-name": "an entry has neither a name nor a code",
    "impossible-date": "a date is not on the calendar, or not written as YYYY, YYYY-MM or YYYY-MM-DD",
    "future-date": "something is dated after the treatment without being marked as planned",
    "planned-in-the-past": "something marked as planned is dated before the treatment",
    "ended-before-start": "something ended before it started",
    "born-after-treatment": "the birth date lies after the treatment",
    "not-finite": "a number is NaN or infinite",
    "out-of-range": "a number lies outside what is possible",
    "unknown-unit": "a unit is not one the library can convert",
    "wrong-unit": "a unit does not measure what the entry is about, or is missing",
}
"""What can be wrong with an intake, by code."""

RULEBOOK_CODES = {
    "not-yaml": "the file is not YAML",
    "yaml-feature": "the file uses an anchor, an alias, a tag or several documents, which rulebooks may not",
    "too-large": "the file is larger or more deeply nested than a rulebook file may be",
    "duplicate-key": "one mapping gives the same key twice",
    "duplicate-id": "two rules, sources or concepts have the same id",
    "missing-key": "a key that is needed is absent",
    "unknown-key": "a key is not one this place allows",
    "wrong-type": "a value has the wrong type",
    "not-an-option": "a value is not one of the closed list its key allows",
    "bad-id": "an id is not lower-case words joined by hyphens, or differs from its file's name or folder",
    "unknown-concept": "a concept is not in the vocabulary",
    "unknown-source": "a source is not in the bibliography",
    "unknown-rule": "a change or a note names a rule the rulebook does not have",
    "unknown-limit": "a named limit is not defined by its rule",
    "unknown-unit": "a unit is not one the library can convert",
    "wrong-unit": "a unit does not measure what the criterion is about",
    "bad-duration": "a time is not a whole number of days, weeks, months or years",
    "bad-bounds": "the bounds of a criterion are missing or exclude each other",
    "bad-criterion": "a criterion lacks a key it needs, or combines keys that do not go together",
    "cycle": "concepts are each other's parents, or rulebooks extend each other",
    "name-clash": "two concepts claim the same name or code",
    "unreachable-rule": "no patient could ever raise the rule",
    "constant-rule": "every patient would raise the rule",
    "bad-example": "an example is not a valid intake",
    "missing-file": "a file the rulebook needs is not there",
    "bad-product": "a product says its composition is stated but lists nothing",
}
"""What can be wrong with a rulebook, by code."""


class MesoscreenError(Exception):
    """Base of every error this library raises on purpose."""

    code = "error"


@dataclass(frozen=True, slots=True)
class IntakeProblem:
    """One thing wrong with an intake: where, which kind, and what to write instead."""

    pointer: str
    """JSON pointer into the intake as submitted; empty for the whole document."""
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.pointer or '(the whole intake)'}: {self.message} [{self.code}]"


class IntakeError(MesoscreenError):
    """The intake cannot be read; nothing was screened."""

    code = "intake"

    def __init__(self, problems: tuple[IntakeProblem, ...]) -> None:
        """Hold every problem found, in document order."""
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        return f"{len(self.problems)} problems:\n" + "\n".join(f"  {problem}" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a rulebook file. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    text: str = ""
    """The whole source line."""
    length: int = 1
    """How many characters to underline."""


@dataclass(frozen=True, slots=True)
class RulebookProblem:
    """One thing wrong with a rulebook: where, which kind, and what to write instead."""

    code: str
    message: str
    at: Location | None = None
    hint: str = ""

    def __str__(self) -> str:
        if self.at is None:
            return f"{self.message} [{self.code}]" + (f"\n  = help: {self.hint}" if self.hint else "")
        at = self.at
        margin = f"{at.line:5d} | "
        rows = [f"{at.file}:{at.line}:{at.column}: {self.message} [{self.code}]"]
        if at.text:
            rows += [margin + at.text, " " * 6 + "| " + " " * (at.column - 1) + "^" * max(at.length, 1)]
        if self.hint:
            rows.append(" " * 6 + f"= help: {self.hint}")
        return "\n".join(rows)


class RulebookError(MesoscreenError):
    """The rulebook cannot be used; every problem found is in `problems`."""

    code = "rulebook"

    def __init__(self, problems: tuple[RulebookProblem, ...]) -> None:
        """Hold every problem found, in file order."""
        super().__init__(problems)
        self.problems = problems

    def __str__(self) -> str:
        first = str(self.problems[0])
        more = len(self.problems) - 1
        return first if not more else f"{first}\n(and {more} more; `mesoscreen check` lists them all)"


class EngineFailure(MesoscreenError):
    """The rule engine broke one of its promises; no report was made."""

    code = "engine-failure"

    def __init__(self, what: str) -> None:
        """Say which promise was broken, never about whom."""
        super().__init__(what)
        self.what = what

    def __str__(self) -> str:
        return f"the rule engine failed ({self.what}); no report was made, screen again or screen by hand"


class EngineDisagreement(MesoscreenError):
    """The rule engine and the specification came to different verdicts; no report was made."""

    code = "engine-disagreement"

    def __init__(self, rules: tuple[str, ...]) -> None:
        """Hold the ids of the rules the two disagree about."""
        super().__init__(rules)
        self.rules = rules

    def __str__(self) -> str:
        return (
            f"the rule engine and the specification disagree about {', '.join(self.rules)}; "
            "no report was made, please report this as a bug"
        )


class UnknownRule(MesoscreenError):
    """No rule of the rulebook has this id."""

    code = "unknown-rule"

    def __init__(self, rule: str, suggestions: tuple[str, ...] = ()) -> None:
        """Hold the id asked for and the nearest ids there are."""
        super().__init__(rule, suggestions)
        self.rule = rule
        self.suggestions = suggestions

    def __str__(self) -> str:
        hint = f"; did you mean {' or '.join(f'`{s}`' for s in self.suggestions)}?" if self.suggestions else ""
        return f"`{self.rule}` is not a rule of this rulebook{hint}"


class UnknownLanguage(MesoscreenError):
    """The rulebook has no text in this language."""

    code = "unknown-language"

    def __init__(self, language: str, languages: tuple[str, ...] = ()) -> None:
        """Hold the language asked for and those there are."""
        super().__init__(language, languages)
        self.language = language
        self.languages = languages

    def __str__(self) -> str:
        return f"the rulebook has no texts in `{self.language}`; it has {', '.join(f'`{known}`' for known in self.languages)}"


class NothingToExplain(MesoscreenError):
    """The report was read from JSON, or its intake has changed since: the answers it was made from are gone."""

    code = "nothing-to-explain"

    def __str__(self) -> str:
        return "the answers this report was made from are gone; screen the intake again and explain that report"


class ScreeningFailure(MesoscreenError):
    """One intake of many met an error nobody foresaw; no report was made of it."""

    code = "screening-failure"

    def __init__(self, what: str) -> None:
        """Name the kind of error, never its text, which may quote the patient."""
        super().__init__(what)
        self.what = what

    def __str__(self) -> str:
        return f"screening failed in a way nobody foresaw ({self.what}); no report was made, please report this as a bug"


class WorkerLost(MesoscreenError):
    """A process that was to screen ended instead; no report was made."""

    code = "worker-lost"

    def __init__(self, how: str) -> None:
        """Say how it ended, never what it was screening."""
        super().__init__(how)
        self.how = how

    def __str__(self) -> str:
        return f"a worker process was lost ({self.how}); no report was made, screen again or screen by hand"
