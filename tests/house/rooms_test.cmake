# FOSSILCT_ROOMS: a room configures with what it includes and no more; an unknown one is refused.
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
file(REMOVE_RECURSE "${SCRATCH}")
set(configure "${CMAKE_COMMAND}" -S "${SOURCE}" -B "${SCRATCH}" -G "${GENERATOR}"
  "-DCMAKE_C_COMPILER=${C_COMPILER}" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}")

must_fail_saying("FOSSILCT_ROOMS names 'cellar', which is no room here. Rooms: base;database;volumes"
  ${configure} -DFOSSILCT_ROOMS=volumes,cellar)

# ITK, HDF5 and Boost may be absent where only `volumes` is wanted.
must_pass(${configure} -DFOSSILCT_ROOMS=volumes -DCMAKE_DISABLE_FIND_PACKAGE_ITK=ON
  -DCMAKE_DISABLE_FIND_PACKAGE_HDF5=ON -DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON)
if(NOT output MATCHES "Rooms: base;volumes\n")
  message(FATAL_ERROR "expected 'Rooms: base;volumes' in:\n${output}")
endif()
must_pass("${CMAKE_COMMAND}" --build "${SCRATCH}" --target help)
if(NOT output MATCHES "fossilct_volumes" OR output MATCHES "fossilct_io")
  message(FATAL_ERROR "expected the target fossilct_volumes and no fossilct_io in:\n${output}")
endif()
