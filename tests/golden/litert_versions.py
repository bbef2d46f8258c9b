#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ask LiteRT which versions of each builtin operator it has a kernel for.

litert_versions.py [OUT]: OUT is litert_versions.txt beside this script unless
given: lines of NAME FIRST LAST. A kernel is one for all its versions: LiteRT
looks a version up before anything else, and tells it to nobody. Needs the
packages ai-edge-litert, flatbuffers and tflite.
"""

import pathlib
import sys

import flatbuffers
import tflite
from ai_edge_litert.interpreter import Interpreter, OpResolverType

RESOLVERS = (OpResolverType.BUILTIN_REF,
             OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
MOST = 40


def vector(builder, start, offset):
    start(builder, 1)
    builder.PrependUOffsetTRelative(offset)
    return builder.EndVector()


def write_model(code, version):
    """A model without operators that names one operator code."""
    builder = flatbuffers.Builder()
    tflite.OperatorCodeStart(builder)
    tflite.OperatorCodeAddBuiltinCode(builder, code)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, min(code, 127))
    tflite.OperatorCodeAddVersion(builder, version)
    codes = vector(builder, tflite.ModelStartOperatorCodesVector,
                   tflite.OperatorCodeEnd(builder))
    tflite.SubGraphStart(builder)
    subgraphs = vector(builder, tflite.ModelStartSubgraphsVector,
                       tflite.SubGraphEnd(builder))
    tflite.BufferStart(builder)
    buffers = vector(builder, tflite.ModelStartBuffersVector,
                     tflite.BufferEnd(builder))
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, 3)
    tflite.ModelAddOperatorCodes(builder, codes)
    tflite.ModelAddSubgraphs(builder, subgraphs)
    tflite.ModelAddBuffers(builder, buffers)
    builder.Finish(tflite.ModelEnd(builder), b"TFL3")
    return bytes(builder.Output())


def has_kernel(code, version):
    for resolver in RESOLVERS:
        try:
            Interpreter(model_content=write_model(code, version),
                        experimental_op_resolver_type=resolver)
            return True
        except ValueError as error:
            if "Didn't find op" not in str(error):
                return True
    return False


def main():
    here = pathlib.Path(__file__).resolve().parent
    out = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else (
        here / "litert_versions.txt")
    names = {code: name for name, code in vars(tflite.BuiltinOperator).items()
             if isinstance(code, int)}
    lines = []
    for code, name in sorted(names.items()):
        versions = [v for v in range(1, MOST + 1) if has_kernel(code, v)]
        if not versions or len(versions) == MOST:
            continue
        assert versions == list(range(versions[0], versions[-1] + 1)), name
        lines.append(f"{name} {versions[0]} {versions[-1]}\n")
    out.write_text("".join(lines))


if __name__ == "__main__":
    main()
