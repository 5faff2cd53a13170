"""Read an intake with the vocabulary: every name resolved, every default filled in, nothing dropped.

What comes out is what was *told*: statements per section and a plan, still without any criterion in sight.
A name that is not understood for certain is listed under `unrecognised`; whatever it was read as stays unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesoscreen.criteria.doubts import Contradiction, Unrecognised
from mesoscreen.criteria.plan_reading import PlanReader, Plans
from mesoscreen.criteria.told import Denial, Statement, Told, ToldSection, found, label_of
from mesoscreen.criteria.units import amount, known_unit
from mesoscreen.criteria.windows import LONG_AGO, Span, ages_on, point, span
from mesoscreen.intake import SECTIONS, days_of
from mesoscreen.vocabulary import space_of
from mesoscreen.vocabulary.codes import SYSTEMS, system_of
from mesoscreen.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from mesoscreen.intake import Entry, Intake, Measurement, Medication
    from mesoscreen.vocabulary import Resolution, Vocabulary
    from mesoscreen.vocabulary.concepts import Space

SPACES: dict[str, tuple[Space, ...]] = {
    "allergies": ("pharmacy", "product"),
    "conditions": ("condition",),
    "medications": ("pharmacy", "product"),
    "procedures": ("procedure",),
    "measurements": ("measurement",),
}
"""Where the names of each section are looked up."""
HOMES: dict[str, tuple[tuple[Space, str], ...]] = {
    "allergies": (("condition", "conditions"),),
    "conditions": (("procedure", "procedures"), ("pharmacy", "medications")),
    "medications": (("procedure", "procedures"), ("condition", "conditions")),
    "procedures": (("condition", "conditions"), ("pharmacy", "medications")),
    "measurements": (("condition", "conditions"),),
}
"""Where a name that stands in the wrong section belongs."""


def read(intake: Intake, vocabulary: Vocabulary, on: date) -> Told:
    """Read everything the intake says, as of the reference date."""
    return Reader(vocabulary).read(intake, on)


class Reader:
    """Reads intakes with one vocabulary. Keeps plans it understood, and nothing a patient said."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Start with nothing read."""
        self.vocabulary = vocabulary
        self._plans = Plans(vocabulary)

    def read(self, intake: Intake, on: date) -> Told:
        """Read everything the intake says, as of the reference date."""
        return _Reading(self.vocabulary, on).read(intake, self._plans)


