"""What a remark is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing a reviewer would remark."""

    code: str
    about: str
    message: str

    def __str__(self) -> str:
        return f"{self.about}: {self.message} [{self.code}]"
