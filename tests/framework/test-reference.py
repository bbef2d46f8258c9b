#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""LiteRT's reference kernels give the answers beside the shared models.

Else the version of ai-edge-litert that requirements.txt pins is not one that
results may be compared with. Its faster kernels (the default) do not.
"""

import unittest

import numpy
import tap
from ai_edge_litert.interpreter import Interpreter, OpResolverType

MODEL = "mlperf_tiny__ad01_int8"


def check_case(case):
    tap.needs_shared()
    folder = tap.SHARED / "models" / MODEL
    interpreter = Interpreter(
        model_path=str(folder / "model.tflite"),
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
    )
    interpreter.allocate_tensors()
    (given,) = interpreter.get_input_details()
    (result,) = interpreter.get_output_details()
    data = (folder / f"{case}.in.bin").read_bytes()
    wanted = (folder / f"{case}.out.bin").read_bytes()
    interpreter.set_tensor(
        given["index"], numpy.frombuffer(data, given["dtype"]).reshape(given["shape"])
    )
    interpreter.invoke()
    assert interpreter.get_tensor(result["index"]).tobytes() == wanted


class ReferenceTest(unittest.TestCase):
    def test_reference_kernels_reproduce_rand1(self):
        check_case("rand1")

    def test_reference_kernels_reproduce_rand2(self):
        check_case("rand2")


if __name__ == "__main__":
    tap.main()
