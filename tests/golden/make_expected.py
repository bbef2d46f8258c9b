#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ask LiteRT's reference kernels for the answers of the operator cases.

make_expected.py DIR [OUT]: DIR is what ops-emit wrote; OUT is ops_expected.txt
beside this script unless given. Needs the packages ai-edge-litert and numpy.
"""

import pathlib
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType


def set_inputs(interpreter, data):
    """Cut the concatenated bytes into the model's inputs."""
    for detail in interpreter.get_input_details():
        dtype = np.dtype(detail["dtype"])
        count = int(np.prod(detail["shape"], dtype=np.int64))
        values = np.frombuffer(data, dtype, count).reshape(detail["shape"])
        interpreter.set_tensor(detail["index"], values)
        data = data[count * dtype.itemsize:]
    assert not data, "input bytes are left over"


def run(directory, name):
    """Return the output bytes of one case."""
    interpreter = Interpreter(
        str(directory / f"{name}.tflite"),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    planned = interpreter.get_output_details()[0]["shape_signature"]
    interpreter.allocate_tensors()
    set_inputs(interpreter, (directory / f"{name}.in").read_bytes())
    interpreter.invoke()
    detail = interpreter.get_output_details()[0]
    assert list(planned) == list(detail["shape"]), (
        f"{name}: the file says {planned}, LiteRT {detail['shape']}")
    return interpreter.get_tensor(detail["index"]).tobytes()


def main():
    here = pathlib.Path(__file__).resolve().parent
    directory = pathlib.Path(sys.argv[1])
    out = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else (
        here / "ops_expected.txt")
    names = (directory / "cases.txt").read_text().split()
    lines = [f"{name} {run(directory, name).hex()}\n" for name in names]
    out.write_text("".join(lines))
    print(f"{len(lines)} cases, {sum(map(len, lines))} bytes: {out}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main()
