"""Prove of your own mapping from a form to an intake that it loses no answer and makes none up.

First every field alone, then any combination of answers; what fails is shrunk to the smallest form that shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesoscreen.rulebook.model import Rulebook
from mesoscreen.testing.broken import ContractBroken
from mesoscreen.testing.filling import Form
from mesoscreen.testing.laws import Laws
from mesoscreen.testing.meaning import Meaning

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from mesoscreen.intake import Intake
    from mesoscreen.testing.fields import Field
    from mesoscreen.testing.filling import Filled


class FormContract:
    """What a form asks, held against the adapter that makes an intake of its data."""

    def __init__(
        self,
        adapter: Callable[[dict[str, Any]], Intake | Mapping[str, Any]],
        asks: Sequence[Field],
        *,
        always: Mapping[str, Any] | None = None,
        rulebook: Rulebook | None = None,
    ) -> None:
        """Take the adapter and what each field of the form asks.

        `always` is form data every form has, such as the day of the treatment; fields nobody describes belong there too.

        Raises:
            Mistake: a field is described in a way that cannot be.

        """
        meaning = Meaning(asks, rulebook or Rulebook.default())
        self._form = Form(asks, meaning.names)
        self._laws = Laws(adapter, self._form, meaning, always or {})

    def check(self, *, examples: int = 200) -> None:
        """Check every law: for each field alone, and for so many combinations of answers. The same every time it runs.

        Raises:
            ContractBroken: a law does not hold; the message has the smallest form data that shows it.

        """
        __tracebackhide__ = True
        broken: ContractBroken | None = None
        try:
            for filled in self._form.one_by_one():
                self._laws.hold_for(filled)
        except ContractBroken as error:
            broken = error
        broken = broken or self._in_combination(examples)
        if broken is not None:
            raise broken.with_traceback(None)

    def as_test(self, *, examples: int = 200) -> Callable[[], None]:
        """Give the check as a test: `test_our_form = FormContract(…).as_test()`."""

        def check_the_form_contract() -> None:
            __tracebackhide__ = True
            self.check(examples=examples)

        return check_the_form_contract

    def _in_combination(self, examples: int) -> ContractBroken | None:
        """Look for a combination of answers that breaks a law, and shrink it."""
        from hypothesis import HealthCheck, Phase, given, settings  # noqa: PLC0415 - slow to import, needed only here
        from hypothesis.errors import Flaky  # noqa: PLC0415

        found: list[ContractBroken] = []

        @settings(
            max_examples=examples, derandomize=True, deadline=None, database=None, report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
        )  # fmt: skip
        @given(self._form.any_combination())
        def holds(filled: Filled) -> None:
            try:
                self._laws.hold_for(filled)
            except ContractBroken as error:
                found.append(error)
                raise

        try:
            holds()
        except (ContractBroken, Flaky):
            smallest = found[-1]
            vars(smallest).pop("__notes__", None)  # Hypothesis' own words for the form, which the message has already
            return smallest
        return None
