#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every shared model that LiteRT loads gives the same with the delegate.

Random inputs, several runs of one interpreter, so that models that keep state
go on from it; integers to the bit. The last test counts what was delegated.

With names of models as arguments, these only, and nothing is counted.
"""

import json
import sys
import unittest

import delegate
import tap

RUNS = 3
STREAMING_RUNS = 40  # as long as the longest memory of a streaming model
NOT_LOADED = {"tflm__person_detect"}  # LiteRT refuses the file
WHOLE_AT_LEAST = 24

whole = {}


def names():
    if sys.argv[1:]:
        return sys.argv[1:]
    index = tap.SHARED / "models" / "index.json"
    if not index.is_file():
        return []
    return sorted(set(json.loads(index.read_text())) - NOT_LOADED)


class ModelTest(unittest.TestCase):
    def check(self, name):
        tap.needs_shared()
        model = tap.SHARED / "models" / name / "model.tflite"
        plugin = delegate.load()
        interpreter = delegate.delegated(model, plugin)
        reference = delegate.reference(model)
        interpreter.allocate_tensors()
        reference.allocate_tensors()
        runs = STREAMING_RUNS if name.startswith("microwake") else RUNS
        for seed in range(runs):
            delegate.check_same(interpreter, reference, seed)
        taken, nodes, partitions = delegate.counts(plugin)
        _, in_place, copied_in, copied_out = delegate.profile(plugin)
        print(f"# {name}: {taken} of {nodes} nodes in {partitions} partition(s); "
              f"{in_place} bytes in place, {copied_in + copied_out} copied")
        whole[name] = taken == nodes


class WholeTest(unittest.TestCase):
    def test_z_at_least_24_models_are_taken_whole(self):
        tap.needs_shared()
        count = sum(whole.values())
        print(f"# {count} of {len(whole)} models are delegated whole")
        assert count >= WHOLE_AT_LEAST


def add_test(name):
    def test(self):
        self.check(name)

    setattr(ModelTest, f"test_{name}", test)


for each in names():
    add_test(each)
# Some that were picked say nothing of the whole.
if sys.argv[1:]:
    del WholeTest


if __name__ == "__main__":
    tap.main()
