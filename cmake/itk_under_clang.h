// SPDX-License-Identifier: Apache-2.0
#pragma once

// Included ahead of every file where the compiler is clang (cmake/Dependencies.cmake). Debian's ITK
// 5.2 has a header that was generated for GCC and stops any other compiler. It only says which
// features of C++ there are; clang has all those of GCC 12.
#if defined(__cplusplus) && __has_include(<itk_compiler_detection.h>)
#pragma push_macro("__clang__")
#pragma push_macro("__GNUC__")
#undef __clang__
#undef __GNUC__
#define __GNUC__ 12
#include <itk_compiler_detection.h>
#pragma pop_macro("__GNUC__")
#pragma pop_macro("__clang__")
#endif
