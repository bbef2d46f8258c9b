# SPDX-License-Identifier: MIT
"""The description of one tensor of a model."""

from typing import Any, NamedTuple, Tuple

from apu._library import lib, text


class Tensor(NamedTuple):
    """A tensor's name, element type, shape and quantisation; never its bytes.

    A quantised element q stands for scale * (q - zero_point). `scales` and
    `zero_points` are empty for a tensor that is not quantised, and have one
    entry for each index of dimension `axis` when it is so per channel.
    """

    name: str
    dtype: str
    shape: Tuple[int, ...]
    size: int
    scales: Tuple[float, ...]
    zero_points: Tuple[int, ...]
    axis: int

    @property
    def scale(self) -> float:
        """The scale when there is one for all, else ValueError."""
        (only,) = self.scales
        return only

    @property
    def zero_point(self) -> int:
        """The zero point when there is one for all, else ValueError."""
        (only,) = self.zero_points
        return only

    def quantise(self, values: Any) -> Any:
        """Real numbers as the tensor's elements: a numpy array.

        Rounds halves to even, and clips to what the type can hold. Numbers of
        a tensor that is not quantised only get its type.
        """
        import numpy

        if not self.scales:
            return numpy.asarray(values, self.dtype)
        limits = numpy.iinfo(self.dtype)
        scaled = numpy.rint(values / self._per_channel(self.scales))
        moved = scaled + self._per_channel(self.zero_points)
        return numpy.clip(moved, limits.min, limits.max).astype(self.dtype)

    def dequantise(self, elements: Any) -> Any:
        """The tensor's elements as real numbers: a numpy array."""
        import numpy

        if not self.scales:
            return numpy.array(elements)
        centred = numpy.asarray(elements, "float64") - self._per_channel(
            self.zero_points
        )
        return (centred * self._per_channel(self.scales)).astype("float32")

    def _per_channel(self, values: Tuple[Any, ...]) -> Any:
        """Values that numpy repeats along every dimension but `axis`."""
        import numpy

        if len(values) == 1:
            return values[0]
        shape = [1] * len(self.shape)
        shape[self.axis] = len(values)
        return numpy.reshape(numpy.asarray(values, "float64"), shape)


def describe(pointer: int) -> Tensor:
    """Copy a description of the library's."""
    count = lib.apu_tensor_quant_count(pointer)
    rank = lib.apu_tensor_rank(pointer)
    return Tensor(
        name=text(lib.apu_tensor_name(pointer)),
        dtype=text(lib.apu_dtype_name(lib.apu_tensor_dtype(pointer))),
        shape=tuple(lib.apu_tensor_dim(pointer, i) for i in range(rank)),
        size=lib.apu_tensor_size_bytes(pointer),
        scales=tuple(lib.apu_tensor_scale(pointer, i) for i in range(count)),
        zero_points=tuple(lib.apu_tensor_zero_point(pointer, i) for i in range(count)),
        axis=lib.apu_tensor_quant_axis(pointer),
    )