class _Reading:
    def __init__(self, vocabulary: Vocabulary, on: date) -> None:
        self.vocabulary = vocabulary
        self.say = wording(vocabulary.language)
        self.on = on
        self.day = on.toordinal()
        self.unrecognised: list[Unrecognised] = []
        self.contradictions: list[Contradiction] = []
        self.misplaced: dict[str, list[Statement]] = {}
        self.plans = PlanReader(vocabulary, self.unrecognised)

    def read(self, intake: Intake, plans: Plans) -> Told:
        sections = {name: self._section(name, getattr(intake, name)) for name in SECTIONS}
        for name, extra in self.misplaced.items():
            sections[name] = sections[name]._replace(statements=sections[name].statements + tuple(extra))
        plan = plans.read(intake.treatment, self.unrecognised)
        patient = intake.patient
        if patient.age is not None and patient.birth_date is not None:
            youngest, oldest = ages_on(patient.birth_date, self.on)
            if not youngest <= patient.age <= oldest:
                self.contradictions.append(Contradiction(("/patient/age", "/patient/birth_date"), self.say("contradiction.age")))
        return Told(
            intake, self.on, sections, plan, tuple(self.unrecognised), tuple(self.contradictions)
        )

    def _section(self, name: str, given: object) -> ToldSection:
        if given is None:
            return ToldSection(asked=False, complete=False)
        if given.__class__ is tuple:
            statements = self._present(name, given, f"/{name}/")
            return ToldSection(asked=True, complete=True, statements=tuple(statements))
        statements = self._present(name, given.present, f"/{name}/present/")  # type: ignore[attr-defined]
        for number, text in enumerate(given.unsure):  # type: ignore[attr-defined]
            statements.append(self._unsure(name, text, f"/{name}/unsure/{number}"))
        denials = [
            denial
            for number, text in enumerate(given.denied)  # type: ignore[attr-defined]
            for denial in self._denied(name, text, f"/{name}/denied/{number}")
        ]
        stated = self._by_concept(statements) if denials else {}
        kept = [denial for denial in denials if not self._contradicted(denial, stated)]
        # "none" in the long form denies nothing by itself: what was asked is said there in so many words.
        complete: bool = given.complete  # type: ignore[attr-defined]
        denied = frozenset().union(*[denial.concepts for denial in kept if not denial.qualifiers])
        return ToldSection(True, complete, tuple(statements), tuple(kept), denied)  # noqa: FBT003 - asked

    def _present(self, name: str, entries: tuple[Entry, ...], stem: str) -> list[Statement]:
        statements, nones = [], []
        for number, entry in enumerate(entries):
            statement = self._entry(name, entry, f"{stem}{number}")
            if statement is None:
                nones.append(f"{stem}{number}")
            else:
                statements.append(statement)
        if nones and statements:
            self.contradictions.append(
                Contradiction((*nones, *(s.path for s in statements)), self.say("contradiction.none"))
            )
        return statements

    def _entry(self, section: str, entry: Entry, path: str) -> Statement | None:
        """Read one entry; None if all it says is "none"."""
        vocabulary, spaces = self.vocabulary, SPACES[section]
        read: Resolution | None = vocabulary.resolve(entry.name, spaces) if entry.name is not None else None
        if read is not None and read.is_none and not entry.codes and entry.model_fields_set <= {"name", "note"}:
            return None
        concepts, products = found(vocabulary, read, spaces) if read is not None else ((), ())
        if section == "medications":
            inside = [c for p in products for c in vocabulary.concept("product", p).contains]
            concepts += tuple((c, True) for c in inside)
        told: dict[str, str | bool] = dict(read.qualifiers) if read is not None else {}
        if entry.codes:
            concepts, told = self._codes(section, entry, path, concepts, read)
        elif read is not None and not any(exact for _, exact in concepts) and not products:
            self._unread(section, read, entry, path, concepts)
        if section == "medications":
            self._treatments(concepts, path)
        if section == "allergies":
            concepts += self._inside(concepts)
        areas = read.areas if read is not None else ()
        return self._statement(section, entry, path, concepts, products, told, areas)

    def _inside(self, concepts: tuple[tuple[str, bool], ...]) -> tuple[tuple[str, bool], ...]:
        """Name what the allergy to a compound may really be an allergy to."""
        words, named = self.vocabulary, {concept for concept, _ in concepts}
        parts = [part for c in sorted(named) for part in sorted(words.ingredients(c) | words.may_contain(c))]
        return tuple((part, False) for part in dict.fromkeys(parts) if part not in named)

    def _codes(
        self, section: str, entry: Entry, path: str, named: tuple[tuple[str, bool], ...], read: Resolution | None
    ) -> tuple[tuple[tuple[str, bool], ...], dict[str, str | bool]]:
        """Read the codes of an entry beside its name: the concepts both state, and what both say besides."""
        vocabulary, spaces = self.vocabulary, SPACES[section]
        coded: list[str] = []
        sayings: list[Mapping[str, str | bool]] = []
        for number, code in enumerate(entry.codes):
            system = system_of(code.system)
            meant = vocabulary.by_code(system, code.code) if system is not None else ()
            for concept in meant:
                space = space_of(concept.kind)
                target = str(concept.means["is"]) if concept.means is not None else concept.id
                if space in spaces:
                    coded.append(target)
                    sayings.append({key: value for key, value in (concept.means or {}).items() if key != "is"})
                elif home := dict(HOMES[section]).get(space):
                    self._misplace(home, space, target, f"{path}/codes/{number}")
            if not any(space_of(concept.kind) in (*spaces, *dict(HOMES[section])) for concept in meant):
                known = () if system is not None else SYSTEMS
                self.unrecognised.append(Unrecognised(f"{path}/codes/{number}", None, known))
        certain = [concept for concept, exact in named if exact]
        if read is not None and not certain and not all(self._related(spaces[0], n, c) for n, _ in named or (("", False),) for c in coded or [""]):
            self._unread(section, read, entry, path, named)
        space = spaces[0]
        if coded and certain and not any(self._related(space, one, other) for one in certain for other in coded):
            self.contradictions.append(Contradiction((f"{path}/name", f"{path}/codes"), self.say("contradiction.name-and-code")))
        stated = dict.fromkeys([*((concept, True) for concept in coded), *named])
        return tuple(stated), self._said(sayings, read.qualifiers if read is not None and certain else None, path)

    def _said(
        self, by_codes: list[Mapping[str, str | bool]], by_name: Mapping[str, str | bool] | None, path: str
    ) -> dict[str, str | bool]:
        """Join what codes and name say besides; where they differ, what is said of the patient, now, counts.

        A plain code leaves it to the name to say how severe or how well controlled. But a code for a family history
        or a past disease beside one for the disease, or a family's disease under the patient's code, differ.
        """
        sayings = [*by_codes, *([by_name] if by_name is not None else [])]
        said = {key: value for saying in sayings for key, value in saying.items()}

        def differs(key: str) -> bool:
            values = {saying[key] for saying in sayings if key in saying}
            coded = any(key in saying for saying in by_codes)
            silent = any(key not in saying for saying in sayings)
            return len(values) > 1 or (silent and (key == "subject" or (key == "status" and coded)))

        differing = [key for key in said if differs(key)]
        if differing:
            self.contradictions.append(Contradiction((f"{path}/codes",), self.say("contradiction.codes")))
        return {key: value for key, value in said.items() if key not in differing}

    def _related(self, space: Space, one: str, other: str) -> bool:
        return self.vocabulary.has(space, one) and self.vocabulary.has(space, other) and one in self.vocabulary.overlaps(space, other)

    def _unread(
        self, section: str, read: Resolution, entry: Entry, path: str, concepts: tuple[tuple[str, bool], ...]
    ) -> None:
        """List a name that was not understood for certain, and count it where it may belong."""
        if self._elsewhere(section, entry, path) or (not concepts and self._inside_another_section(section, entry, path)):
            return
        label = label_of(self.vocabulary, SPACES[section], concepts[0][0]) if concepts else None
        self.unrecognised.append(Unrecognised(path, label, read.suggestions if not concepts else ()))

    def _treatments(self, concepts: tuple[tuple[str, bool], ...], path: str) -> None:
        """Count a substance that is also the name of a treatment (Botox among the medicines) where it belongs."""
        for concept, exact in concepts:
            if exact and self.vocabulary.concept("pharmacy", concept).kind == "substance":
                for procedure in self.vocabulary.homonyms("pharmacy", concept, "procedure"):
                    self._misplace("procedures", "procedure", procedure, path)

    def _elsewhere(self, section: str, entry: Entry, path: str) -> bool:
        placed = False
        for space, home in HOMES[section]:
            for concept in self.vocabulary.named(entry.name or "", space):
                self._misplace(home, space, concept, path)
                placed = True
        return placed

    def _inside_another_section(self, section: str, entry: Entry, path: str) -> bool:
        """Look for names of other sections inside a text that holds none of its own."""
        placed = False
        for space, home in HOMES[section]:
            read = self.vocabulary.resolve(entry.name or "", (space,), suggest=False)
            for reading in read.readings:
                self._misplace(home, space, reading.concept, path)
                placed = True
        return placed

    def _misplace(self, home: str, space: Space, concept: str, path: str) -> None:
        doubtful = Statement(path, ((concept, False),), when=Span((LONG_AGO, self.day), (LONG_AGO, self.day)))
        self.misplaced.setdefault(home, []).append(doubtful)
        self.unrecognised.append(Unrecognised(path, self.vocabulary.concept(space, concept).label, ()))

    def _unsure(self, section: str, text: str, path: str) -> Statement:
        read = self.vocabulary.resolve(text, SPACES[section])
        concepts, products = found(self.vocabulary, read, SPACES[section])
        if not any(exact for _, exact in concepts) and not products:
            label = label_of(self.vocabulary, SPACES[section], concepts[0][0]) if concepts else None
            self.unrecognised.append(Unrecognised(path, label, read.suggestions))
        if section == "medications":
            concepts += tuple((c, False) for p in products for c in self.vocabulary.concept("product", p).contains)
            self._treatments(concepts, path)
        elif section == "allergies":
            concepts += self._inside(concepts)
        unsure = tuple((concept, False) for concept, _ in concepts)
        subject = str(read.qualifiers.get("subject", "patient"))
        return Statement(path, unsure, products, subject=subject, when=Span((LONG_AGO, self.day), (LONG_AGO, self.day)))

    def _denied(self, section: str, text: str, path: str) -> list[Denial]:
        spaces = SPACES[section]
        read = self.vocabulary.resolve(text, spaces)
        exact = [reading for reading in read.readings if reading.match == "exact"]
        if not exact or read.areas:
            label = label_of(self.vocabulary, spaces, read.readings[0].concept) if read.readings else None
            self.unrecognised.append(Unrecognised(path, label, read.suggestions))
            return []
        return [
            Denial(path, self.vocabulary.descendants(reading.space, reading.concept), dict(read.qualifiers))
            for reading in exact
            if reading.space == spaces[0]
        ]

    def _parts(self, concepts: Iterable[str]) -> frozenset[str]:
        words = self.vocabulary
        return frozenset(part for c in concepts for part in words.ingredients(c) | words.may_contain(c) if part != c)

    def _by_concept(self, statements: Iterable[Statement]) -> dict[str, dict[int, Statement]]:
        """Gather what is asserted, or held possible by the patient, by concept and in order.

        To be unsure of an allergy to a mixture holds nothing of what may be in it.
        """
        stated: dict[str, dict[int, Statement]] = {}
        for place, statement in enumerate(statements):
            named = statement.concepts
            if "/unsure/" in statement.path:
                inside = self._parts(concept for concept, _ in named) if statement.path.startswith("/allergies") else frozenset[str]()
                named = tuple((concept, True) for concept, _ in named if concept not in inside)
            for concept, exact in named:
                if exact:
                    stated.setdefault(concept, {})[place] = statement
        return stated

    def _contradicted(self, denial: Denial, stated: Mapping[str, Mapping[int, Statement]]) -> bool:
        """Report entries that assert what is denied; a denial that is contradicted denies nothing."""
        asserting = {place: s for concept in stated if concept in denial.concepts for place, s in stated[concept].items()}
        against = [
            s.path
            for _, s in sorted(asserting.items())
            if s.subject == denial.qualifiers.get("subject", "patient")
            and all(getattr(s, key, None) in (value, None) for key, value in denial.qualifiers.items() if key != "status")
        ]
        if against:
            self.contradictions.append(Contradiction((*against, denial.path), self.say("contradiction.denied")))
        return bool(against)

    def _statement(
        self,
        section: str,
        entry: Entry,
        path: str,
        concepts: tuple[tuple[str, bool], ...],
        products: tuple[str, ...],
        told: Mapping[str, str | bool],
        named_areas: tuple[str, ...],
    ) -> Statement:
        severity: object = None if entry.severity == "unknown" else entry.severity
        controlled: object = entry.controlled
        subject: object = entry.subject or "patient"
        if told:
            severity = self._agree(path, "severity", severity, told)
            controlled = self._agree(path, "controlled", controlled, told)
            subject = self._agree(path, "subject", entry.subject, told) or subject
        areas = (*self._areas(entry, path), *named_areas) if entry.areas or named_areas else None
        state, when, reaction, route = None, Span((LONG_AGO, self.day), (LONG_AGO, self.day)), None, None
        outcomes = settings = used = value = None
        match section:
            case "allergies":
                reaction = None if entry.reaction == "unknown" else entry.reaction  # type: ignore[attr-defined]
                state = {"active": "now", "resolved": "resolved"}.get(entry.status)  # type: ignore[attr-defined]
            case "conditions":
                state, when = self._over_time(entry.status, entry.onset, entry.ended, told, path, entry)  # type: ignore[attr-defined]
            case "medications":
                state, when = self._over_time(entry.status, entry.started, entry.stopped, told, path, entry)  # type: ignore[attr-defined]
                route = self._route(entry, path, concepts, told)  # type: ignore[arg-type]
            case "procedures":
                when = point(entry.date, self.day, planned=entry.planned)  # type: ignore[attr-defined]
                outcomes = self._text(entry.outcome, "outcome", f"{path}/outcome")  # type: ignore[attr-defined]
                settings = self._text(entry.setting, "setting", f"{path}/setting")  # type: ignore[attr-defined]
                used = self.plans.used(entry, path, concepts)  # type: ignore[arg-type]
            case _:
                when = point(entry.date, self.day, planned=entry.planned)  # type: ignore[attr-defined]
                value = self._value(entry, path, concepts)  # type: ignore[arg-type]
        return Statement(
            path, concepts, products, severity, controlled, subject, state, when, entry.planned, areas,  # type: ignore[arg-type]
            reaction, route, outcomes, settings, used, value, entry,
        )  # fmt: skip

    def _agree(self, path: str, key: str, given: object, told: Mapping[str, str | bool]) -> object:
        """Join what a field says with what the words of the name say; where they differ, nothing is known."""
        read = told.get(key)
        if read is None or given is None or read == given:
            return given if read is None else read
        self.contradictions.append(Contradiction((f"{path}/name", f"{path}/{key}"), self.say("contradiction.field")))
        return None

    def _over_time(
        self, status: str | None, start: str | None, end: str | None, told: Mapping[str, str | bool], path: str, entry: Entry
    ) -> tuple[str | None, Span]:
        states = {"active": "now", "current": "now", "stopped": "resolved", "unknown": None}
        read = states.get(str(told["status"]), str(told["status"])) if "status" in told else None
        first, last = days_of(end) if end is not None else (self.day, self.day)
        state = states.get(status or "", status)
        if status is None or (status == "unknown" and last < self.day):
            # An end on the very day, or still to come, says that it goes on; one that may lie on either side says nothing.
            state = read or ("now" if first >= self.day else "resolved" if last < self.day else None)
        elif read is not None and state is not None and read != state:
            self.contradictions.append(Contradiction((f"{path}/name", f"{path}/status"), self.say("contradiction.field")))
            state = None
        if state == "now" and last < self.day:
            key = "ended" if hasattr(entry, "ended") else "stopped"
            self.contradictions.append(Contradiction((f"{path}/status", f"{path}/{key}"), self.say("contradiction.ended")))
            state, end = None, None
        if entry.planned:
            return None, point(start, self.day, planned=True)
        return state, span(start, end, ongoing=state == "now", on=self.day)

    def _route(
        self, entry: Medication, path: str, concepts: tuple[tuple[str, bool], ...], told: Mapping[str, str | bool]
    ) -> str | None:
        """Say how a medicine is taken: as stated, as its name says, else as it usually is."""
        if entry.route == "unknown":
            return None
        route = self._agree(path, "route", entry.route, told)
        if route is not None or entry.route is not None:
            return route  # type: ignore[return-value]
        usual = {self.vocabulary.concept("pharmacy", c).route for c, exact in concepts if exact}
        return usual.pop() if len(usual) == 1 else None

    def _areas(self, entry: Entry, path: str) -> tuple[str, ...]:
        return tuple(area for number, text in enumerate(entry.areas) for area in self.plans.area(text, f"{path}/areas/{number}"))

    def _value(self, entry: Measurement, path: str, concepts: tuple[tuple[str, bool], ...]) -> float | None:
        for measured, _ in concepts:
            concept = self.vocabulary.concept("measurement", measured)
            return amount(entry.value, entry.unit, concept.unit, concept.conversions, f"{path}/unit")
        known_unit(entry.unit, f"{path}/unit")
        return None

    def _text(self, text: str | None, space: Space, path: str) -> tuple[tuple[str, bool], ...] | None:
        if text is None:
            return None
        read = self.vocabulary.resolve(text, (space,))
        if read.is_none and space == "outcome":
            return (("none", True),)
        meant = tuple((reading.concept, reading.match == "exact") for reading in read.readings)
        if not any(exact for _, exact in meant):
            label = self.vocabulary.concept(space, meant[0][0]).label if meant else None
            self.unrecognised.append(Unrecognised(path, label, read.suggestions))
        return meant


