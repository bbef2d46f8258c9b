#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The shared models through the package `apu`: the answers beside them.

Integers to the bit; floats within 1e-3 of the value or 1e-4 of the tensor's
largest magnitude, which is what the suite `golden` asks for.
"""

import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src" / "python"), str(ROOT / "tests" / "framework")]

import apu
import numpy
import tap

DEVICE = "sim:timeout_ms=600000"
TIMEOUT_S = 600
MODELS = tap.SHARED / "models"


class ModelsTest(unittest.TestCase):
    """One test a model, added below."""


def cut(data, tensors):
    """One inference's bytes as an array for each tensor."""
    arrays = []
    for tensor in tensors:
        part, data = data[: tensor.size], data[tensor.size :]
        arrays.append(numpy.frombuffer(part, tensor.dtype).reshape(tensor.shape))
    return arrays


def check_output(output, wanted):
    if wanted.dtype.kind != "f":
        numpy.testing.assert_array_equal(output, wanted)
        return
    largest = max(1, numpy.abs(wanted).max())
    limit = numpy.maximum(1e-3 * numpy.abs(wanted), 1e-4 * largest)
    assert (numpy.abs(output - wanted) <= limit).all()


def check_model(name, case):
    tap.needs_shared()
    data, wanted = (
        (MODELS / name / f"{case}.{way}.bin").read_bytes() for way in ("in", "out")
    )
    with apu.Device(DEVICE) as device:
        model = apu.Model(MODELS / name / "model.tflite", device)
        job = apu.Job(model)
        in_size = sum(t.size for t in model.inputs)
        out_size = sum(t.size for t in model.outputs)
        for i in range(len(data) // in_size):
            part = data[i * in_size : (i + 1) * in_size]
            for array, value in zip(job.inputs, cut(part, model.inputs)):
                array[...] = value
            job.run(TIMEOUT_S)
            part = wanted[i * out_size : (i + 1) * out_size]
            for array, value in zip(job.outputs, cut(part, model.outputs)):
                check_output(array, value)


def add_tests():
    index = MODELS / "index.json"
    cases = {"shared_models": {"cases": [""]}}
    if index.is_file():
        cases = json.loads(index.read_text())
    for name, entry in sorted(cases.items()):
        case = entry["cases"][0]
        setattr(
            ModelsTest,
            f"test_{name}_{case}",
            lambda self, name=name, case=case: check_model(name, case),
        )


if __name__ == "__main__":
    add_tests()
    tap.main()
