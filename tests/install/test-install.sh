#!/bin/sh
# SPDX-License-Identifier: MIT
# Install libapu into a folder of its own, and build and run a program outside
# the tree against what was installed (TAP).
# usage: test-install.sh SOURCE_FOLDER BUILD_FOLDER MESON SANITIZE COMPILER...
set -u

source=$1
build=$2
meson=$3
sanitize=$4
shift 4
compiler=$*
count=0
flags=
libdir=
pkg_config=pkg-config

if ! command -v pkg-config >/dev/null; then
	echo "1..0 # SKIP pkg-config is not installed"
	exit 0
fi

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
model=$source/examples/digits/digits.tflite
picture=$source/examples/digits/digit-3-00.pgm

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

# Everything is moved below $work/root; the prefix stays what it was.
install_libapu() {
	"$meson" install -C "$build" --no-rebuild --destdir "$work/root" ||
		return 1
	PKG_CONFIG_PATH=$(dirname "$(find "$work/root" -name libapu.pc)")
	export PKG_CONFIG_PATH
	test -f "$PKG_CONFIG_PATH/libapu.pc"
}

# So pkg-config is told where the prefix has been moved to.
find_with_pkg_config() {
	prefix=$work/root$(pkg-config --variable=prefix libapu)
	pkg_config="pkg-config --define-variable=prefix=$prefix"
	flags=$($pkg_config --cflags --libs libapu) || return 1
	libdir=$($pkg_config --variable=libdir libapu) || return 1
	echo "flags $flags, libdir $libdir"
	test -f "$prefix/include/apu/apu.h" && test -e "$libdir/libapu.so"
}

# In a folder that shares nothing with the tree but a copied file.
build_program() {
	mkdir "$work/program" || return 1
	cp "$source/examples/digits/digits.c" "$work/program/" || return 1
	cd "$work/program" || return 1
	# shellcheck disable=SC2086 # lists of words
	$compiler $sanitize_flags -Wall -Wextra -Werror digits.c -o digits $flags
}

uses_the_installed_library() {
	LD_LIBRARY_PATH=$libdir ldd "$work/program/digits" >"$work/out"
	cat "$work/out"
	grep -q "libapu\.so\.0 => $libdir/" "$work/out"
}

recognises_a_three() {
	LD_LIBRARY_PATH=$libdir "$work/program/digits" "$model" "$picture" \
		>"$work/out" || return 1
	cat "$work/out"
	grep -q '^3, probability' "$work/out"
}

builds_with_make() {
	rm "$work/program/digits" || return 1
	make -C "$work/program" -f "$source/examples/outside/Makefile" digits \
		CC="$compiler" CFLAGS="$sanitize_flags" PKG_CONFIG="$pkg_config"
}

# It needs libdrm's file, too, whose prefix has not been moved: so ours say
# themselves where theirs is.
move_pkg_config_files() {
	mkdir "$work/pkgconfig" || return 1
	for file in "$PKG_CONFIG_PATH"/*.pc; do
		sed "s|^prefix=.*|prefix=$prefix|" "$file" \
			>"$work/pkgconfig/${file##*/}" || return 1
	done
	PKG_CONFIG_PATH=$work/pkgconfig
}

# libdrm_apu, by its own pkg-config file. Its program and its header are all
# that there is: no word of libapu.
builds_drm_apu_program() {
	mkdir "$work/compat" && move_pkg_config_files || return 1
	cp "$source/tests/compat/drm-apu-program.c" "$work/compat/" || return 1
	cd "$work/compat" || return 1
	compat_flags=$(pkg-config --cflags --libs libdrm_apu libdrm) || return 1
	echo "flags $compat_flags"
	test "$(pkg-config --modversion libdrm_apu)" = 0.6 || return 1
	# shellcheck disable=SC2086 # lists of words
	$compiler $sanitize_flags -Wall -Wextra -Werror drm-apu-program.c \
		-o drm-apu-program $compat_flags
}

# usage: runs_on_the_simulator PROGRAM. Its libapu is found by itself.
runs_on_the_simulator() {
	LD_LIBRARY_PATH=$libdir ldd "$1" || return 1
	APU_DEVICE=sim:timeout_ms=20000 LD_LIBRARY_PATH=$libdir "$1" \
		/dev/null >"$work/out"
	status=$?
	cat "$work/out"
	test "$status" = 0 && grep -q "^ok 8" "$work/out"
}

# As the original was linked: functions without versions. All that is known of
# it here is its names.
builds_program_against_the_original() {
	nm -D --defined-only "$libdir/libdrm_apu.so" |
		sed -n 's/^.* T \(apu_[a-z_]*\)@.*/void \1(void);void \1(void){}/p' \
			>"$work/compat/original.c" || return 1
	mkdir "$work/compat/original" || return 1
	# shellcheck disable=SC2086 # lists of words
	$compiler -shared -fPIC -Wl,-soname,libdrm_apu.so.1 \
		"$work/compat/original.c" \
		-o "$work/compat/original/libdrm_apu.so" || return 1
	# shellcheck disable=SC2046,SC2086 # lists of words
	$compiler $sanitize_flags "$work/compat/drm-apu-program.c" \
		-o "$work/compat/old-program" \
		$(pkg-config --cflags libdrm_apu libdrm) \
		-L"$work/compat/original" -ldrm_apu -ldrm || return 1
	nm -D "$work/compat/old-program" | grep "U apu_device_ref$\|U apu_queue$"
}

# A program that links a sanitised library has to be sanitised itself.
sanitize_flags=
if [ "$sanitize" != none ]; then
	sanitize_flags=-fsanitize=$sanitize
fi

check "meson-installs-into-a-folder" install_libapu
check "pkg-config-finds-headers-and-library" find_with_pkg_config
check "program-outside-the-tree-compiles" build_program
check "program-uses-the-installed-library" uses_the_installed_library
check "program-recognises-a-digit" recognises_a_three
if command -v make >/dev/null; then
	check "makefile-outside-the-tree-builds-it" builds_with_make
fi
check "drm-apu-program-compiles-by-pkg-config" builds_drm_apu_program
check "drm-apu-program-runs-on-the-simulator" \
	runs_on_the_simulator "$work/compat/drm-apu-program"
check "program-links-with-unversioned-names" builds_program_against_the_original
check "program-of-the-original-runs-on-the-simulator" \
	runs_on_the_simulator "$work/compat/old-program"
echo "1..$count"
