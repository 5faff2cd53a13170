"""Case files as pytest collects them: every case is a test of its own, at its own line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mesoscreen.testing.cases import Case, CaseFailure, CasesError, read_cases, run_case
from mesoscreen.testing.plugin import rulebook_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class CaseFile(pytest.File):
    """A `*.screening.yaml`."""

    def collect(self) -> Iterator[CaseItem]:
        """Give its cases."""
        for case in read_cases(self.path, rulebook_of(self.config)):
            item: CaseItem = CaseItem.from_parent(self, name=case.name, case=case)
            yield item

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401, ARG002 - what pytest calls it with
        """Say what is wrong with the file, and nothing of how it was read."""
        return str(excinfo.value) if isinstance(excinfo.value, CasesError | pytest.UsageError) else super().repr_failure(excinfo)


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, **kwargs: Any) -> None:  # noqa: ANN401 - pytest's own arguments
        """Hold the case."""
        super().__init__(**kwargs)
        self.case = case

    def runtest(self) -> None:
        """Screen the case."""
        run_case(self.case, rulebook_of(self.config))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401 - pytest's own types
        """Say what came out, and nothing of how it was screened."""
        if isinstance(excinfo.value, CaseFailure):
            return f"{self.path.name}:{self.case.line}: {self.case.name}\n{excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the case stands."""
        return self.path, self.case.line - 1, self.case.name
