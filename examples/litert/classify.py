#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Classify a picture with LiteRT, on an apu device or without one.

    classify.py --model MODEL.tflite --image PICTURE --labels LABELS.txt
                [--delegate libapu_tflite_delegate.so] [--device sim:]
                [--top N]

Prints the labels with the highest scores, best first.
"""

import argparse
import sys

import numpy
from ai_edge_litert.interpreter import Interpreter, load_delegate
from PIL import Image


def read_arguments():
    parser = argparse.ArgumentParser(description="Classify a picture with LiteRT.")
    parser.add_argument("--model", required=True, help="a .tflite classifier")
    parser.add_argument("--image", required=True, help="a picture")
    parser.add_argument("--labels", required=True, help="one label a line")
    parser.add_argument("--delegate", help="libapu_tflite_delegate.so")
    parser.add_argument("--device", help="device string, for one sim:")
    parser.add_argument("--top", type=int, default=1, help="how many labels")
    return parser.parse_args()


def make_interpreter(arguments):
    delegates = []
    if arguments.delegate:
        options = {"log": "info"}
        if arguments.device:
            options["device"] = arguments.device
        delegates.append(load_delegate(arguments.delegate, options))
    interpreter = Interpreter(
        model_path=arguments.model, experimental_delegates=delegates
    )
    interpreter.allocate_tensors()
    return interpreter


def read_picture(path, given):
    """The picture in the input's size, as the model expects pixels."""
    _, height, width, _ = given["shape"]
    picture = Image.open(path).convert("RGB").resize((width, height), Image.BILINEAR)
    pixels = numpy.asarray(picture)[numpy.newaxis]
    if given["dtype"] == numpy.uint8:
        return pixels
    if given["dtype"] == numpy.int8:
        return (pixels.astype(numpy.int16) - 128).astype(numpy.int8)
    return pixels.astype(given["dtype"]) / 127.5 - 1


def scores_of(values, result):
    """What integers of the output stand for."""
    scale, zero_point = result["quantization"]
    if scale == 0:
        return values
    return (values.astype(numpy.float32) - zero_point) * scale


def main():
    arguments = read_arguments()
    with open(arguments.labels, encoding="utf-8") as lines:
        labels = [line.strip() for line in lines]
    interpreter = make_interpreter(arguments)
    given = interpreter.get_input_details()[0]
    result = interpreter.get_output_details()[0]

    interpreter.set_tensor(given["index"], read_picture(arguments.image, given))
    interpreter.invoke()
    scores = scores_of(interpreter.get_tensor(result["index"]).flatten(), result)
    # Some models count a label more than the list, "background", in front.
    offset = len(scores) - len(labels)
    for index in numpy.argsort(-scores, kind="stable")[: arguments.top]:
        place = index - max(offset, 0)
        label = labels[place] if 0 <= place < len(labels) else f"class {index}"
        print(f"{scores[index]:.4f} {label}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, RuntimeError, ValueError) as error:
        print(f"classify.py: {error}", file=sys.stderr)
        sys.exit(1)
