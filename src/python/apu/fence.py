# SPDX-License-Identifier: MIT
"""A fence: the completion of one submission."""

import asyncio
import concurrent.futures
import ctypes
import errno
import os
import weakref
from typing import TYPE_CHECKING, Any, Generator, Optional, Tuple

from apu._handle import Handle
from apu._library import lib
from apu.device import Device
from apu.error import ApuError, check

if TYPE_CHECKING:
    from apu.job import Job

_MAX_WAITERS = 32

# Waits where fences have no file descriptor; threads are made as needed.
_waiters = concurrent.futures.ThreadPoolExecutor(_MAX_WAITERS, "apu-fence")


class Fence(Handle):
    """The completion of one submission, from Job.submit().

    Wait for it in a thread, or in a coroutine, where the loop goes on:

        fence.wait(timeout=2.5)
        await fence

    Both return None when the submission has succeeded, and raise the same
    ApuError every time when it has not. Dropping a fence does not stop its
    submission, and neither does cancelling the task that awaits it.

    Safe from any thread.
    """

    def __init__(self, pointer: int, device: Device, job: "Job") -> None:
        super().__init__(pointer, lib.apu_fence_unref)
        self._device = device
        self._job = weakref.ref(job)

    def wait(self, timeout: Optional[float] = None) -> None:
        """Wait for the end, at most `timeout` seconds.

        ApuError ETIME when it is not done by then; the job goes on.
        """
        deadline_ns = self._device._deadline_ns(timeout)
        held = lib.apu_fence_ref(self._pointer)
        try:
            check(lib.apu_fence_wait(held, deadline_ns))
        finally:
            lib.apu_fence_unref(held)
        job = self._job()
        if job is not None:
            job._ended(self)

    @property
    def done(self) -> bool:
        """Whether the submission has ended, well or not."""
        return bool(lib.apu_fence_status(self._pointer) != -errno.EINPROGRESS)

    @property
    def times_ns(self) -> Tuple[int, int]:
        """When it was submitted, and when its end was seen.

        ApuError EINPROGRESS until then.
        """
        submitted, ended = ctypes.c_int64(), ctypes.c_int64()
        check(
            lib.apu_fence_times(
                self._pointer, ctypes.byref(submitted), ctypes.byref(ended)
            )
        )
        return submitted.value, ended.value

    def export_fd(self) -> int:
        """A new file descriptor that polls readable at the end; close it.

        ApuError EMFILE when the process has no more, EAGAIN when no thread can be
        started that looks for the end.
        """
        fd = ctypes.c_int()
        check(lib.apu_fence_export_fd(self._pointer, ctypes.byref(fd)))
        return fd.value

    def __await__(self) -> Generator[Any, None, None]:
        return self._wait_in_loop().__await__()

    async def _wait_in_loop(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            fd = self.export_fd()
        except ApuError as error:
            if error.errno not in (errno.EMFILE, errno.EAGAIN):
                raise
            await loop.run_in_executor(_waiters, self.wait)
            return
        await _readable(loop, fd)
        self.wait(0)

    def __repr__(self) -> str:
        if self.closed:
            return "<apu.Fence closed>"
        return f"<apu.Fence {'done' if self.done else 'pending'}>"


async def _readable(loop: asyncio.AbstractEventLoop, fd: int) -> None:
    """Wait until a file descriptor, which this closes, polls readable."""
    ready = loop.create_future()
    try:
        loop.add_reader(fd, _settle, ready)
        try:
            await ready
        finally:
            loop.remove_reader(fd)
    finally:
        os.close(fd)


def _settle(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
