"""What is worked out of a value once, and kept with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")


class kept(Generic[Value]):  # noqa: N801 - reads like `property`
    """A property worked out when first asked for.

    Unlike `functools.cached_property` it takes no lock, which CPython 3.11 holds meanwhile for every object of the class:
    a child forked at that moment would wait for it forever. Threads that ask at once may each work it out.
    """

    def __init__(self, work_out: Callable[..., Value]) -> None:
        """Take the method that works it out."""
        self._work_out = work_out
        self.__doc__ = work_out.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, holder: None, owner: type) -> Self: ...
    @overload
    def __get__(self, holder: object, owner: type) -> Value: ...
    def __get__(self, holder: object | None, owner: type) -> Self | Value:
        """Work it out, and put it where it is found without asking from then on."""
        if holder is None:
            return self
        value = self._work_out(holder)
        holder.__dict__[self._name] = value
        return value
