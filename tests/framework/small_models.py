# SPDX-License-Identifier: MIT
"""Small .tflite files, for what the shared models do not have."""

import flatbuffers
from ai_edge_litert import schema_py_generated as schema

FLOAT32 = schema.TensorType.FLOAT32
FLOAT64 = schema.TensorType.FLOAT64
INT32 = schema.TensorType.INT32


class Model:
    """A graph of float tensors, built call by call."""

    def __init__(self):
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.operatorCodes = []
        self.model.buffers = [schema.BufferT()]
        self.graph = schema.SubGraphT()
        self.graph.tensors = []
        self.graph.operators = []
        self.graph.inputs = []
        self.graph.outputs = []
        self.model.subgraphs = [self.graph]

    def tensor(self, shape, kind=FLOAT32, data=None, resizable=False, variable=False):
        tensor = schema.TensorT()
        tensor.name = f"t{len(self.graph.tensors)}".encode()
        tensor.shape = list(shape)
        tensor.type = kind
        tensor.isVariable = variable
        if resizable:
            tensor.shapeSignature = [-1, *shape[1:]]
        buffer = schema.BufferT()
        if data is not None:
            buffer.data = list(data.tobytes())
        self.model.buffers.append(buffer)
        tensor.buffer = len(self.model.buffers) - 1
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def input(self, shape, **keys):
        self.graph.inputs.append(self.tensor(shape, **keys))
        return self.graph.inputs[-1]

    def operator(self, code, inputs, shape, options=None, options_type=0, **keys):
        out = self.tensor(shape, **keys)
        operator_code = schema.OperatorCodeT()
        operator_code.builtinCode = code
        operator_code.deprecatedBuiltinCode = min(code, 127)
        operator_code.version = 1
        self.model.operatorCodes.append(operator_code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes) - 1
        operator.inputs = list(inputs)
        operator.outputs = [out]
        operator.builtinOptionsType = options_type
        operator.builtinOptions = options
        self.graph.operators.append(operator)
        return out

    def add(self, one, other, shape, **keys):
        return self.operator(schema.BuiltinOperator.ADD, [one, other], shape,
                             schema.AddOptionsT(), schema.BuiltinOptions.AddOptions,
                             **keys)

    def finish(self, *outputs):
        self.graph.outputs = list(outputs)
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())
