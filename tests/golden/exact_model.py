# SPDX-License-Identifier: MIT
"""SUM and ADD of integers, with numbers of any length; and moved values.

For the cases that LiteRT's kernels get wrong (docs/operators.md, known
defects), and for types that they refuse to move: numpy moves those. The sums
and the quotient of the scales are exact; the quotient is then taken to 31
bits, and its products are rounded, as the kernels of MEAN do.
Needs the packages numpy and tflite.
"""

from fractions import Fraction
from itertools import product

import numpy as np
import tflite

TYPES = {3: np.uint8, 7: np.int16, 9: np.int8}
OTHER_TYPES = {1: np.float16, 4: np.int64, 6: np.bool_, 10: np.float64}
SUM, ADD = 74, 0


def take_multiplier(real):
    """@real as M * 2^(s - 31), with an M of 31 bits to nearest."""
    shift = 0
    while real >= 1:
        real, shift = real / 2, shift + 1
    while real < Fraction(1, 2):
        real, shift = real * 2, shift - 1
    multiplier = int(real * 2**31 + Fraction(1, 2))
    return (2**30, shift + 1) if multiplier == 2**31 else (multiplier, shift)


def round_away(number):
    """To nearest, halves away from zero."""
    whole = int(abs(number) + Fraction(1, 2))
    return whole if number >= 0 else -whole


def scale(number, multiplier, shift):
    """The product with its half up, then what is left of the shift."""
    high = (number * 2**max(shift, 0) * multiplier + 2**30) // 2**31
    return round_away(Fraction(high, 2**max(-shift, 0)))


def clamp(number, dtype):
    limits = np.iinfo(dtype)
    return min(max(number, limits.min), limits.max)


class Tensor:
    def __init__(self, model, graph, index):
        tensor = graph.Tensors(index)
        quantisation = tensor.Quantization()
        self.dtype = {**TYPES, **OTHER_TYPES}.get(tensor.Type(), np.int32)
        self.shape = tuple(int(n) for n in tensor.ShapeAsNumpy())
        self.is_quantised = (tensor.Type() in TYPES and
                             quantisation is not None and
                             quantisation.ScaleLength() > 0)
        if self.is_quantised:
            self.scale = Fraction(float(quantisation.Scale(0)))
            self.zero_point = int(quantisation.ZeroPoint(0))
        buffer = model.Buffers(tensor.Buffer())
        self.values = None
        if buffer.DataLength():
            self.read(buffer.DataAsNumpy().tobytes())

    def read(self, data):
        count = int(np.prod(self.shape))
        self.values = np.frombuffer(data, self.dtype, count).reshape(
            self.shape)
        return data[self.values.nbytes:]


def compute_sum(x, axes, y):
    """Every element of x goes into the sum of one of y."""
    ratio = take_multiplier(x.scale / y.scale)
    reduced = {int(axis) % len(x.shape) for axis in axes.values.flatten()}
    sums = {}
    for place in product(*map(range, x.shape)):
        kept = tuple(n for i, n in enumerate(place) if i not in reduced)
        sums[kept] = (sums.get(kept, 0) + int(x.values[place]) -
                      x.zero_point)
    for value in sums.values():
        rounded = scale(value, *ratio)
        # Rounded twice: never further off than the second half.
        assert abs(rounded - value * x.scale / y.scale) <= 1
        yield rounded + y.zero_point


def compute_add(a, b, y):
    """Scales that are powers of two: each number is rounded on its own."""
    left = np.broadcast_to(a.values, y.shape)
    right = np.broadcast_to(b.values, y.shape)
    for u, v in zip(left.flatten(), right.flatten()):
        yield (round_away(int(u) * a.scale / y.scale) +
               round_away(int(v) * b.scale / y.scale))


def read_options(operator, kind):
    options = kind()
    table = operator.BuiltinOptions()
    options.Init(table.Bytes, table.Pos)
    return options


