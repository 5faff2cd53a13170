"""Draw the parts of an intake from what a rulebook offers: dates, entries, sections, plans, and more of each."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from mesoscreen.testing.material import HISTORY, ON
from mesoscreen.testing.mistakes import Mistake

if TYPE_CHECKING:
    from mesoscreen.testing.material import Material

Data = dict[str, Any]
_LONG_AGO = date(1950, 1, 1)


def partial_dates(first: date = _LONG_AGO, last: date = ON) -> st.SearchStrategy[str]:
    """Draw dates as forms hold them: a day between the two, or the month or the year it lies in.

    Raises:
        Mistake: the first lies after the last.

    """
    if first > last:
        raise Mistake(f"no day lies between {first} and {last}; give the earlier one first")
    days = st.integers(0, (last - first).days).map(lambda back: (last - timedelta(days=back)).isoformat())
    return st.tuples(days, st.sampled_from((len("YYYY-MM-DD"), len("YYYY-MM"), len("YYYY")))).map(lambda drawn: drawn[0][: drawn[1]])


class Drawing:
    """Strategies over what one rulebook offers."""

    def __init__(self, material: Material) -> None:
        """Prepare what every part is drawn from."""
        self.material = material
        self.names = {section: st.sampled_from(names) for section, names in material.names.items()}
        self.areas = st.lists(st.sampled_from(material.areas), min_size=1, max_size=2)
        self.births, self.sexes = st.sampled_from(material.ages), st.sampled_from(("female", "male"))
        self.techniques = st.sampled_from(material.techniques)
        dates = st.one_of(st.sampled_from(material.dates), partial_dates(_LONG_AGO, material.on))
        outcome = {"outcome": st.sampled_from(material.outcomes)} if material.outcomes else {}
        self.fields: dict[str, dict[str, st.SearchStrategy[Any]]] = {
            "allergies": {"reaction": st.sampled_from(("anaphylaxis", "systemic", "local", "dermatitis", "other"))},
            "conditions": {
                "ended": dates, "areas": self.areas, "severity": st.sampled_from(("mild", "severe")), "controlled": st.booleans(),
            },
            "medications": {"stopped": dates, "route": st.sampled_from(("oral", "topical"))},
            "procedures": {"date": dates, "areas": self.areas, **outcome},
        }  # fmt: skip

    def entry(self, section: str) -> st.SearchStrategy[Data]:
        """Draw one entry of a history section."""
        return st.fixed_dictionaries({"name": self.names[section]}, optional=self.fields[section])

    def section(self, section: str) -> st.SearchStrategy[Any]:
        """Draw a history section that was asked, in either form."""
        present, names = st.lists(self.entry(section), max_size=3), self.names[section]
        optional: dict[str, st.SearchStrategy[Any]] = {
            "denied": st.lists(names, max_size=3), "unsure": st.lists(names, max_size=1), "complete": st.booleans(),
        }  # fmt: skip
        return st.one_of(present, st.fixed_dictionaries({"present": present}, optional=optional))

    def product(self) -> st.SearchStrategy[Data]:
        """Draw a product, with or without its ingredients."""
        return st.fixed_dictionaries(
            {"name": st.just("our cocktail"), "ingredients": st.one_of(st.none(), st.lists(self.names["plan"], max_size=3))},
            optional={"role": st.sampled_from(("active", "anaesthetic", "antiseptic")), "ingredients_complete": st.booleans()},
        )

    def planned(self) -> dict[str, st.SearchStrategy[Any]]:
        """Draw the parts of a plan besides its day."""
        return {"areas": self.areas, "products": st.lists(self.product(), max_size=2), "technique": self.techniques}

    def intakes(self) -> st.SearchStrategy[Data]:
        """Draw an intake, answered in part or whole."""
        treatment = st.fixed_dictionaries({"date": st.just(self.material.on.isoformat())}, optional=self.planned())
        patient = st.fixed_dictionaries({}, optional={"birth_date": self.births, "sex": self.sexes})
        sections = {section: st.one_of(st.none(), self.section(section)) for section in HISTORY}
        return st.fixed_dictionaries({"patient": patient, "treatment": treatment}, optional=sections)

    def extending(self, data: Data) -> st.SearchStrategy[Data]:
        """Draw the same intake with more answered."""
        return _extended(self, data)


@st.composite
def _extended(draw: st.DrawFn, drawing: Drawing, data: Data) -> Data:
    more: Data = copy.deepcopy(data)
    for section in HISTORY:
        given = more.get(section)
        if given is None:
            if draw(st.booleans()):
                more[section] = draw(drawing.section(section))
            continue
        _extend_section(draw, drawing, section, given)
    treatment, patient = (more[part] if more.get(part) is not None else more.setdefault(part, {}) for part in ("treatment", "patient"))
    for part, key, values in (
        *((treatment, key, values) for key, values in drawing.planned().items()),
        *((patient, key, values) for key, values in (("birth_date", drawing.births), ("sex", drawing.sexes)) if "age" not in patient),
    ):
        if part.get(key) is None and draw(st.booleans()):
            part[key] = draw(values)
    for product in treatment.get("products") or ():
        if product.get("ingredients") is None and draw(st.booleans()):
            product["ingredients"] = draw(st.lists(drawing.names["plan"], max_size=3))
    return more


def _extend_section(draw: st.DrawFn, drawing: Drawing, section: str, given: Any) -> None:  # noqa: ANN401 - either form of a section
    present = given if isinstance(given, list) else given.get("present", [])
    for entry in present:
        for key, values in drawing.fields[section].items():
            # An end says that something is over, which an entry without one denies: no answer to an open question.
            if key not in entry and key not in ("ended", "stopped") and draw(st.booleans()):
                entry[key] = draw(values)
    if isinstance(given, list) or given.get("complete"):
        return
    given["denied"] = [*given.get("denied", []), *draw(st.lists(drawing.names[section], max_size=2))]
    if draw(st.booleans()):
        given["present"] = [*present, *draw(st.lists(drawing.entry(section), max_size=1))]
    if draw(st.booleans()):
        given["complete"] = True
