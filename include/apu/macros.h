/* SPDX-License-Identifier: MIT */
#ifndef APU_MACROS_H
#define APU_MACROS_H

/**
 * @file
 * What every other header needs: visibility, language linkage, the version.
 */

#ifdef __cplusplus
#define APU_BEGIN_DECLS extern "C" {
#define APU_END_DECLS   }
#else
#define APU_BEGIN_DECLS
#define APU_END_DECLS
#endif

#if defined(__GNUC__)
#define APU_API      __attribute__((visibility("default")))
#define APU_MUST_USE __attribute__((warn_unused_result))
#else
#define APU_API
#define APU_MUST_USE
#endif

/** Version of the headers a program was compiled with. */
#define APU_VERSION_MAJOR 0
#define APU_VERSION_MINOR 1
#define APU_VERSION_MICRO 0

APU_BEGIN_DECLS

/**
 * Tell the version of the library that is running, "MAJOR.MINOR.MICRO".
 *
 * @return A static string; never NULL, never freed.
 *
 * @par Threads  Safe.
 * @since 0.1
 */
APU_API const char *
apu_version(void);

APU_END_DECLS

#endif
