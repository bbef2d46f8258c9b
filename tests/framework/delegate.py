# SPDX-License-Identifier: MIT
"""What the delegate's tests share: interpreters with it and without it."""

import ctypes
import os
import re

import numpy
from ai_edge_litert.interpreter import Interpreter, OpResolverType, load_delegate

LIBRARY = os.environ["APU_DELEGATE"]
DEVICE = os.environ.get("APU_TEST_DEVICE", "sim:")


def load(**options):
    """A delegate; the device is the simulator unless options say otherwise."""
    return load_delegate(LIBRARY, {"device": DEVICE, **options})


def call_text(delegate, function):
    call = getattr(delegate._library, function)
    call.argtypes = [ctypes.c_void_p]
    call.restype = ctypes.c_char_p
    return call(delegate._get_native_delegate_pointer()).decode()


def report(delegate):
    return call_text(delegate, "apu_tflite_delegate_report")


def counts(delegate):
    """(nodes that the device runs, nodes, partitions) of the main graph."""
    first = report(delegate).splitlines()[0]
    found = re.match(r"(\d+) of (\d+) nodes in (\d+) partition", first)
    return tuple(int(group) for group in found.groups())


def profile(delegate):
    """(runs, bytes in place, bytes copied in, bytes copied out)"""
    found = re.match(
        r"(\d+) runs .* (\d+) in place, (\d+) copied in, (\d+) copied out",
        call_text(delegate, "apu_tflite_delegate_profile"),
    )
    return tuple(int(group) for group in found.groups())


def reference(model):
    """An interpreter with the reference kernels, and without a delegate."""
    return Interpreter(
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF, **source(model)
    )


def delegated(model, delegate):
    """The same with the delegate: what it leaves runs as in the reference."""
    return Interpreter(
        experimental_op_resolver_type=OpResolverType.BUILTIN_REF,
        experimental_delegates=[delegate],
        **source(model),
    )


def source(model):
    if isinstance(model, bytes):
        return {"model_content": model}
    return {"model_path": str(model)}


def make_inputs(interpreter, seed):
    """Random values of the inputs' types and present shapes."""
    random = numpy.random.default_rng(seed)
    inputs = []
    for given in interpreter.get_input_details():
        kind = given["dtype"]
        if numpy.issubdtype(kind, numpy.floating):
            value = random.uniform(-1, 1, given["shape"])
        else:
            limits = numpy.iinfo(kind)
            value = random.integers(
                limits.min, limits.max, given["shape"], endpoint=True
            )
        inputs.append(value.astype(kind))
    return inputs


def run(interpreter, inputs):
    for given, value in zip(interpreter.get_input_details(), inputs):
        interpreter.set_tensor(given["index"], value)
    interpreter.invoke()
    return [
        interpreter.get_tensor(result["index"])
        for result in interpreter.get_output_details()
    ]


def check_equal(got, want, tolerance=1e-3, of_largest=1e-4):
    """Integers to the bit, floats as the shared models' notes allow."""
    assert got.dtype == want.dtype and got.shape == want.shape
    if not numpy.issubdtype(want.dtype, numpy.floating):
        assert numpy.array_equal(got, want), "integers differ"
        return
    largest = max(1.0, float(numpy.max(numpy.abs(want), initial=0)))
    limit = numpy.maximum(tolerance * numpy.abs(want), of_largest * largest)
    assert numpy.all(numpy.abs(got - want) <= limit), "floats differ"


def check_same(interpreter, other, seed):
    inputs = make_inputs(other, seed)
    for got, want in zip(run(interpreter, inputs), run(other, inputs)):
        check_equal(got, want)
