#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The kernel interface has the same layout and the same numbers on every
# architecture: its header's assertions, with the compilers at hand.
#
# Usage: check-uapi.sh SOURCE_ROOT; prints TAP.
set -u

number=0
check() { # NAME COMPILER [OPTION]...
	name=$1
	shift
	number=$((number + 1))
	if ! command -v "$1" >/dev/null; then
		if [ -n "${CI-}" ]; then
			echo "not ok $number - $name: no $1"
		else
			echo "ok $number - $name # SKIP no $1"
		fi
		return
	fi
	if printf '#include "uapi/apu_drm.h"\n%s\n' "$claim" |
		"$@" -std=c17 -ffreestanding -Wall -Wextra -Wpedantic -Werror -I "$root/src" \
		-x c -c - -o /dev/null; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
	fi
}

root=$1
claim='_Static_assert(APUI_DRM_HAS_ABI, "64-bit members are aligned to 8");'
case $(cc -dumpmachine) in
x86_64*) echo "1..5" ;;
*) echo "1..4" ;;
esac
check host cc
check arm32 arm-none-eabi-gcc -mcpu=cortex-a7
check riscv64 riscv64-unknown-elf-gcc
check riscv32 riscv64-unknown-elf-gcc -march=rv32imac -mabi=ilp32

# The published driver has no translation for 32-bit x86, which packs otherwise.
case $(cc -dumpmachine) in
x86_64*)
	claim='_Static_assert(!APUI_DRM_HAS_ABI, "i386 aligns to 4");'
	check i386-has-none cc -m32 -U__linux__
	;;
esac
