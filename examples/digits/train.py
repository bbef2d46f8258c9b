#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Train the digits model and write every file of this folder that is data.

    python3 train.py [FOLDER]

Needs the packages named in README.md; takes about a minute. FOLDER (this
one by default) gets:

    digits.tflite            the model, int8 all through
    labels.txt               the names of its outputs, one a line
    digit-LABEL-NN.pgm       a dozen held-out digits, one a file
    held-out.pgm             all held-out digits, one below the other
    held-out-labels.txt      what they are, one a line

One rule joins the three worlds. A pixel of the data set is a count, 0 to 16.
A byte of a PGM file is round(255 * count / 16). The network was trained on
byte / 255, and its input is quantised with scale 1/255 and zero point -128:
so an int8 input element is byte - 128, exactly, and nothing is lost between a
file and the network.
"""

import os
import pathlib
import sys

# Results that do not depend on how many processors share the work.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import numpy as np
import scipy.ndimage
import sklearn.datasets
import tensorflow as tf

SEED = 1797
SIDE = 8
CLASSES = 10
HELD_OUT_EVERY = 4  # pictures 3, 7, 11, ... are never trained on
COPIES = 40  # distorted copies of each training picture
EPOCHS = 24
BATCH = 128
PICTURES = 12  # held-out digits that get a file of their own


def load_data():
    """Return (images as bytes, labels) to train on, and held out."""
    data = sklearn.datasets.load_digits()
    counts = data.images.astype(np.int64)
    images = ((counts * 255 + 8) // 16).astype(np.uint8)
    held_out = np.arange(len(images)) % HELD_OUT_EVERY == HELD_OUT_EVERY - 1
    return (
        (images[~held_out], data.target[~held_out]),
        (images[held_out], data.target[held_out]),
    )


def distort(image, random):
    """Turn, scale, slant and shift a picture a little, as hands do."""
    angle = random.uniform(-0.2, 0.2)
    slant = random.uniform(-0.2, 0.2)
    scale = random.uniform(0.9, 1.15)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    )
    matrix = turn @ np.array([[1, 0], [slant, 1]]) / scale
    middle = np.full(2, (SIDE - 1) / 2)
    offset = middle - matrix @ (middle + random.uniform(-0.7, 0.7, 2))
    moved = scipy.ndimage.affine_transform(image, matrix, offset, order=1)
    return np.clip(moved * random.uniform(0.8, 1.1), 0, 1)


def augment(images, labels):
    """Return the pictures as reals, and distorted copies of them."""
    random = np.random.default_rng(SEED)
    reals = images.astype(np.float32) / 255
    copies = [reals]
    for _ in range(COPIES):
        copies.append(np.stack([distort(image, random) for image in reals]))
    x = np.concatenate(copies).astype(np.float32)[..., np.newaxis]
    return x, np.tile(labels, COPIES + 1)


def make_network():
    """A small network in the manner of MobileNet: one of each kind of layer."""
    layers = tf.keras.layers
    return tf.keras.Sequential(
        [
            tf.keras.Input((SIDE, SIDE, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.DepthwiseConv2D(3, padding="same", activation="relu"),
            layers.Conv2D(32, 1, activation="relu"),
            layers.MaxPooling2D(2),
            layers.DepthwiseConv2D(3, padding="same", activation="relu"),
            layers.Conv2D(64, 1, activation="relu"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )


def train(images, labels):
    x, y = augment(images, labels)
    network = make_network()
    steps = EPOCHS * -(-len(x) // BATCH)
    network.compile(
        optimizer=tf.keras.optimizers.Adam(
            tf.keras.optimizers.schedules.CosineDecay(3e-3, steps)
        ),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    network.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=2)
    return network


def quantise(network, images):
    """Convert to .tflite, calibrated on the training pictures."""

    # One picture at a time: the shapes in the file are then all fixed.
    picture = tf.keras.Input(batch_shape=(1, SIDE, SIDE, 1), name="picture")
    one_by_one = tf.keras.Model(picture, network(picture))

    def calibrate():
        for image in images:
            real = image.astype(np.float32) / 255
            yield [real.reshape(1, SIDE, SIDE, 1)]

    converter = tf.lite.TFLiteConverter.from_keras_model(one_by_one)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = calibrate
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    return converter.convert()


def check_input(model):
    """The rule at the top of this file, or no model at all."""
    tensor = tf.lite.Interpreter(model_content=model).get_input_details()[0]
    scale, zero_point = tensor["quantization"]
    if np.float32(scale) != np.float32(1 / 255) or zero_point != -128:
        sys.exit(f"input is not byte - 128: scale {scale}, zero {zero_point}")


def write_pgm(path, image):
    height, width = image.shape
    path.write_bytes(b"P5\n%d %d\n255\n" % (width, height) + image.tobytes())


def write_pictures(folder, images, labels):
    """Write the first of each label, and the last ones to make a dozen."""
    firsts = [int(np.argmax(labels == label)) for label in range(CLASSES)]
    others = [i for i in range(len(labels)) if i not in firsts]
    for index in firsts + others[CLASSES - PICTURES :]:
        label = labels[index]
        number = np.count_nonzero(labels[:index] == label)
        name = f"digit-{label}-{number:02}.pgm"
        write_pgm(folder / name, images[index])


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__)
    folder = folder if folder.is_dir() else folder.parent
    tf.keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()

    (images, labels), (held_out, held_out_labels) = load_data()
    network = train(images, labels)
    model = quantise(network, images)
    check_input(model)

    (folder / "digits.tflite").write_bytes(model)
    (folder / "labels.txt").write_text(
        "".join(f"{label}\n" for label in range(CLASSES))
    )
    write_pictures(folder, held_out, held_out_labels)
    write_pgm(folder / "held-out.pgm", held_out.reshape(-1, SIDE))
    (folder / "held-out-labels.txt").write_text(
        "".join(f"{label}\n" for label in held_out_labels)
    )
    reals = held_out.astype(np.float32)[..., np.newaxis] / 255
    right = np.argmax(network.predict(reals, verbose=0), 1) == held_out_labels
    print(f"float, held out: {right.sum()} of {right.size} right")
    print(f"digits.tflite: {len(model)} bytes")


if __name__ == "__main__":
    main()
