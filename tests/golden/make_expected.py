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
    """Cut the concatenated bytes into the model's inputs; return the rest."""
    for detail in interpreter.get_input_details():
        dtype = np.dtype(detail["dtype"])
        count = int(np.prod(detail["shape"], dtype=np.int64))
        values = np.frombuffer(data, dtype, count).reshape(detail["shape"])
        interpreter.set_tensor(detail["index"], values)
        data = data[count * dtype.itemsize:]
    return data


def load(path):
    """Load a model. Operators without a reference kernel (CEIL, ROUND, ELU)
    have one kernel only, which the other resolver finds."""
    try:
        return Interpreter(
            path, experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    except ValueError as error:
        if "Didn't find op" not in str(error):
            raise
        kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        return Interpreter(path, experimental_op_resolver_type=kernels)


def run(directory, name):
    """Return the outputs of one case in hexadecimal, commas between them.

    More input than one inference takes is that of the next ones."""
    interpreter = load(str(directory / f"{name}.tflite"))
    planned = [list(detail["shape_signature"])
               for detail in interpreter.get_output_details()]
    interpreter.allocate_tensors()
    data = (directory / f"{name}.in").read_bytes()
    answers = []
    while True:
        data = set_inputs(interpreter, data)
        interpreter.invoke()
        details = interpreter.get_output_details()
        answers += [interpreter.get_tensor(detail["index"]).tobytes().hex()
                    for detail in details]
        if not data:
            break
    shapes = [list(detail["shape"]) for detail in details]
    assert planned == shapes, (
        f"{name}: the file says {planned}, LiteRT {shapes}")
    return ",".join(answers)


def choose(name):
    """LiteRT, but for rows that it gets wrong: their names say who else."""
    if "-published-" in name:
        import sequence_model
        return sequence_model.run
    if "-exact-" in name:
        import exact_model
        return exact_model.run
    return run


def main():
    here = pathlib.Path(__file__).resolve().parent
    directory = pathlib.Path(sys.argv[1])
    out = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else (
        here / "ops_expected.txt")
    names = (directory / "cases.txt").read_text().split()
    lines = [f"{name} {choose(name)(directory, name)}\n" for name in names]
    out.write_text("".join(lines))
    print(f"{len(lines)} cases, {sum(map(len, lines))} bytes: {out}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main()
