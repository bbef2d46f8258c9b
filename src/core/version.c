/* SPDX-License-Identifier: MIT */
#include <apu/macros.h>

#define TEXT(x)          #x
#define VERSION(a, b, c) TEXT(a) "." TEXT(b) "." TEXT(c)

const char *
apu_version(void)
{
	return VERSION(APU_VERSION_MAJOR, APU_VERSION_MINOR, APU_VERSION_MICRO);
}
