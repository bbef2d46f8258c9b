#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write smooth.tflite: doubles a signal, smooths it, and adds 1.

"MovingAverage" is no operator of TFLite, so it is CUSTOM, as converters write
what they do not know; its options are the window, a 32-bit number. Needs the
packages flatbuffers and tflite. make_model.py OUT [WINDOW]
"""

import struct
import sys

import flatbuffers
import numpy as np
import tflite

LENGTH = 16


def tensor(builder, name, shape, buffer):
    name = builder.CreateString(name)
    shape = builder.CreateNumpyVector(np.array(shape, np.int32))
    tflite.TensorStart(builder)
    tflite.TensorAddShape(builder, shape)
    tflite.TensorAddType(builder, tflite.TensorType.FLOAT32)
    tflite.TensorAddBuffer(builder, buffer)
    tflite.TensorAddName(builder, name)
    return tflite.TensorEnd(builder)


def buffer(builder, values):
    data = None
    if values is not None:
        data = builder.CreateNumpyVector(
            np.frombuffer(np.array(values, np.float32).tobytes(), np.uint8))
    tflite.BufferStart(builder)
    if data is not None:
        tflite.BufferAddData(builder, data)
    return tflite.BufferEnd(builder)


def code(builder, builtin, custom=None):
    name = builder.CreateString(custom) if custom else None
    tflite.OperatorCodeStart(builder)
    tflite.OperatorCodeAddBuiltinCode(builder, builtin)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, builtin)
    tflite.OperatorCodeAddVersion(builder, 1)
    if name:
        tflite.OperatorCodeAddCustomCode(builder, name)
    return tflite.OperatorCodeEnd(builder)


def operator(builder, index, inputs, outputs, options=None):
    inputs = builder.CreateNumpyVector(np.array(inputs, np.int32))
    outputs = builder.CreateNumpyVector(np.array(outputs, np.int32))
    if options is not None:
        options = builder.CreateNumpyVector(np.frombuffer(options, np.uint8))
    tflite.OperatorStart(builder)
    tflite.OperatorAddOpcodeIndex(builder, index)
    tflite.OperatorAddInputs(builder, inputs)
    tflite.OperatorAddOutputs(builder, outputs)
    if options is not None:
        tflite.OperatorAddCustomOptions(builder, options)
    return tflite.OperatorEnd(builder)


def vector(builder, start, offsets):
    start(builder, len(offsets))
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()


def subgraph(builder, window):
    tensors = vector(builder, tflite.SubGraphStartTensorsVector, [
        tensor(builder, "signal", [LENGTH], 0),
        tensor(builder, "two", [], 1),
        tensor(builder, "louder", [LENGTH], 0),
        tensor(builder, "smooth", [LENGTH], 0),
        tensor(builder, "one", [], 2),
        tensor(builder, "result", [LENGTH], 0),
    ])
    operators = vector(builder, tflite.SubGraphStartOperatorsVector, [
        operator(builder, 0, [0, 1], [2]),
        operator(builder, 1, [2], [3], struct.pack("<I", window)),
        operator(builder, 2, [3, 4], [5]),
    ])
    inputs = builder.CreateNumpyVector(np.array([0], np.int32))
    outputs = builder.CreateNumpyVector(np.array([5], np.int32))
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, tensors)
    tflite.SubGraphAddInputs(builder, inputs)
    tflite.SubGraphAddOutputs(builder, outputs)
    tflite.SubGraphAddOperators(builder, operators)
    return tflite.SubGraphEnd(builder)


def model(window):
    builder = flatbuffers.Builder()
    codes = vector(builder, tflite.ModelStartOperatorCodesVector, [
        code(builder, tflite.BuiltinOperator.MUL),
        code(builder, tflite.BuiltinOperator.CUSTOM, "MovingAverage"),
        code(builder, tflite.BuiltinOperator.ADD),
    ])
    buffers = vector(builder, tflite.ModelStartBuffersVector, [
        buffer(builder, None), buffer(builder, [2]), buffer(builder, [1])])
    graphs = vector(builder, tflite.ModelStartSubgraphsVector,
                    [subgraph(builder, window)])
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, 3)
    tflite.ModelAddOperatorCodes(builder, codes)
    tflite.ModelAddSubgraphs(builder, graphs)
    tflite.ModelAddBuffers(builder, buffers)
    builder.Finish(tflite.ModelEnd(builder), b"TFL3")
    return bytes(builder.Output())


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as out:
        out.write(model(int(sys.argv[2]) if len(sys.argv) > 2 else 3))
