#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The example classifies the sample pictures alike with and without a device."""

import os
import pathlib
import subprocess
import sys
import unittest

import ai_edge_litert
import tap

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "litert" / "classify.py"
MODELS = {
    "uint8": "coral__mobilenet_v2_1.0_224_quant",
    "int8": "coral__tf2_mobilenet_v2_1.0_224_ptq",
}
PICTURES = {
    "bird": "chickadee",
    "cat": "Egyptian cat",
    "grace_hopper": "military uniform",
}


def classify(model, picture, *more):
    samples = tap.SHARED / "samples"
    command = [
        sys.executable, "-B", str(EXAMPLE),
        "--model", str(tap.SHARED / "models" / model / "model.tflite"),
        "--image", str(samples / f"{picture}.bmp"),
        "--labels", str(samples / "imagenet_labels.txt"), *more,
    ]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def first_label(done):
    assert done.returncode == 0, done.stderr
    score, label = done.stdout.splitlines()[0].split(" ", 1)
    assert 0 < float(score) <= 1
    return label


def check_picture(model, picture, label):
    tap.needs_shared()
    with_device = ("--delegate", os.environ["APU_DELEGATE"], "--device", "sim:")
    done = classify(model, picture, *with_device)
    print(f"# {done.stdout.strip()}")
    assert first_label(done) == label
    assert first_label(classify(model, picture)) == label


def check_picture_in_c(model, picture, label):
    tap.needs_shared()
    program = os.environ.get("APU_CLASSIFY", "")
    if not os.access(program, os.X_OK):
        raise unittest.SkipTest("the examples are not built")
    library = pathlib.Path(ai_edge_litert.__file__).parent / "libLiteRt.so"
    samples = tap.SHARED / "samples"
    for device in ("-", "sim:"):
        done = subprocess.run(
            [program, library, os.environ["APU_DELEGATE"], device,
             tap.SHARED / "models" / model / "model.tflite",
             samples / f"{picture}.bmp", samples / "imagenet_labels.txt"],
            capture_output=True, text=True, check=False)
        print(f"# {device} {done.stdout.strip()}")
        assert first_label(done) == label
        assert ("in 1 partition(s) on sim:" in done.stderr) == (device != "-")


class ClassifyTest(unittest.TestCase):
    def test_a_missing_device_is_one_line_and_status_1(self):
        tap.needs_shared()
        done = classify(MODELS["int8"], "cat", "--device", "drm:/dev/accel/accel7",
                        "--delegate", os.environ["APU_DELEGATE"])
        assert done.returncode == 1
        assert "/dev/accel/accel7" in done.stderr


def add_test(kind, picture):
    def test(self):
        check_picture(MODELS[kind], picture, PICTURES[picture])

    def test_in_c(self):
        check_picture_in_c(MODELS[kind], picture, PICTURES[picture])

    setattr(ClassifyTest, f"test_{kind}_{picture}", test)
    setattr(ClassifyTest, f"test_{kind}_{picture}_in_c", test_in_c)


for each_kind in MODELS:
    for each_picture in PICTURES:
        add_test(each_kind, each_picture)


if __name__ == "__main__":
    tap.main()
