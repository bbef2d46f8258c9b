#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run every held-out digit through LiteRT and through libapu, and compare.

    python3 evaluate.py [--apu TOOL] [--device STR] [--write-scores]

LiteRT runs its reference kernels, which define the result to the bit. Exit
status 0: the outputs are equal byte for byte, and at least 97 % of the digits
are recognised. --write-scores also keeps what LiteRT gave, for the tests,
which compare libapu with it where there is no LiteRT.
"""

import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

FOLDER = pathlib.Path(__file__).resolve().parent
MODEL = FOLDER / "digits.tflite"
APU = FOLDER.parents[1] / "build/src/tools/apu"
WANTED = 0.97


def load_held_out():
    """Return the inputs [N, 8, 8, 1] as int8, and the labels [N]."""
    magic, size, most, pixels = (
        (FOLDER / "held-out.pgm").read_bytes().split(b"\n", 3)
    )
    width, height = map(int, size.split())
    if magic != b"P5" or most != b"255" or len(pixels) != width * height:
        sys.exit("held-out.pgm is not what train.py writes")
    images = np.frombuffer(pixels, np.uint8).astype(np.int16) - 128
    labels = np.loadtxt(FOLDER / "held-out-labels.txt", np.int64)
    return images.astype(np.int8).reshape(len(labels), 8, 8, 1), labels


def run_litert(inputs):
    interpreter = Interpreter(
        str(MODEL), experimental_op_resolver_type=OpResolverType.BUILTIN_REF
    )
    interpreter.allocate_tensors()
    source = interpreter.get_input_details()[0]["index"]
    sink = interpreter.get_output_details()[0]["index"]
    outputs = []
    for image in inputs:
        interpreter.set_tensor(source, image[np.newaxis])
        interpreter.invoke()
        outputs.append(interpreter.get_tensor(sink)[0])
    return np.stack(outputs)


def run_apu(inputs, apu, device):
    """All inputs in one file: N times the input's size runs N times."""
    if shutil.which(apu) is None:
        sys.exit(f"{apu}: not there: build it first (ninja -C build)")
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "in.bin")
        sink = pathlib.Path(folder, "out.bin")
        source.write_bytes(inputs.tobytes())
        command = [apu, "run", MODEL, "--device", device]
        command += ["--raw-in", source, "--raw-out", sink]
        if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
            sys.exit(1)
        return np.fromfile(sink, np.int8).reshape(len(inputs), -1)


def report(name, outputs, labels):
    right = int(np.count_nonzero(outputs.argmax(axis=1) == labels))
    share = right / len(labels)
    print(f"{name:8} {right} of {len(labels)} right, {100 * share:.2f} %")
    return share >= WANTED


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--apu", default=APU)
    parser.add_argument("--device", default="sim:")
    parser.add_argument("--write-scores", action="store_true")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    inputs, labels = load_held_out()
    expected = run_litert(inputs)
    good = report("LiteRT", expected, labels)
    if arguments.write_scores:
        (FOLDER / "held-out-scores.bin").write_bytes(expected.tobytes())

    given = run_apu(inputs, arguments.apu, arguments.device)
    good &= report("libapu", given, labels)
    same = int(np.count_nonzero((given == expected).all(axis=1)))
    print(f"same     {same} of {len(labels)} outputs, byte for byte")
    sys.exit(not (good and same == len(labels)))


if __name__ == "__main__":
    main()