def to_depth(x, operator):
    block = read_options(operator, tflite.SpaceToDepthOptions).BlockSize()
    n, height, width, depth = x.shape
    parts = x.reshape(n, height // block, block, width // block, block, depth)
    return [parts.transpose(0, 1, 3, 2, 4, 5)]


def to_space(x, operator):
    block = read_options(operator, tflite.DepthToSpaceOptions).BlockSize()
    n, height, width, depth = x.shape
    parts = x.reshape(n, height, width, block, block, depth // block**2)
    return [parts.transpose(0, 1, 3, 2, 4, 5)]


def pad(x, paddings, value, operator):
    return [np.pad(x, paddings, constant_values=value.item())]


def unpack(x, operator):
    axis = read_options(operator, tflite.UnpackOptions).Axis()
    return list(np.moveaxis(x, axis, 0))


def split(x, lengths, axis, operator):
    """The length -1 is what the others leave."""
    axis = int(axis)
    rest = x.shape[axis] - sum(n for n in lengths if n >= 0)
    ends = np.cumsum([n if n >= 0 else rest for n in lengths])
    return np.split(x, ends[:-1], axis)


def join(*parts):
    *parts, operator = parts
    options = read_options(operator, tflite.ConcatenationOptions)
    return [np.concatenate(parts, options.Axis())]


def pack(*parts):
    *parts, operator = parts
    return [np.stack(parts, read_options(operator, tflite.PackOptions).Axis())]


def gather(x, indices, operator):
    options = read_options(operator, tflite.GatherOptions)
    assert options.BatchDims() == 0
    return [np.take(x, indices, options.Axis())]


def gather_nd(x, indices, _):
    return [x[tuple(np.moveaxis(indices, -1, 0))]]


def reverse_sequence(x, lengths, operator):
    options = read_options(operator, tflite.ReverseSequenceOptions)
    assert options.SeqDim() == 1 and options.BatchDim() == 0
    y = x.copy()
    for row, length in enumerate(lengths):
        y[row, :length] = x[row, :length][::-1]
    return [y]


def set_diagonal(x, diagonal, _):
    y = x.copy()
    places = np.arange(diagonal.shape[-1])
    y[..., places, places] = diagonal
    return [y]


def make_diagonal(diagonal, operator):
    zeros = np.zeros(diagonal.shape + diagonal.shape[-1:], diagonal.dtype)
    return set_diagonal(zeros, diagonal, operator)


# By the schema's numbers: the inputs' values and the operator to the outputs.
MOVES = {
    2: join,
    5: to_space,
    26: to_depth,
    34: lambda x, paddings, operator: pad(x, paddings, np.zeros(1), operator),
    36: gather,
    60: pad,
    83: pack,
    88: unpack,
    102: split,
    105: lambda x, axes, operator: [np.flip(x, tuple(axes))],
    107: gather_nd,
    112: reverse_sequence,
    113: make_diagonal,
    115: set_diagonal,
}


def move(code, inputs, operator, outputs):
    """The outputs of an operator that computes nothing, in hexadecimal."""
    answers = MOVES[code](*(tensor.values for tensor in inputs), operator)
    assert ([(y.dtype, np.prod(y.shape)) for y in outputs] ==
            [(y.dtype, y.size) for y in answers])
    return ",".join(answer.tobytes().hex() for answer in answers)


def run(directory, name):
    """Return the outputs of one case in hexadecimal, commas between them."""
    content = (directory / f"{name}.tflite").read_bytes()
    model = tflite.Model.GetRootAsModel(content, 0)
    graph = model.Subgraphs(0)
    operator = graph.Operators(0)
    data = (directory / f"{name}.in").read_bytes()
    inputs = [Tensor(model, graph, operator.Inputs(i))
              for i in range(operator.InputsLength())]
    for tensor in inputs:
        if tensor.values is None:
            data = tensor.read(data)
    y = Tensor(model, graph, operator.Outputs(0))
    code = model.OperatorCodes(0).DeprecatedBuiltinCode()
    if code in MOVES:
        assert not data, name
        outputs = [Tensor(model, graph, operator.Outputs(i))
                   for i in range(operator.OutputsLength())]
        return move(code, inputs, operator, outputs)
    compute = {SUM: compute_sum, ADD: compute_add}[code]
    values = [clamp(value, y.dtype) for value in compute(*inputs, y)]
    assert not data and len(values) == np.prod(y.shape), name
    return np.array(values, y.dtype).tobytes().hex()
