#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Check the command line of apu-deviced; no driver is needed.

    test-deviced.py APU_DEVICED SOURCE_ROOT
"""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import TIMEOUT_S, call, main, test


def fail(*args, status, text):
    """One line that says what, why, and with status 2 what to do."""
    done = call(*args)
    if status == 2:
        text += " (apu-deviced --help lists the options)"
    assert done.returncode == status, f"exit {done.returncode}"
    assert done.stdout == b"", done.stdout
    assert done.stderr.decode() == f"apu-deviced: {text}\n", done.stderr


@test("help_names_every_option")
def _(_tmp):
    done = call("--help")
    assert done.returncode == 0 and done.stderr == b"", done
    for option in ("--netlink", "--node", "--control", "--help", "/dev/apu_dev"):
        assert option in done.stdout.decode(), option


@test("wrong_command_lines_are_refused")
def _(_tmp):
    for args, text in (
            (["--melt"], "wrong option --melt"),
            (["--netlink=1"], "wrong option --netlink=1"),
            (["--control"], "no value follows --control"),
            (["--netlink", "--node"], "no value follows --node"),
            (["--node", "/dev/null"], "--node is for --netlink"),
            (["/dev/null", "/dev/zero"], "one path too many: /dev/zero"),
            (["--netlink", "/dev/null"], "one path too many: /dev/null")):
        fail(*args, status=2, text=text)


@test("what_is_not_there_is_named")
def _(tmp):
    gone = tmp / "gone"
    fail(gone, status=1, text=f"{gone}: No such file or directory")
    fail("--netlink", "--node", gone, status=1,
         text=f"{gone}: No such file or directory")
    fail("--control", gone / "socket", status=1,
         text=f"{gone}/socket: No such file or directory")


@test("control_socket_never_replaces_a_file")
def _(tmp):
    file = tmp / "file"
    file.write_text("mine")
    fail("--control", file, status=1, text=f"{file}: File exists")
    assert file.read_text() == "mine"


@test("no_driver_leaves_no_control_socket")
def _(tmp):
    path = tmp / "socket"
    fail("--control", path, tmp / "gone", status=1,
         text=f"{tmp}/gone: No such file or directory")
    assert not path.exists()


def connect(path):
    """To the socket that is to come."""
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        client.settimeout(TIMEOUT_S)
        try:
            client.connect(str(path))
            return client
        except (FileNotFoundError, ConnectionRefusedError):
            client.close()
            assert time.monotonic() < deadline, f"nobody listens at {path}"
            time.sleep(0.01)


def ask(path, text):
    with connect(path) as client:
        client.send(text.encode())
        return client.recv(256).decode()


@test("control_socket_answers_until_the_process_is_told_to_end")
def _(tmp):
    path, device = tmp / "socket", tmp / "device"
    # A pipe that never says anything stands for the driver.
    os.mkfifo(device)
    process = subprocess.Popen([sys.argv[1], "--control", path, device])
    try:
        assert ask(path, "job:nth=3:hang+job:late=5") == "ok"
        assert ask(path, "unspent") == "2"
        assert ask(path, "job:nth=0:hang") == \
            'error: "nth=0": nth wants a number of 1 to 1000000'
    finally:
        process.send_signal(signal.SIGTERM)
        status = process.wait(TIMEOUT_S)
    assert status == 0, status
    assert not path.exists()


sys.exit(main())
