#!/bin/sh
# SPDX-License-Identifier: MIT
# Run the example programs and the tool on the held-out digits (TAP).
# usage: test-digits.sh FOLDER DIGITS FIRST [APU]
set -u

folder=$1
digits=$2
first=$3
apu=${4-}
model=$folder/digits.tflite
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

# The last line of what digits.c prints is "LABEL, probability P".
digits_says() {
	"$digits" "$model" "$2" >"$work/out" || return 1
	cat "$work/out"
	tail -n 1 "$work/out" | grep -q "^$1, probability "
}

first_says() {
	tail -c 64 "$2" | "$first" "$model" >"$work/out" || return 1
	cat "$work/out"
	test "$(cat "$work/out")" = "$1"
}

fails_with() {
	status=$1
	shift
	"$@" </dev/null >"$work/out" 2>&1
	test $? -eq "$status" || return 1
	cat "$work/out"
	test -s "$work/out"
}

# int8 = byte - 128: the upper bit flips.
to_int8() {
	LC_ALL=C tr '\000-\377' '\200-\377\000-\177'
}

held_out_is_bit_exact() {
	size=$((64 * $(wc -l <"$folder/held-out-labels.txt")))
	tail -c $size "$folder/held-out.pgm" | to_int8 >"$work/in.bin"
	"$apu" run "$model" --device sim: \
		--raw-in "$work/in.bin" --raw-out "$work/out.bin" || return 1
	cmp "$work/out.bin" "$folder/held-out-scores.bin"
}

picture_is_read_as_trained() {
	tail -c 64 "$1" | to_int8 >"$work/in.bin"
	"$apu" run "$model" --device sim: \
		--raw-in "$work/in.bin" --raw-out "$work/raw.bin" || return 1
	"$apu" run "$model" --device sim: \
		--image "$1" --raw-out "$work/image.bin" || return 1
	cmp "$work/image.bin" "$work/raw.bin"
}

for picture in "$folder"/digit-*.pgm; do
	name=$(basename "$picture" .pgm)
	label=${name#digit-}
	label=${label%-*}
	check "digits-recognises-$name" digits_says "$label" "$picture"
	check "first-recognises-$name" first_says "$label" "$picture"
done
check "digits-without-arguments-shows-its-usage" fails_with 2 "$digits"
check "digits-refuses-what-is-not-a-picture" \
	fails_with 1 "$digits" "$model" "$model"
check "digits-refuses-an-unknown-device" \
	fails_with 1 "$digits" "$model" "$folder/digit-0-00.pgm" "nowhere:"
check "first-refuses-what-is-not-a-model" \
	fails_with 1 "$first" "$folder/labels.txt"
if [ -n "$apu" ]; then
	check "apu-run-gives-the-bytes-of-litert" held_out_is_bit_exact
	for picture in "$folder"/digit-*.pgm; do
		check "apu-run-reads-$(basename "$picture" .pgm)-as-trained" \
			picture_is_read_as_trained "$picture"
	done
fi
echo "1..$count"
