# SPDX-License-Identifier: MIT
"""A job: one reusable inference of a model."""

import ctypes
import errno
import threading
from typing import TYPE_CHECKING, Any, Callable, List, Optional, Sequence, Tuple

from apu._handle import Handle, made
from apu._library import Shape, lib
from apu.buffer import _READ, _WRITE, Buffer
from apu.error import ApuError, check
from apu.fence import Fence
from apu.model import Model
from apu.tensor import Tensor

if TYPE_CHECKING:
    import numpy


class Job(Handle):
    """An inference that can be run again and again.

    Its inputs and outputs are numpy arrays over the memory that the device
    works on: nothing is copied on the way.

        job = apu.Job(model)
        job.inputs[0][...] = picture
        job.run(timeout=10)              # or: await job.submit()
        print(job.outputs[0])

    While a submission is in flight the arrays are the device's: asking for
    them raises ApuError EBUSY, and arrays that were taken before must be left
    alone. They stay valid when the job is closed.

    A job is for one thread at a time. Many jobs of one model may be in flight.
    """

    def __init__(self, model: Model) -> None:
        super().__init__(made(lib.apu_job_new, model._pointer), lib.apu_job_free)
        assert model._device is not None
        self.model = model
        self._device = model._device
        self._lock = threading.Lock()
        self._owned: List[Buffer] = []
        self._fence: Optional[Fence] = None
        self._accessible = False
        self._input_buffers = self._allocate(lib.apu_job_bind_input, model.inputs)
        self._output_buffers = self._allocate(lib.apu_job_bind_output, model.outputs)
        self._take_back(None)

    def _allocate(
        self, bind: Callable[..., int], tensors: Sequence[Tensor]
    ) -> List[Tuple[Buffer, int]]:
        places = []
        for index, tensor in enumerate(tensors):
            buffer = Buffer(self._device, max(1, tensor.size))
            check(bind(self._pointer, index, buffer._pointer, 0))
            self._owned.append(buffer)
            places.append((buffer, 0))
        return places

    @property
    def inputs(self) -> "List[numpy.ndarray[Any, Any]]":
        """The inputs, to be written before a submission."""
        self._ensure_accessible()
        return [
            buffer.array(t.shape, t.dtype, offset)
            for (buffer, offset), t in zip(self._input_buffers, self.model.inputs)
        ]

    @property
    def outputs(self) -> "List[numpy.ndarray[Any, Any]]":
        """The outputs, valid after a submission that succeeded.

        An output whose length depends on the data has that length.
        """
        self._ensure_accessible()
        arrays = []
        for index, (buffer, offset) in enumerate(self._output_buffers):
            tensor = self.model.outputs[index]
            array = buffer.array(tensor.shape, tensor.dtype, offset)
            arrays.append(array[self._extent(index)])
        return arrays

    def _extent(self, index: int) -> Tuple[Any, ...]:
        shape = Shape()
        ret = lib.apu_job_output_shape(self._pointer, index, ctypes.byref(shape))
        if ret != 0:
            return (...,)
        return tuple(slice(0, n) for n in shape.dims[: shape.rank])

    def bind_input(self, index: int, buffer: Buffer, offset: int = 0) -> None:
        """Read an input from a buffer of the caller's, from `offset` on.

        So the output of one job is the input of another, without a copy. The
        caller brackets accesses to it with Buffer.access().
        """
        check(lib.apu_job_bind_input(self._pointer, index, buffer._pointer, offset))
        self._replace(self._input_buffers, index, buffer, offset)

    def bind_output(self, index: int, buffer: Buffer, offset: int = 0) -> None:
        """Write an output to a buffer of the caller's, from `offset` on."""
        check(lib.apu_job_bind_output(self._pointer, index, buffer._pointer, offset))
        self._replace(self._output_buffers, index, buffer, offset)

    def _replace(
        self,
        places: List[Tuple[Buffer, int]],
        index: int,
        buffer: Buffer,
        offset: int,
    ) -> None:
        previous, _ = places[index]
        places[index] = (buffer, offset)
        if previous in self._owned:
            self._owned.remove(previous)

    def set_core(self, core: int) -> None:
        """Choose the core that runs the job; 0 unless this is called."""
        check(lib.apu_job_set_core(self._pointer, core))

    def set_work_budget(self, work: int) -> None:
        """Choose how many multiply-accumulates a request holds; 0: default."""
        check(lib.apu_job_set_work_budget(self._pointer, work))

    def reset_state(self) -> None:
        """Give the model's variables the values that they begin with."""
        check(lib.apu_job_reset_state(self._pointer))

    def submit(self) -> Fence:
        """Submit the job and return at once; wait for what this gives."""
        job = self._pointer
        self._hand_over()
        fence = Fence(made(lib.apu_job_submit, job), self._device, self)
        self._fence = fence
        return fence

    def run(self, timeout: Optional[float] = None) -> None:
        """Submit the job and wait for it, at most `timeout` seconds.

        ApuError ETIMEDOUT when it takes longer, and the job is given up then.
        """
        job = self._pointer
        self._hand_over()
        self._fence = None
        check(lib.apu_job_run(job, self._device._deadline_ns(timeout)))
        self._take_back(None)

    def _ended(self, fence: Fence) -> None:
        """A fence has ended well: the arrays are the program's again."""
        if fence is self._fence and not self.closed:
            self._take_back(None)

    def _ensure_accessible(self) -> None:
        self._pointer
        if self._accessible:
            return
        if self._fence is not None and not self._fence.closed:
            if not self._fence.done:
                raise ApuError(
                    errno.EBUSY,
                    "access a job's arrays: the job is in flight: wait for its fence",
                    operation="access a job's arrays",
                    cause="the job is in flight",
                    remedy="wait for its fence",
                )
        self._take_back(0)

    def _take_back(self, timeout: Optional[float]) -> None:
        """Begin to access the job's own buffers."""
        with self._lock:
            if self._accessible:
                return
            begun = []
            try:
                for buffer in self._owned:
                    buffer._begin(_READ | _WRITE, timeout)
                    begun.append(buffer)
            except ApuError:
                for buffer in begun:
                    buffer._finish(_READ | _WRITE)
                raise
            self._accessible = True

    def _hand_over(self) -> None:
        """End the access; what the program has written is the device's."""
        with self._lock:
            if not self._accessible:
                return
            for buffer in self._owned:
                buffer._finish(_READ | _WRITE)
            self._accessible = False

    def close(self) -> None:
        """End the job. A submission in flight goes on, and keeps its memory."""
        super().close()
        for buffer in self._owned:
            buffer.close()

    def __repr__(self) -> str:
        return "<apu.Job closed>" if self.closed else f"<apu.Job of {self.model!r}>"
