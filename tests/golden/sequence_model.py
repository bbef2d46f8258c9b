# SPDX-License-Identifier: MIT
"""RNN and LSTM in both directions, from the published equations.

For the cases that LiteRT's kernels get wrong (docs/operators.md, known
defects): float64, but for vectors that meet matrices of int8, which are
quantised as docs/operators.md has it. Needs the packages numpy and tflite.
"""

import numpy as np
import tflite

TYPES = {0: np.float32, 9: np.int8}


class Operator:
    """The one operator of a model: its tensors and options."""

    def __init__(self, path):
        self.model = tflite.Model.GetRootAsModel(path.read_bytes(), 0)
        self.graph = self.model.Subgraphs(0)
        self.op = self.graph.Operators(0)

    def options(self, options):
        table = self.op.BuiltinOptions()
        options.Init(table.Bytes, table.Pos)
        return options

    def tensor(self, number):
        """An input, int8 as it is with its scale; states are zeros."""
        tensor = self.graph.Tensors(self.op.Inputs(number))
        data = self.model.Buffers(tensor.Buffer())
        shape = tensor.ShapeAsNumpy()
        if data.DataLength() == 0:
            return np.zeros(shape), None
        values = np.frombuffer(data.DataAsNumpy().tobytes(),
                               TYPES[tensor.Type()]).reshape(shape)
        if tensor.Type() == 9:
            return values.astype(np.float64), (
                tensor.Quantization().ScaleAsNumpy()[0])
        return values.astype(np.float64), None

    def input_shape(self):
        return tuple(self.graph.Tensors(self.op.Inputs(0)).ShapeAsNumpy())


def product(matrix, vectors):
    """Rows of vectors times a matrix, and its scale or None."""
    weights, scale = matrix
    if scale is None:
        return vectors @ weights.T
    rows = []
    for row in vectors.astype(np.float32):
        largest = np.abs(row).max()
        if largest == 0:
            rows.append(np.zeros(len(weights)))
            continue
        scaled = (row * (np.float32(127) / largest)).astype(np.float64)
        whole = np.trunc(scaled + np.copysign(0.5, scaled))
        rows.append((weights @ whole) * (largest / np.float32(127) * scale))
    return np.array(rows)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def run_rnn(tensors, xs, h, order):
    """Inputs @xs, [times, batches, ...], in the order of times @order."""
    weights, recurrent, (bias, _) = tensors
    ys = np.zeros(xs.shape[:2] + h.shape[1:])
    for t in order:
        h = np.tanh(product(weights, xs[t]) + product(recurrent, h) + bias)
        ys[t] = h
    return ys, h


def run_lstm(tensors, xs, h, c, clip, order):
    weights, recurrent, biases = tensors
    ys = np.zeros(xs.shape[:2] + h.shape[1:])
    for t in order:
        gate_in, forget, update, out = (
            product(weights[g], xs[t]) + product(recurrent[g], h) +
            biases[g][0] for g in range(4))
        c = sigmoid(forget) * c + sigmoid(gate_in) * np.tanh(update)
        c = np.clip(c, -clip, clip) if clip > 0 else c
        h = sigmoid(out) * np.tanh(c)
        ys[t] = h
    return ys, h, c


def rnn_cases(operator):
    """The options, and a function for one inference of both directions."""
    options = operator.options(tflite.BidirectionalSequenceRNNOptions())
    sides = [[operator.tensor(i + k) for k in range(3)] for i in (1, 5)]
    states = [operator.tensor(i)[0] for i in (4, 8)]

    def step(xs):
        ys = []
        for i, order in enumerate(orders(xs)):
            y, states[i] = run_rnn(sides[i], xs, states[i], order)
            ys.append(y)
        return ys
    return options, step


def lstm_cases(operator):
    options = operator.options(tflite.BidirectionalSequenceLSTMOptions())
    sides = [[[operator.tensor(first + g) for g in range(4)]
              for first in firsts] for firsts in ((1, 5, 12), (18, 22, 29))]
    states = [[operator.tensor(h)[0], operator.tensor(c)[0]]
              for h, c in ((35, 36), (37, 38))]

    def step(xs):
        ys = []
        for i, order in enumerate(orders(xs)):
            y, *states[i] = run_lstm(sides[i], xs, *states[i],
                                     options.CellClip(), order)
            ys.append(y)
        return ys
    return options, step


def orders(xs):
    return range(len(xs)), range(len(xs) - 1, -1, -1)


def run(directory, name):
    """As make_expected.run()."""
    operator = Operator(directory / f"{name}.tflite")
    make = lstm_cases if "lstm" in name else rnn_cases
    options, step = make(operator)
    shape = operator.input_shape()
    data = np.fromfile(directory / f"{name}.in", np.float32)
    answers = []
    for xs in data.astype(np.float64).reshape((-1,) + shape):
        major = options.TimeMajor()
        ys = step(xs if major else xs.transpose(1, 0, 2))
        if options.MergeOutputs():
            ys = [np.concatenate(ys, axis=2)]
        answers += [(y if major else y.transpose(1, 0, 2)).astype(
            np.float32).tobytes().hex() for y in ys]
    return ",".join(answers)
