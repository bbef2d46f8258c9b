# SPDX-License-Identifier: MIT
"""Run unittest's tests as TAP: one line a test, diagnostics behind '#'."""

import os
import pathlib
import sys
import time
import unittest

SHARED = pathlib.Path(os.environ.get("APU_SHARED", "../shared"))


class Result(unittest.TestResult):
    """Prints each verdict when it falls."""

    def startTestRun(self):
        super().startTestRun()
        self.number = 0
        self.began = time.monotonic()

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def _say(self, verdict, test, note=""):
        self.number += 1
        name = getattr(test, "_testMethodName", test.id())
        name = name.removeprefix("test_")
        print(f"{verdict} {self.number} - {name}{note}", flush=True)
        print(f"# {time.monotonic() - self.began:.2f} s", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self._say("ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._say("ok", test, f" # SKIP {reason}")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._fail(test, self.failures[-1][1])

    def addError(self, test, error):
        super().addError(test, error)
        self._fail(test, self.errors[-1][1])

    def _fail(self, test, text):
        self._say("not ok", test)
        for line in text.splitlines():
            print(f"# {line}", flush=True)


def needs_shared():
    """Skip a test without the shared models; on the project's machines, fail."""
    if (SHARED / "models" / "index.json").is_file():
        return
    why = f"shared models not found at {SHARED}"
    if "CI" in os.environ:
        raise AssertionError(why)
    raise unittest.SkipTest(why)


def main():
    """Run the tests of the program that calls this."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    print(f"1..{suite.countTestCases()}", flush=True)
    result = Result()
    result.startTestRun()
    suite.run(result)
    result.stopTestRun()
    sys.exit(0 if result.wasSuccessful() else 1)
