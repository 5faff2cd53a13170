"""What must hold of every filled-in form, whatever the adapter that makes an intake of it.

No answer is lost, none is made up, none of a hidden question is kept; the same form gives the same intake again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from mesoscreen.criteria.criterion import NO, UNKNOWN, YES
from mesoscreen.errors import IntakeError
from mesoscreen.intake import Intake
from mesoscreen.testing.broken import ContractBroken, differing, entries, looked_up, shortened
from mesoscreen.testing.fields import Asks, Copies, Gate, Names
from mesoscreen.testing.filling import Filled, Form, data_of
from mesoscreen.testing.meaning import Asked, Meaning, Said, day_of, misdated_in
from mesoscreen.vocabulary.names import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_WORDS = {NO: "no", UNKNOWN: "unknown", YES: "yes"}


class _Post(NamedTuple):
    """One form, sent through the adapter."""

    filled: Filled
    data: Mapping[str, Any]
    intake: Intake


class Laws:
    """Holds an adapter against every law, one filled-in form at a time."""

    def __init__(self, adapter: Callable[[dict[str, Any]], Any], form: Form, meaning: Meaning, always: Mapping[str, Any]) -> None:
        """Take the adapter, the form, and the form data that is always there."""
        self._adapter, self._form, self._meaning, self._always = adapter, form, meaning, always

    def hold_for(self, filled: Filled) -> None:
        """Check every law for one form.

        Raises:
            ContractBroken: the first that does not hold.

        """
        post = self._post(filled)
        self._is_repeatable(post)
        self._forgets_what_is_hidden(post)
        shown = self._form.shown(filled)
        got, meant = self._meaning.said_by(post.intake), self._meaning.of(filled, shown, day_of(post.intake))
        self._keeps_values(post, shown)
        self._keeps_names(post, shown)
        self._keeps_answers(post, shown, meant, got)

    def _post(self, filled: Filled) -> _Post:
        data = data_of(filled, self._always)
        try:
            made = self._adapter(data_of(filled, self._always))
        except Exception as error:  # whatever the adapter raises is what its author must see
            raise ContractBroken("refused", "any", f"the adapter raised {type(error).__name__}: {error}", data, "none") from error
        try:
            intake = Intake.model_validate(made)
            problems = misdated_in(intake)
        except IntakeError as error:
            problems = error.problems
        if problems:
            raise ContractBroken("refused", "any", f"not an intake: {'; '.join(map(str, problems))}", data, shortened(made))
        return _Post(filled, data, intake)

    def _is_repeatable(self, post: _Post) -> None:
        self._post(self._form.fullest())
        again = self._post(post.filled).intake
        if again.canonical() != post.intake.canonical():
            part = differing(post.intake, again)
            self._break(
                "repeated",
                "any",
                f"posted again after another form, {part} differs; does the adapter keep something between calls?",
                post,
                part,
                again,
            )

    def _forgets_what_is_hidden(self, post: _Post) -> None:
        shown, empty = self._form.shown(post.filled), self._form.emptied(post.filled)
        stale = [name for name, answer in post.filled.items() if not shown[name] and answer != empty[name]]
        if not stale:
            return
        for name in [*stale, "any"]:
            without = {**post.filled, name: empty[name]} if name != "any" else empty
            other = self._post(without).intake
            if other.canonical() != post.intake.canonical():
                part = differing(post.intake, other)
                held = f"{post.filled[name].raw!r} is still in it" if name in post.filled else "old answers are still in it"
                self._break("hidden", name, f"{held} although the question is not shown, and changes {part}", post, part)

    def _keeps_values(self, post: _Post, shown: Mapping[str, bool]) -> None:
        for name, field in self._meaning.fields.items():
            if not isinstance(field, Copies):
                continue
            answer = post.filled[name]
            said = shown[name] and answer.kind == "value"
            held, there = looked_up(post.intake.model_dump(mode="json", exclude_unset=not said), field.at)
            part = field.at.split("/")[1]
            if said and (not there or held != field.becomes(answer.raw)):
                self._break("lost", name, f"answered {answer.raw!r}, but {field.at} holds {held!r}", post, part)
            if not said and there and held is not None and self._given(post.intake, field.at):
                self._break("made-up", name, f"not answered, but {field.at} holds {held!r}", post, part)

    def _given(self, intake: Intake, pointer: str) -> bool:
        return looked_up(json.loads(intake.canonical()), pointer)[1]

    def _keeps_names(self, post: _Post, shown: Mapping[str, bool]) -> None:
        """Find every typed name nobody knows as it was typed; a known one may be kept as its concept or code."""
        for name, field in self._meaning.fields.items():
            if not isinstance(field, Names) or not shown[name]:
                continue
            kept = {normalise(entry.name) for entry in entries(post.intake, field.about) if entry.name is not None}
            for typed in post.filled[name].names:
                if self._meaning.read(field.about, typed) is None and normalise(typed) not in kept:
                    what = f"{typed!r} was typed, but no entry of /{field.about} has it, so it is not listed as unrecognised either"
                    self._break("lost", name, what, post, field.about)

    def _keeps_answers(self, post: _Post, shown: Mapping[str, bool], meant: Said, got: Said) -> None:
        for number, (section, concept) in enumerate(self._meaning.asked):
            should, does = meant.answers.values[number], got.answers.values[number]
            if should == does == UNKNOWN and meant.answers.evidence.get(number) and not got.answers.evidence.get(number):
                law, fields = self._blame(post.filled, shown, Asked(section, concept), should)
                what = f"`{concept}` in /{section} was asked about and stayed open, but the intake says nothing of it"
                self._break(law if law == "unsure-is-unsure" else "lost", _named(fields, post, shown), what, post, section)
            if should == does or (should == YES and does == UNKNOWN and _is_listed(got, number, section)):
                continue
            asked = Asked(section, concept)
            if asked not in self._meaning.declared and should != YES:
                continue  # nobody described a question about it, so nobody knows what the form says of it
            law, fields = self._blame(post.filled, shown, asked, should)
            what = f"`{concept}` in /{section} should be {_WORDS[should]}, but is {_WORDS[does]}"
            what += f"; the section is read as {', '.join(_read_in(got, section)) or 'naming nothing'}" if should == YES else ""
            self._break(law, _named(fields, post, shown), what, post, section)
        for section, told in got.answers.told.sections.items():
            if section in self._meaning.names and told.complete and not meant.answers.told.sections[section].complete:
                what = f"/{section} says that nothing else applies, which nobody answered"
                self._break("made-up", ", ".join(self._closing(section)) or "any", what, post, section)
            if section in self._meaning.names and self._should_close(post.filled, shown, section) and not told.complete:
                what = f"there is nothing else in /{section}, but the intake leaves that open"
                self._break("no-is-no", ", ".join(self._closing(section)), what, post, section)

    def _blame(self, filled: Filled, shown: Mapping[str, bool], asked: Asked, should: int) -> tuple[str, list[str]]:
        """Say which law a wrong answer breaks, and which fields it is about."""
        bearing = list(self._bearing(asked, filled))
        if should == YES:
            return "lost", [n for n in bearing if shown[n] and filled[n].kind in ("yes", "ticked", "typed")]
        if should == NO:
            return "no-is-no", [n for n in bearing if shown[n] and filled[n].kind in ("no", "none", "ticked", "typed")]
        unsure = [n for n in bearing if shown[n] and filled[n].kind == "unsure"]
        if unsure:
            return "unsure-is-unsure", unsure
        silent = [
            n
            for n in dict.fromkeys([*bearing, *self._closing(asked.section)])
            if not shown[n] or filled[n].kind in ("unanswered", "ticked")
        ]
        return "made-up", [n for n in silent if shown[n]] or silent or bearing

    def _bearing(self, asked: Asked, filled: Filled) -> Iterator[str]:
        """Name the fields whose answer says something about a concept."""
        meaning, section = self._meaning, asked.section
        for name, field in meaning.fields.items():
            if isinstance(field, Copies | Gate) or field.about != section:
                continue
            concepts = [concept for _, concept in meaning.about[name]]
            concepts += [
                read for typed in filled[name].names if isinstance(field, Names) and (read := meaning.read(section, typed)) is not None
            ]
            if any(meaning.overlap(section, one, asked.concept) for one in concepts) or (
                not concepts and filled[name].kind in ("no", "none")
            ):
                yield name

    def _closing(self, section: str) -> list[str]:
        """Name the fields that can say something about a section as a whole."""
        whole = (name for name, field in self._meaning.fields.items() if isinstance(field, Names) and field.about == section)
        return [*whole, *(n for n, f in self._meaning.fields.items() if isinstance(f, Asks) and f.about == section and f.concept is None)]

    def _should_close(self, filled: Filled, shown: Mapping[str, bool], section: str) -> bool:
        return any(
            shown[name]
            and (
                filled[name].kind in ("no", "none")
                or (filled[name].kind == "typed" and getattr(self._meaning.fields[name], "complete", False))
            )
            for name in self._closing(section)
        )

    def _break(self, law: str, field: str, what: str, post: _Post, part: str, intake: Intake | None = None) -> None:
        written = (intake or post.intake).model_dump(mode="json", exclude_unset=True)
        raise ContractBroken(law, field, what, post.data, shortened({part: written.get(part)} if part else written))


def _named(fields: list[str], post: _Post, shown: Mapping[str, bool]) -> str:
    return ", ".join(_with_answer(name, post, shown) for name in fields) or "any"


def _with_answer(name: str, post: _Post, shown: Mapping[str, bool]) -> str:
    if not shown[name]:
        return f"{name} (hidden)"
    return f"{name} (not answered)" if post.filled[name].kind == "unanswered" else f"{name} = {post.filled[name].raw!r}"


def _is_listed(got: Said, number: int, section: str) -> bool:
    """Say whether an answer stands in its section, not read for certain, and is listed as such."""
    listed = {name.path for name in got.answers.told.unrecognised}
    return any(item.path in listed and item.path.startswith(f"/{section}/") for item in got.answers.evidence.get(number, ()))


def _read_in(got: Said, section: str) -> list[str]:
    statements = got.answers.told.sections[section].statements
    return list(dict.fromkeys(f"`{concept}`" for statement in statements for concept, _ in statement.concepts))
