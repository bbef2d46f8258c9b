# SPDX-License-Identifier: MIT
"""What all objects of the library have in common: an end."""

import ctypes
import weakref
from typing import Any, Callable, Optional, TypeVar

from apu.error import check

H = TypeVar("H", bound="Handle")


def made(function: Callable[..., int], *arguments: Any) -> int:
    """Call a function whose last argument gets the object that it makes."""
    out = ctypes.c_void_p()
    check(function(*arguments, ctypes.byref(out)))
    assert out.value is not None
    return out.value


class Handle:
    """One reference to an object of the library.

    Dropped by close(), by the end of a `with`, or with the Python object. Not
    at the end of the interpreter: other threads may still be at work then, and
    the end of the process frees everything.
    """

    def __init__(self, pointer: int, drop: Callable[[int], Any]) -> None:
        self._value: Optional[int] = pointer
        self._end = weakref.finalize(self, drop, pointer)
        self._end.atexit = False

    @property
    def _pointer(self) -> int:
        if self._value is None:
            raise ValueError(f"{type(self).__name__} is closed")
        return self._value

    @property
    def closed(self) -> bool:
        """Whether close() has been called."""
        return self._value is None

    def close(self) -> None:
        """Drop the reference; closing twice is no error."""
        self._value = None
        self._end()

    def __enter__(self: H) -> H:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
