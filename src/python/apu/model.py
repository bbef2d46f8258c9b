# SPDX-License-Identifier: MIT
"""A model: a network compiled for a device."""

import ctypes
import os
from typing import TYPE_CHECKING, Any, List, Optional, Sequence, Tuple, Union

from apu._handle import Handle, made
from apu._library import MAX_RANK, Array, Options, Shape, lib, text
from apu.device import Device, timeout_ns
from apu.error import check
from apu.tensor import Tensor, describe

if TYPE_CHECKING:
    import numpy

Source = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview]


class Model(Handle):
    """A model, loaded and compiled; immutable, and shared by any number of jobs.

    `source` is the path of a .tflite or compiled .apu file, or its bytes. A
    model without a device can be described, but not run. The options are the
    fields of struct apu_model_options by their names: max_arena_bytes,
    disabled_passes, target, and so on.

    Safe from any thread.
    """

    def __init__(
        self, source: Source, device: Optional[Device] = None, **options: Any
    ) -> None:
        super().__init__(_load(source, device, options), lib.apu_model_unref)
        self._device = None if device is None else device._share()
        self._describe()

    def _describe(self) -> None:
        model = self._pointer
        self.inputs: Tuple[Tensor, ...] = tuple(
            describe(lib.apu_model_input(model, i))
            for i in range(lib.apu_model_input_count(model))
        )
        """Descriptions of the inputs, in the file's order."""
        self.outputs: Tuple[Tensor, ...] = tuple(
            describe(lib.apu_model_output(model, i))
            for i in range(lib.apu_model_output_count(model))
        )
        """Descriptions of the outputs, in the file's order."""

    @property
    def operators(self) -> List[str]:
        """The names of the file's operators, in the order in which they run."""
        model = self._pointer
        return [
            text(lib.apu_operator_name(lib.apu_model_operator(model, i)))
            for i in range(lib.apu_model_operator_count(model))
        ]

    @property
    def macs(self) -> int:
        """Multiply-accumulates of one inference."""
        return int(lib.apu_model_macs(self._pointer))

    @property
    def arena_bytes(self) -> int:
        """Device memory that each job needs for intermediate tensors."""
        return int(lib.apu_model_arena_bytes(self._pointer))

    @property
    def program_bytes(self) -> int:
        """Device memory that all jobs share: the program with its weights."""
        return int(lib.apu_model_program_bytes(self._pointer))

    def resize(self, shapes: Sequence[Sequence[int]]) -> "Model":
        """A model with inputs of other shapes, which shares the weights."""
        array = (Shape * len(shapes))()
        for entry, shape in zip(array, shapes):
            if len(shape) > MAX_RANK:
                raise ValueError(f"a shape has over {MAX_RANK} dimensions")
            entry.rank = len(shape)
            entry.dims[: len(shape)] = list(shape)
        pointer = made(lib.apu_model_resize, self._pointer, array, len(shapes))
        resized = Model.__new__(Model)
        Handle.__init__(resized, pointer, lib.apu_model_unref)
        resized._device = self._device
        resized._describe()
        return resized

    def save(self, path: Union[str, "os.PathLike[str]"]) -> None:
        """Write the compiled form, which loads faster, to a file."""
        check(lib.apu_model_save_file(self._pointer, os.fsencode(path)))

    def run(
        self, *inputs: Any, timeout: Optional[float] = None
    ) -> "List[numpy.ndarray[Any, Any]]":
        """Run the model once: arrays in, a list of new arrays out.

        Each input is anything numpy takes for an array of the tensor's type and
        shape. Copies; a program that runs a model often makes a Job instead.
        `timeout` is in seconds, ApuError ETIMEDOUT when it takes longer.
        """
        import numpy

        if len(inputs) != len(self.inputs):
            raise ValueError(f"{len(inputs)} inputs given, not {len(self.inputs)}")
        given = [_fit(value, t) for value, t in zip(inputs, self.inputs)]
        results = [numpy.empty(t.shape, t.dtype) for t in self.outputs]
        check(
            lib.apu_model_run(
                self._pointer,
                _arrays(given),
                len(given),
                _arrays(results),
                len(results),
                timeout_ns(timeout),
            )
        )
        return results

    def __repr__(self) -> str:
        if self.closed:
            return "<apu.Model closed>"
        shapes = [f"{t.dtype}{list(t.shape)}" for t in self.inputs + self.outputs]
        return f"<apu.Model {', '.join(shapes)}>"


def _load(source: Source, device: Optional[Device], options: Any) -> int:
    owner = None if device is None else device._pointer
    fields = ctypes.byref(_options(options))
    if isinstance(source, (str, os.PathLike)):
        return made(lib.apu_model_load_file, owner, os.fsencode(source), fields)
    data = bytes(source)
    return made(lib.apu_model_load_memory, owner, data, len(data), fields)


def _options(given: Any) -> Options:
    options = Options(size=ctypes.sizeof(Options))
    known = [f[0] for f in Options._fields_ if f[0] not in ("size", "custom")]
    for name, value in given.items():
        if name not in known:
            raise TypeError(f"no option {name!r}; there are {', '.join(known)}")
        setattr(options, name, value.encode() if isinstance(value, str) else value)
    return options


def _fit(value: Any, tensor: Tensor) -> Any:
    """Refuse what would have to be converted: that loses more than it helps."""
    import numpy

    array = numpy.ascontiguousarray(value)
    if (
        array.dtype != numpy.dtype(tensor.dtype)
        or array.size * (array.itemsize) != tensor.size
    ):
        raise ValueError(
            f"input {tensor.name!r} is {tensor.dtype}{list(tensor.shape)}, not "
            f"{array.dtype}{list(array.shape)}"
        )
    return array


def _arrays(values: List[Any]) -> Any:
    array = (Array * len(values))()
    for entry, value in zip(array, values):
        entry.data = value.ctypes.data
        entry.size_bytes = value.nbytes
    return array
