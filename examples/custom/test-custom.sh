#!/bin/sh
# SPDX-License-Identifier: MIT
# Run the example of a custom operator (TAP).
# usage: test-custom.sh FOLDER CUSTOM FIRST
set -u

folder=$1
custom=$2
first=$3
count=0

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# check WHAT COMMAND...: one line of TAP, and why when it is "not ok".
check() {
	count=$((count + 1))
	what=$1
	shift
	if "$@" >"$work/log" 2>&1; then
		echo "ok $count - $what"
	else
		echo "not ok $count - $what"
		sed 's/^/# /' "$work/log"
	fi
}

prints() {
	"$custom" "$folder/smooth.tflite" >"$work/out" || return 1
	cat "$work/out"
	grep -qx "$1" "$work/out"
}

# The window is the only 3 in 4 bytes behind the length of the options.
with_window() {
	LC_ALL=C sed "s/\x04\x00\x00\x00\x03\x00\x00\x00/\x04\x00\x00\x00\x$1\x00\x00\x00/" \
		"$folder/smooth.tflite" >"$work/model.tflite"
	! cmp -s "$folder/smooth.tflite" "$work/model.tflite"
}

refuses_window() {
	with_window "$1" || return 1
	"$custom" "$work/model.tflite" >"$work/out" 2>&1
	test $? -eq 1 || return 1
	cat "$work/out"
	grep -q "its window is not odd" "$work/out"
}

runs_window_of_one() {
	with_window 01 || return 1
	"$custom" "$work/model.tflite" |
		grep -qx "result 7 1 1 1 7 1 1 1 7 1 1 1 7 1 1 1"
}

refused_without_its_function() {
	"$first" "$folder/smooth.tflite" </dev/null >"$work/out" 2>&1
	test $? -eq 1 || return 1
	cat "$work/out"
	grep -q "MovingAverage" "$work/out" &&
		grep -q "apu_custom_registry_add" "$work/out"
}

check "signal-is-doubled-smoothed-and-lifted" \
	prints "result 4 3 1 3 3 3 1 3 3 3 1 3 3 3 1 1"
check "function-is-called-once-an-inference" prints "calls 1"
check "window-of-one-leaves-the-signal" runs_window_of_one
check "even-window-is-refused-by-the-load" refuses_window 04
check "window-of-255-is-refused-by-the-load" refuses_window ff
check "without-its-function-the-model-is-refused" \
	refused_without_its_function
echo "1..$count"
