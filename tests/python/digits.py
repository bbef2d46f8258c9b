# SPDX-License-Identifier: MIT
"""What the tests of the package share: the model of examples/digits, and paths.

Import it first: it lets `apu` and `tap` be found.
"""

import os
import pathlib
import subprocess
import sys

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src" / "python"), str(ROOT / "tests" / "framework")]

MODEL = ROOT / "examples" / "digits" / "digits.tflite"
# The machine may be busy; the driver's own limit is not under test.
DEVICE = "sim:timeout_ms=60000"
TIMEOUT_S = 60


def inputs_of(model, seed=1):
    random = numpy.random.default_rng(seed)
    return [random.integers(0, 100, t.shape).astype(t.dtype) for t in model.inputs]


def interpret(code, **environment):
    path = str(ROOT / "src" / "python")
    return subprocess.run(
        [sys.executable, "-B", "-c", code],
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
