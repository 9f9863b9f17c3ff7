# `cmake --install` gives headers, libraries, the program and a CMake package `fossilct`.
include(CMakePackageConfigHelpers)
set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/fossilct")
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/fossilctConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/fossilctConfig.cmake" INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file("${PROJECT_BINARY_DIR}/fossilctConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/fossilctConfig.cmake" "${PROJECT_BINARY_DIR}/fossilctConfigVersion.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/Dependencies.cmake" DESTINATION ${package_folder})
install(FILES "${PROJECT_BINARY_DIR}/generated/fossilct_version.h"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/fossilct")
install(EXPORT fossilctTargets NAMESPACE fossilct:: DESTINATION ${package_folder})
