# `cmake --install` gives headers, libraries, the program and a CMake package `fossilct`;
# `cmake --install --component program` the program alone.
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

# What comes with the program whoever installs it.
install(FILES "${PROJECT_SOURCE_DIR}/README.md" "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
  "${PROJECT_SOURCE_DIR}/CITATION.cff" DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT program)
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME copyright
  COMPONENT program)
file(GLOB documents "${PROJECT_SOURCE_DIR}/docs/*.md" "${PROJECT_SOURCE_DIR}/docs/*.png")
install(FILES ${documents} DESTINATION "${CMAKE_INSTALL_DOCDIR}/docs" COMPONENT program)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs/decisions" DESTINATION "${CMAKE_INSTALL_DOCDIR}/docs" COMPONENT program)

install(FILES "${PROJECT_SOURCE_DIR}/packaging/fossilct-run@.service"
  "${PROJECT_SOURCE_DIR}/packaging/fossilct-run@.timer" DESTINATION lib/systemd/user COMPONENT program)

# `cpack -G DEB` in the build folder: the program and its documents, without headers and libraries.
set(FOSSILCT_MAINTAINER "The authors of fossilct <fossilct@localhost>" CACHE STRING
  "Whom the Debian package names: name and address")
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME fossilct)
set(CPACK_PACKAGE_CONTACT "${FOSSILCT_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "finds, measures and names microfossils in microCT scans")
set(CPACK_PACKAGE_DESCRIPTION "X-ray microCT scans of rock cores in, every microfossil found, measured, meshed and named out:
training, segmentation, catalogue, pictures, reports, and a night's work in one command.")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_RESOURCE_FILE_README "${PROJECT_SOURCE_DIR}/README.md")
set(CPACK_PACKAGING_INSTALL_PREFIX "/usr")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Opened while it runs, so that no program's header names it: what draws without a GPU.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libegl-mesa0, libgl1-mesa-dri")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "ffmpeg, default-mta | mail-transport-agent")
include(CPack)
