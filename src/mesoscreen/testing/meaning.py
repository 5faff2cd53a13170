"""What a filled-in form means, and what an intake says: both as yes, no or unknown for every concept the form asks about.

The form's meaning is written as an intake of its own and read by the same reader, so the two are compared like with like.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from mesoscreen.criteria.answers import ASKED, Questionnaire
from mesoscreen.criteria.criterion import Criterion
from mesoscreen.criteria.matching import SPACE_OF
from mesoscreen.criteria.reading import SPACES
from mesoscreen.intake import Intake, misdated
from mesoscreen.rulebook.problems import did_you_mean, nearest
from mesoscreen.testing.fields import Asks, Copies, Field, Gate, Names, Ticks
from mesoscreen.testing.material import ON, material_of, plainly, spellings
from mesoscreen.testing.mistakes import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mesoscreen.criteria.answers import Answers
    from mesoscreen.errors import IntakeProblem
    from mesoscreen.rulebook.model import Rulebook
    from mesoscreen.testing.filling import Answer, Filled
    from mesoscreen.vocabulary import Vocabulary

_UNKNOWN_NAMES = (
    "Zorblaxin",
    "Quuxomab forte",
    "Жорблаксин",
    "Zorblaxin quuxomabretard blinketinol vornaplexum wibbletronium grobnakulin sturvoplast dremmelgard pluvotexin",
)
"""Names of nothing: one word, two, one in another script, and one longer than a careless column is wide."""
_SEPARATORS = (",", ";", "/", "+", "&", "\n", "(", ")")


class Asked(NamedTuple):
    """Something the form can say of the patient."""

    section: str
    concept: str


class Said(NamedTuple):
    """What an intake says."""

    intake: Intake
    answers: Answers


class Meaning:
    """Reads intakes for what they say about the concepts of one form."""

    def __init__(self, fields: Sequence[Field], rulebook: Rulebook) -> None:
        """Look up every concept the fields ask about.

        Raises:
            Mistake: a section or concept is not known.

        """
        self.vocabulary, self._reader = rulebook.vocabulary, rulebook.reader
        self.fields = {field.field: field for field in fields}
        self.about = {field.field: self._concepts(field) for field in fields}
        sections = dict.fromkeys(field.about for field in fields if not isinstance(field, Copies | Gate))
        self.names = {section: names_to_type(section, rulebook) for section in sections}
        typed = [
            Asked(section, c) for section, names in self.names.items() for name in names if (c := self.read(section, name)) is not None
        ]
        declared = [Asked(section, c) for about in self.about.values() for section, c in about]
        self.declared = frozenset(declared)
        self.asked = tuple(dict.fromkeys([*declared, *typed]))
        self._questionnaire = Questionnaire(
            [Criterion(section, (concept,), status=("ever",)) for section, concept in self.asked],  # type: ignore[arg-type]
            self.vocabulary,
        )

    def read(self, section: str, name: str) -> str | None:
        """Give the one concept a name certainly stands for in a section."""
        return plainly(name, SPACES[section], self.vocabulary)

    def overlap(self, section: str, one: str, other: str) -> bool:
        """Say whether two concepts could be the same thing."""
        return one in self.vocabulary.overlaps(SPACE_OF[section], other)

    def within(self, section: str, narrow: str, wide: str) -> bool:
        """Say whether one concept certainly is the other."""
        return narrow in self.vocabulary.descendants(SPACE_OF[section], wide)

    def said_by(self, intake: Intake) -> Said:
        """Read an intake."""
        return Said(intake, self._questionnaire.answer(self._reader.read(intake, day_of(intake))))

    def of(self, filled: Filled, shown: Mapping[str, bool], day: date) -> Said:
        """Read what the shown fields mean."""
        sections: dict[str, dict[str, Any]] = {}
        for name, answer in filled.items():
            field = self.fields[name]
            if shown[name] and answer.kind != "unanswered" and not isinstance(field, Copies | Gate):
                said = sections.setdefault(field.about, {"present": [], "denied": [], "unsure": [], "complete": False})
                _say(field, answer, [concept for _, concept in self.about[name]], said)
        return self.said_by(Intake.model_validate({**sections, "treatment": {"date": day.isoformat()}}))

    def _concepts(self, field: Field) -> list[Asked]:
        if isinstance(field, Copies | Gate):
            return []
        if field.about not in ASKED:
            raise Mistake(f"the field `{field.field}` is about `{field.about}`, which is not one of {', '.join(ASKED)}")
        match field:
            case Asks(concept=str(concept)):
                return [Asked(field.about, self._concept(field, concept))]
            case Ticks():
                return [Asked(field.about, self._concept(field, concept)) for concept in field.options.values()]
            case _:
                return []

    def _concept(self, field: Asks | Ticks, name: str) -> str:
        found = self.read(field.about, name)
        if found is not None:
            return found
        known = self.vocabulary.concepts(SPACE_OF[field.about])
        hint = did_you_mean(nearest(name, known))
        raise Mistake(
            f"the field `{field.field}` is about `{name}`, which is no one thing among the {field.about} this rulebook knows"
            + (f"; {hint}" if hint else "")
        )


def day_of(intake: Intake) -> date:
    """Give the day an intake is read as of: of its treatment, else a fixed one."""
    return date.fromisoformat(intake.treatment.date) if intake.treatment.date is not None else ON


def misdated_in(intake: Intake) -> tuple[IntakeProblem, ...]:
    """Find dates that cannot be."""
    return misdated(intake, day_of(intake))


def _say(field: Asks | Ticks | Names, answer: Answer, concepts: list[str], said: dict[str, Any]) -> None:
    """Write down what one answer means."""
    match field, answer.kind:
        case Asks(concept=None), kind:
            said["complete"] = said["complete"] or kind == "no"
        case Asks(), "yes":
            said["present"] += [{"name": concept} for concept in concepts]
        case Asks(), "no":
            said["denied"] += concepts
        case Asks(), "unsure":
            said["unsure"] += concepts
        case Ticks(), kind:
            ticked = [concept for option, concept in zip(field.options, concepts, strict=True) if option in answer.names]
            said["present"] += [{"name": concept} for concept in ticked]
            if kind == "none" or field.unticked_means_no:
                said["denied"] += [concept for concept in concepts if concept not in ticked]
        case Names(), kind:
            said["present"] += [{"name": name} for name in answer.names]
            said["complete"] = said["complete"] or kind == "none" or field.complete


def names_to_type(section: str, rulebook: Rulebook) -> tuple[str, ...]:
    """Pick names to type into a form: short and long, in several scripts, trade names, several words, and some nobody knows."""
    words, space = rulebook.vocabulary, SPACE_OF[section]
    concepts = [one for one in material_of(rulebook).names[section] if words.has(space, one)]
    plain: dict[str, str] = {}
    for concept in concepts:
        for name in spellings(words.concept(space, concept)):
            if not any(mark in name for mark in _SEPARATORS) and plainly(name, SPACES[section], words) == concept:
                plain[name] = concept
    wanted = (
        sorted(plain, key=len, reverse=True)[:1],
        [name for name in plain if not any(letter.isascii() and letter.isalpha() for letter in name)][:1],
        [name for name in plain if not name.isascii() and " " not in name][:1],
        [name for name in plain if name[0].isupper()][:2],
        [name for name in plain if len(name.split()) > 2][:1],  # noqa: PLR2004 - a name of several words
        sorted(plain, key=lambda name: (len(name), name))[:1],
        list(plain)[:2],
    )
    known = _one_each([name for names in zip_all(wanted) for name in names], plain)
    return (*known[:1], *_unknown(section, words)[:1], *known[1:], *_unknown(section, words)[1:])


def zip_all(lists: Iterable[list[str]]) -> list[list[str]]:
    """Deal the lists out in turn."""
    waiting = [list(names) for names in lists]
    return [[names[turn] for names in waiting if turn < len(names)] for turn in range(max((len(n) for n in waiting), default=0))]


def _one_each(names: Iterable[str], meant: Mapping[str, str]) -> list[str]:
    """Keep the first name of each concept."""
    kept: dict[str, str] = {}
    for name in names:
        kept.setdefault(meant[name], name)
    return list(kept.values())


def _unknown(section: str, words: Vocabulary) -> list[str]:
    """Pick names of which nothing is read in a section."""
    return [name for name in _UNKNOWN_NAMES if not words.resolve(name, SPACES[section], suggest=False).readings]
