# Which rooms there are, which are asked for (FOSSILCT_ROOMS), and how one is built.

# Sets FOSSILCT_KNOWN_ROOMS and FOSSILCT_ARROWS_<room> from rooms.txt.
function(fossilct_read_rooms)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/cmake/rooms.txt")
  file(STRINGS "${PROJECT_SOURCE_DIR}/cmake/rooms.txt" lines REGEX "^[a-z]+:")
  set(known "")
  foreach(line IN LISTS lines)
    string(REGEX MATCH "^([a-z]+): *(.*)$" _ "${line}")
    set(room "${CMAKE_MATCH_1}")
    string(REPLACE " " ";" arrows "${CMAKE_MATCH_2}")
    list(APPEND known ${room})
    set(FOSSILCT_ARROWS_${room} "${arrows}" PARENT_SCOPE)
  endforeach()
  set(FOSSILCT_KNOWN_ROOMS "${known}" PARENT_SCOPE)
endfunction()

# Sets FOSSILCT_BUILT_ROOMS: the rooms asked for and all they include, in the order of rooms.txt.
function(fossilct_pick_rooms)
  set(wanted "")
  if(FOSSILCT_ROOMS STREQUAL "all")
    foreach(room IN LISTS FOSSILCT_KNOWN_ROOMS)
      if(EXISTS "${PROJECT_SOURCE_DIR}/${room}/CMakeLists.txt")
        list(APPEND wanted ${room})
      endif()
    endforeach()
  else()
    string(REPLACE "," ";" queue "${FOSSILCT_ROOMS}")
    while(queue)
      list(POP_FRONT queue room)
      if(NOT room IN_LIST FOSSILCT_KNOWN_ROOMS OR NOT EXISTS "${PROJECT_SOURCE_DIR}/${room}/CMakeLists.txt")
        message(FATAL_ERROR "FOSSILCT_ROOMS names '${room}', which is no room here. Rooms: ${FOSSILCT_KNOWN_ROOMS}")
      endif()
      if(NOT room IN_LIST wanted)
        list(APPEND wanted ${room})
        # `apps` may include all and needs only base: its commands come with the rooms that are built.
        string(REPLACE "*" "base" arrows "${FOSSILCT_ARROWS_${room}}")
        list(APPEND queue ${arrows})
      endif()
    endwhile()
  endif()
  set(built "")
  foreach(room IN LISTS FOSSILCT_KNOWN_ROOMS)
    if(room IN_LIST wanted)
      list(APPEND built ${room})
    endif()
  endforeach()
  set(FOSSILCT_BUILT_ROOMS "${built}" PARENT_SCOPE)
endfunction()

# fossilct_room(NAME SOURCES a.cc ... HEADERS a.h ... [PRIVATE lib ...])
# One static library fossilct_NAME; its arrows come from rooms.txt, outside libraries stay PRIVATE.
function(fossilct_room name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;HEADERS;PRIVATE")
  add_library(fossilct_${name} STATIC ${arg_SOURCES} ${arg_HEADERS})
  add_library(fossilct::${name} ALIAS fossilct_${name})
  set_target_properties(fossilct_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON)
  target_compile_features(fossilct_${name} PUBLIC cxx_std_20)
  target_include_directories(fossilct_${name} PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>"
    "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/fossilct>")
  foreach(arrow IN LISTS FOSSILCT_ARROWS_${name})
    target_link_libraries(fossilct_${name} PUBLIC fossilct_${arrow})
  endforeach()
  target_link_libraries(fossilct_${name} PRIVATE ${arg_PRIVATE}
    "$<BUILD_INTERFACE:fossilct_warnings>")
  install(TARGETS fossilct_${name} EXPORT fossilctTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  foreach(header IN LISTS arg_HEADERS)
    cmake_path(GET header PARENT_PATH folder)
    install(FILES ${header} DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/fossilct/${name}/${folder}")
  endforeach()
endfunction()

# fossilct_all_built(VARIABLE room ...): sets VARIABLE to whether all these rooms are built.
function(fossilct_all_built variable)
  set(${variable} ON PARENT_SCOPE)
  foreach(room IN LISTS ARGN)
    if(NOT room IN_LIST FOSSILCT_BUILT_ROOMS)
      set(${variable} OFF PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# fossilct_torch_headers(TARGET [option ...]): compiles it with the precompiled headers of LibTorch that `networks`
# makes for all. For a target that links `networks`.
function(fossilct_torch_headers target)
  target_precompile_headers(${target} REUSE_FROM fossilct_torch_pch)
  # They must be read with the options that they were written with; and out of them GCC 12 takes what it
  # sees wrongly in std::string, as -Wno-restrict elsewhere, for ours: `option` where that is more.
  target_compile_options(${target} PRIVATE -fPIC -Wno-stringop-overflow ${ARGN})
  if(OpenMP_CXX_FOUND)
    target_link_libraries(${target} PRIVATE OpenMP::OpenMP_CXX)
  endif()
endfunction()

# fossilct_sanitized(TARGET label ...): with the label unit or fuzz, the program is one of those that
# the preset asan-ubsan builds (the target fossilct_sanitized) and runs.
function(fossilct_sanitized target)
  if(NOT TARGET fossilct_sanitized)
    add_custom_target(fossilct_sanitized)
  endif()
  if("unit" IN_LIST ARGN OR "fuzz" IN_LIST ARGN)
    add_dependencies(fossilct_sanitized ${target})
  endif()
endfunction()

# fossilct_test(NAME ROOMS io ... SOURCES a_test.cc ... [LABELS unit])
# One doctest program build/<preset>/tests/NAME, one ctest entry for each of its test cases is not
# worth the start-up; the program is the entry and doctest names the case that fails.
function(fossilct_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "ROOMS;SOURCES;LABELS;PRIVATE")
  fossilct_all_built(built ${arg_ROOMS})
  if(NOT built)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  list(TRANSFORM arg_ROOMS PREPEND fossilct_ OUTPUT_VARIABLE libraries)
  target_link_libraries(${name} PRIVATE ${libraries} ${arg_PRIVATE} doctest::doctest fossilct_test_main
    fossilct_warnings)
  foreach(room IN ITEMS networks segment train classify)
    if(room IN_LIST arg_ROOMS)
      fossilct_torch_headers(${name} -Wno-array-bounds)
      break()
    endif()
  endforeach()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  fossilct_sanitized(${name} ${arg_LABELS})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT}
    SKIP_REGULAR_EXPRESSION "^everything skipped"
    ENVIRONMENT "FOSSILCT_TEST_DATA=${FOSSILCT_TEST_DATA}")
endfunction()
