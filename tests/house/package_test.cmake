# Installs this build into an empty prefix, then builds and runs tests/house/package against it.
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
file(REMOVE_RECURSE "${SCRATCH}")
must_pass("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${SCRATCH}/prefix")

# What a user of the package gets must not depend on where it was built.
file(GLOB_RECURSE files "${SCRATCH}/prefix/*.cmake" "${SCRATCH}/prefix/*.h")
foreach(file IN LISTS files)
  file(READ "${file}" text)
  foreach(word "${SOURCE}" "${BUILD}" fossilct_warnings)
    string(FIND "${text}" "${word}" position)
    if(NOT position EQUAL -1)
      message(FATAL_ERROR "the installed ${file} holds '${word}'")
    endif()
  endforeach()
endforeach()

# The program finds its companion in the install tree too.
if(EXISTS "${BUILD}/libexec/fossilct/fossilct-torch")
  must_pass("${SCRATCH}/prefix/bin/fossilct" help weights)
endif()

must_pass("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/package" -B "${SCRATCH}/build" -G "${GENERATOR}"
  "-DCMAKE_PREFIX_PATH=${SCRATCH}/prefix" "-DCMAKE_C_COMPILER=${C_COMPILER}"
  "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}" "-DCMAKE_CXX_FLAGS=${CXX_FLAGS}" "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}")
must_pass("${CMAKE_COMMAND}" --build "${SCRATCH}/build")
must_pass("${SCRATCH}/build/consumer")
message("${output}")
