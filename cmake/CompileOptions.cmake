# Options every room is compiled with; warnings live in an INTERFACE target that is not installed, so
# that users of the package do not inherit them.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

add_library(fossilct_warnings INTERFACE)
target_compile_options(fossilct_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual)
# GCC 12 warns of impossible overlaps inside std::string (its bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(fossilct_warnings INTERFACE -Wno-restrict)
endif()
# Where a file is compiled with others of its room (docs/decisions/030), what its unnamed namespace holds
# is no stranger to them: builds of one file at a time (dev, asan-ubsan) have these warnings.
if(CMAKE_UNITY_BUILD)
  target_compile_options(fossilct_warnings INTERFACE -Wno-shadow -Wno-subobject-linkage)
endif()
if(FOSSILCT_WARNINGS_AS_ERRORS)
  target_compile_options(fossilct_warnings INTERFACE -Werror)
endif()

# A phantom must be the same on every machine: no fused multiply-add behind our back.
add_compile_options(-ffp-contract=off)

configure_file("${PROJECT_SOURCE_DIR}/cmake/version.h.in" "${PROJECT_BINARY_DIR}/generated/fossilct_version.h")
