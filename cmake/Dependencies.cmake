# Every find_package of the project, by the room that needs it. Why each: docs/decisions/.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

if("base" IN_LIST FOSSILCT_BUILT_ROOMS)
  find_package(OpenSSL REQUIRED)
  find_package(nlohmann_json 3.11 REQUIRED)
endif()

if("io" IN_LIST FOSSILCT_BUILT_ROOMS)
  find_package(ITK 5.2 REQUIRED COMPONENTS ITKIOMeta ITKIONRRD ITKGDCM ITKIOGDCM ITKIOPNG ITKIOJPEG
    ITKIOBMP ITKIOTIFF)
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-include \"${PROJECT_SOURCE_DIR}/cmake/itk_under_clang.h\">")
  endif()
  set(HDF5_PREFER_PARALLEL OFF)
  find_package(HDF5 1.10 REQUIRED COMPONENTS C)
  find_package(TIFF REQUIRED)
  find_package(PNG REQUIRED)
  find_package(JPEG REQUIRED)
  find_package(EXPAT REQUIRED)
  find_package(ZLIB REQUIRED)
  pkg_check_modules(LIBDEFLATE REQUIRED IMPORTED_TARGET libdeflate)
  pkg_check_modules(LIBGSF REQUIRED IMPORTED_TARGET libgsf-1)
  find_path(NIFTI_INCLUDE_DIR nifti2_io.h PATH_SUFFIXES nifti REQUIRED)
  find_library(NIFTI2_LIBRARY nifti2 REQUIRED)
  find_library(ZNZ_LIBRARY znz REQUIRED)
endif()

if("networks" IN_LIST FOSSILCT_BUILT_ROOMS)
  # Debian's LibTorch, or an official one named by CMAKE_PREFIX_PATH
  # (python3 -c "import torch; print(torch.utils.cmake_prefix_path)").
  find_package(Torch 1.13 REQUIRED)
  string(STRIP "${TORCH_CXX_FLAGS}" FOSSILCT_TORCH_FLAGS)
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:${FOSSILCT_TORCH_FLAGS}>")
  # The slice engine's threads are those of LibTorch; without OpenMP (clang alone) it runs on one.
  find_package(OpenMP COMPONENTS CXX)
endif()

if("database" IN_LIST FOSSILCT_BUILT_ROOMS)
  find_package(SQLite3 3.34 REQUIRED)
endif()

if("specimens" IN_LIST FOSSILCT_BUILT_ROOMS)
  find_package(Qhull 8 REQUIRED)
  find_package(Boost 1.74 REQUIRED)
endif()

if("render" IN_LIST FOSSILCT_BUILT_ROOMS)
  find_package(VTK 9.1 REQUIRED COMPONENTS CommonCore CommonDataModel CommonMath FiltersCore FiltersGeneral RenderingCore
    RenderingOpenGL2 RenderingVolume RenderingVolumeOpenGL2 glew)
  find_package(OpenGL REQUIRED COMPONENTS OpenGL EGL)
  find_package(X11 REQUIRED)
  pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo-pdf cairo-svg)
  pkg_check_modules(RSVG REQUIRED IMPORTED_TARGET librsvg-2.0)
endif()

if("view" IN_LIST FOSSILCT_BUILT_ROOMS)
  find_package(Qt5 5.15 QUIET COMPONENTS Widgets)
  if(NOT Qt5Widgets_FOUND)
    list(REMOVE_ITEM FOSSILCT_BUILT_ROOMS view)
    message(STATUS "Qt 5 (qtbase5-dev) is not here: the room view is left out")
  endif()
endif()

if("apps" IN_LIST FOSSILCT_BUILT_ROOMS)
  find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
endif()

if(BUILD_TESTING)
  find_package(doctest 2.4 REQUIRED)
  # VTK's own reader checks the volume file, where VTK is installed.
  if("io" IN_LIST FOSSILCT_BUILT_ROOMS)
    find_package(VTK 9.1 QUIET COMPONENTS IOHDF CommonDataModel)
  endif()
endif()
