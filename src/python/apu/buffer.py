# SPDX-License-Identifier: MIT
"""A buffer: memory that both the program and the device see."""

import contextlib
import ctypes
import weakref
from typing import TYPE_CHECKING, Any, Iterator, Optional, Sequence

from apu._handle import Handle, made
from apu._library import lib
from apu.device import Device
from apu.error import check

if TYPE_CHECKING:
    import numpy

_ZEROED = 1
_READ = 1
_WRITE = 2
ALIGNMENT = 64
"""Tensors begin in buffers at multiples of so many bytes."""


class Buffer(Handle):
    """Device memory of `size` bytes, zero at first.

    array() and memory() show it to the program without a copy, and what they
    gave stays valid for ever: the memory lives as long as anything that refers
    to it. Bracket accesses with access(), which waits for the device; the
    inputs and outputs that a Job allocates are bracketed by the Job.
    """

    def __init__(self, device: Device, size: int) -> None:
        pointer = made(lib.apu_buffer_new, device._pointer, size, _ZEROED)
        super().__init__(pointer, lib.apu_buffer_unref)
        self._device = device._share()

    @property
    def size(self) -> int:
        """Bytes, as they were asked for."""
        return int(lib.apu_buffer_size(self._pointer))

    def _map(self, offset: int, size: int) -> "ctypes.Array[ctypes.c_ubyte]":
        """Bytes that hold a reference of their own to the buffer."""
        if offset < 0 or size < 0 or offset + size > self.size:
            raise ValueError(f"{size} bytes at {offset} are not in {self.size}")
        address = made(lib.apu_buffer_map, self._pointer)
        view = (ctypes.c_ubyte * size).from_address(address + offset)
        held = lib.apu_buffer_ref(self._pointer)
        weakref.finalize(view, lib.apu_buffer_unref, held).atexit = False
        return view

    def memory(self) -> memoryview:
        """All bytes, readable and writable, without a copy."""
        return memoryview(self._map(0, self.size)).cast("B")

    def array(
        self,
        shape: Optional[Sequence[int]] = None,
        dtype: Any = "uint8",
        offset: int = 0,
    ) -> "numpy.ndarray[Any, Any]":
        """The bytes from `offset` on as a numpy array, without a copy.

        Without a shape: one dimension, as long as the rest of the buffer.
        """
        import numpy

        kind = numpy.dtype(dtype)
        if shape is None:
            shape = [(self.size - offset) // kind.itemsize]
        size = kind.itemsize
        for length in shape:
            size *= length
        if size == 0:
            return numpy.empty(shape, kind)
        view = memoryview(self._map(offset, size)).cast("B")
        return numpy.frombuffer(view, kind).reshape(shape)

    @contextlib.contextmanager
    def access(
        self, *, write: bool = True, timeout: Optional[float] = None
    ) -> Iterator[memoryview]:
        """Wait until the device has finished with the buffer, then access it.

        `timeout` is in seconds; ApuError ETIME when the device works on longer.
        """
        kind = _READ | _WRITE if write else _READ
        self._begin(kind, timeout)
        try:
            yield self.memory()
        finally:
            self._finish(kind)

    def _begin(self, kind: int, timeout: Optional[float]) -> None:
        deadline_ns = self._device._deadline_ns(timeout)
        check(lib.apu_buffer_cpu_begin(self._pointer, kind, deadline_ns))

    def _finish(self, kind: int) -> None:
        check(lib.apu_buffer_cpu_end(self._pointer, kind))

    def __repr__(self) -> str:
        return "<apu.Buffer closed>" if self.closed else f"<apu.Buffer {self.size}>"
