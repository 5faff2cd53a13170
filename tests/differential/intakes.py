"""Random intakes over a vocabulary, as a form would hand them over."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from differential.levels import Plain
    from differential.wording import Words

ON = "2026-12-01"
PAST = ("2026-12-01", "2026-11-24", "2026-11-23", "2026-11", "2026-10-31", "2026-06-01", "2026-05-31", "2026-06", "2026", "2025", "2024-12-01", "2019")
BORN = ("1951", "1951-12-01", "1986-12", "2008-12-01", "2008-12-02", "2008", "2010-12")
AHEAD = ("2026-12-02", "2026-12-31", "2027", "2027-06-01", "2028-12-01")


class Form:
    """Fills in forms."""

    def __init__(self, dice: random.Random, words: Words, lengths: tuple[int, ...] = (0, 1, 2, 4)) -> None:
        self.dice = dice
        self.words = words
        self.lengths = lengths

    def filled_in(self) -> Plain:
        """Fill in one form: from nothing asked to everything asked, from healthy to very sick."""
        self.asked = self.dice.choice((0.0, 0.3, 0.7, 0.95, 1.0))
        self.most = self.dice.choice(self.lengths)
        said = {
            "patient": self._patient(),
            **self._section("allergies", self._allergy, self.words.pharmacy),
            **self._section("conditions", self._condition, self.words.of("condition") + self.words.means),
            **self._section("medications", self._medication, self.words.pharmacy),
            **self._section("procedures", self._procedure, self.words.of("procedure")),
            "measurements": [self._measurement() for _ in range(self.dice.randint(0, self.most))],
            "treatment": self._treatment(),
            **self._one("answered", self.asked / 2, PAST),
        }
        return {key: value for key, value in said.items() if value} if self.dice.random() < 0.5 else said

    def _patient(self) -> Plain:
        age = self._one("birth_date", self.asked, BORN) if self.dice.random() < 0.7 else self._one("age", self.asked, (15, 17, 18, 39, 75))
        return {**age, **self._one("sex", self.asked, ("female", "male", "other"))}

    def _maybe(self, chance: float, make: Callable[[], dict[str, Plain]]) -> dict[str, Plain]:
        return make() if self.dice.random() < chance else {}

    def _one(self, key: str, chance: float, options: tuple[Plain, ...] | list[str]) -> dict[str, Plain]:
        return {key: self.dice.choice(options)} if options and self.dice.random() < chance else {}

    def _named(self, names: list[str]) -> str:
        name = self.dice.choice(names)
        return self.dice.choice((name, name, name, name.replace("-", " "), name.upper(), f"some {name} or so"))

    def _section(self, section: str, entry: Callable[[], Plain], names: list[str]) -> dict[str, Plain]:
        dice = self.dice
        if not names or dice.random() > max(self.asked, 0.1):
            return {}
        present = [entry() for _ in range(dice.randint(0, self.most))]
        if dice.random() < 0.5 * self.asked:
            return {section: present}
        long: dict[str, Plain] = {"present": present}
        if dice.random() < 0.7:
            long["denied"] = dice.sample(names, dice.randint(0, min(len(names), 25)))
        long |= self._maybe(0.2, lambda: {"unsure": [self._named(names)]}) | self._maybe(0.2, lambda: {"complete": True})
        return {section: long}

    def _areas(self, chance: float) -> dict[str, Plain]:
        return self._maybe(chance, lambda: {"areas": self.dice.sample(self.words.of("area"), 1)})

    def _allergy(self) -> Plain:
        return {
            "name": self._named(self.words.pharmacy + self.words.of("product")),
            **self._one("reaction", 0.5, ("anaphylaxis", "systemic", "urticaria", "local", "dermatitis", "other")),
            **self._one("severity", 0.2, ("mild", "severe")),
            **self._one("status", 0.3, ("active", "resolved", "unknown")),
            **self._one("subject", 0.1, ("close-family",)),
        }

    def _course(self, status: tuple[str, ...], began: str, ended: str) -> dict[str, Plain]:
        if self.dice.random() < 0.1:
            return {"planned": True, began: self.dice.choice(AHEAD)}
        return {**self._one("status", 0.5, status), **self._one(began, 0.2, PAST[7:]), **self._one(ended, 0.35, PAST)}

    def _condition(self) -> Plain:
        return {
            "name": self._named(self.words.of("condition") + self.words.means),
            **self._course(("active", "remission", "resolved", "unknown"), "onset", "ended"),
            **self._one("severity", 0.3, ("mild", "moderate", "severe")),
            **self._one("controlled", 0.3, (True, False)),
            **self._areas(0.3),
            **self._one("subject", 0.1, ("close-family",)),
        }

    def _medication(self) -> Plain:
        return {
            "name": self._named(self.words.pharmacy + self.words.of("product")),
            **self._course(("current", "stopped", "unknown"), "started", "stopped"),
            **self._one("route", 0.3, ("oral", "topical", "injected", "unknown")),
            **self._one("subject", 0.05, ("close-family",)),
        }

    def _procedure(self) -> Plain:
        when = {"planned": True, "date": self.dice.choice(AHEAD)} if self.dice.random() < 0.15 else self._one("date", 0.7, PAST)
        return {
            "name": self._named(self.words.of("procedure")),
            **when,
            **self._one("outcome", 0.4, [*self.words.of("outcome"), "none"]),
            **self._one("setting", 0.2, self.words.of("setting")),
            **self._areas(0.2),
            **self._maybe(0.3, lambda: {"products": [self._product() for _ in range(self.dice.randint(0, 2))]}),
        }

    def _measurement(self) -> Plain:
        measured = self.dice.choice(self.words.of("measurement"))
        return {
            "name": measured,
            "value": self.dice.choice((60, 80, 100, 120, 140, 150, 180, 200)),
            "unit": self.words.units[measured],
            **self._one("date", 0.8, PAST[:6]),
        }

    def _facts(self, chance: float) -> dict[str, Plain]:
        facts = self.words.of("fact")
        if not facts or self.dice.random() > chance:
            return {}
        if self.dice.random() < 0.5:
            return {"facts": self.dice.sample(facts, self.dice.randint(0, 1))}
        keys = self.dice.sample(("present", "denied", "unsure"), self.dice.randint(1, 2))
        return {"facts": {key: self.dice.sample(facts, 1) for key in keys}}

    def _product(self) -> Plain:
        dice = self.dice
        quantities = [
            {"name": "volume", "value": dice.choice((1, 2, 6, 10)), "unit": "mL"},
            {"name": "injections", "value": dice.choice((5, 10, 60))},
            {"name": "strength", "value": dice.choice((10, 20)), "unit": "mg/mL"},
            {"name": "dose", "value": dice.choice((50, 100, 300)), "unit": "mg"},
        ]
        return {
            "name": dice.choice(["our mixture", *self.words.of("substance"), *self.words.of("product")]),
            **self._maybe(0.7, lambda: {"ingredients": dice.sample(self.words.of("substance"), dice.randint(0, 2))}),
            **self._one("ingredients_complete", 0.2, (False,)),
            **self._one("role", 0.3, ("active", "anaesthetic", "antiseptic", "standby")),
            **self._areas(0.2),
            **self._one("mixture", 0.4, ("A", "B")),
            **self._maybe(0.5, lambda: {"quantities": dice.sample(quantities, dice.randint(1, 3))}),
            **self._facts(0.3),
        }

    def _treatment(self) -> Plain:
        return {
            **self._areas(self.asked),
            **self._maybe(self.asked, lambda: {"products": [self._product() for _ in range(self.dice.randint(0, 3))]}),
            **self._one("technique", self.asked, self.words.of("technique")),
            **self._facts(0.4),
        }
