"""What goes through the pipes between a batch and its workers: eight bytes that say how long, then the bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import RawIOBase

_LENGTH = 8


def send(pipe: RawIOBase, data: bytes) -> None:
    """Write one message.

    Raises:
        OSError: nobody is there to read it.

    """
    rest = memoryview(len(data).to_bytes(_LENGTH, "big") + data)
    while rest:
        rest = rest[pipe.write(rest) :]


def receive(pipe: RawIOBase) -> bytes:
    """Wait for one message.

    Raises:
        EOFError: whoever writes has ended, perhaps in the middle of a message.

    """
    return _read(pipe, int.from_bytes(_read(pipe, _LENGTH), "big"))


def _read(pipe: RawIOBase, length: int) -> bytes:
    data = bytearray(length)
    rest = memoryview(data)
    while rest:
        count = pipe.readinto(rest)
        if not count:
            raise EOFError
        rest = rest[count:]
    return bytes(data)
