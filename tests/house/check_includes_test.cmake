# scripts/check-includes must fail where the tree breaks a rule: each case breaks one in a copy.
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
set(check "${PYTHON}" "${SOURCE}/scripts/check-includes" "${SCRATCH}")

# A tree of three small rooms under the project's own rooms.txt.
function(lay_tree)
  file(REMOVE_RECURSE "${SCRATCH}")
  file(COPY "${SOURCE}/cmake/rooms.txt" DESTINATION "${SCRATCH}/cmake")
  foreach(room base volumes io filters)
    file(WRITE "${SCRATCH}/${room}/CMakeLists.txt"
      "fossilct_room(${room}\n  SOURCES\n    a.cc\n  HEADERS\n    a.h\n  PRIVATE\n    some_library)\n")
    file(WRITE "${SCRATCH}/${room}/a.h" "#pragma once\n#include <vector>\n")
    file(WRITE "${SCRATCH}/${room}/inner.h" "#pragma once\n")
    file(WRITE "${SCRATCH}/${room}/a.cc" "#include \"${room}/a.h\"\n#include \"${room}/inner.h\"\n")
  endforeach()
endfunction()

# Appends LINE to FILE of a fresh tree; the check must then say TEXT.
function(breaks file line text)
  lay_tree()
  file(APPEND "${SCRATCH}/${file}" "${line}\n")
  must_fail_saying("${text}" ${check})
endfunction()

lay_tree()
must_pass(${check})
file(APPEND "${SCRATCH}/io/a.cc" "#include \"base/a.h\"\n#include <itkImage.h>\n#include \"volumes/a.h\"\n")
must_pass(${check})

breaks(base/a.cc [[#include "volumes/a.h"]] "base/a.cc:3: room 'base' may not include 'volumes/a.h' (cmake/rooms.txt)")
breaks(io/a.h [[#include "filters/a.h"]] "io/a.h:3: room 'io' may not include 'filters/a.h' (cmake/rooms.txt)")
breaks(io/a.h [[#include "segment/unet.h"]] "io/a.h:3: room 'io' may not include 'segment/unet.h' (cmake/rooms.txt)")
breaks(io/a.cc [[  #  include <apps/a.h>]] "io/a.cc:3: room 'io' may not include 'apps/a.h' (cmake/rooms.txt)")
breaks(volumes/a.cc [[#include <itkImage.h>]] "volumes/a.cc:3: room 'volumes' may not include 'itkImage.h' (cmake/rooms.txt)")
breaks(io/a.cc [[#include <torch/torch.h>]] "io/a.cc:3: room 'io' may not include 'torch/torch.h' (cmake/rooms.txt)")
breaks(io/a.cc [[#include "../base/a.h"]] "'../base/a.h' names no room")
breaks(io/a.cc [[#include "base/inner.h"]] "'base/inner.h' is private to room 'base'")
breaks(io/a.h [[#include "io/inner.h"]] "an installed header may not include 'io/inner.h'")
breaks(io/stray.cc "" "io/stray.cc: is not listed in io/CMakeLists.txt")
breaks(io/CMakeLists.txt "target_sources(x gone.cc)" "io/CMakeLists.txt: lists 'gone.cc', which is not there")
breaks(tests/base/a_test.cc [[#include "io/a.h"]] "tests of room 'base' may not include 'io/a.h'")
breaks(cmake/rooms.txt "attic: cellar" "the line of 'attic' names 'cellar', which is no room")
breaks(cmake/rooms.txt "attic: attic" "the arrows from 'attic' lead back to it")

# And in the real tree: one wrong line in a copy of the room that includes nothing.
file(REMOVE_RECURSE "${SCRATCH}")
file(COPY "${SOURCE}/cmake/rooms.txt" DESTINATION "${SCRATCH}/cmake")
file(COPY "${SOURCE}/base" "${SOURCE}/volumes" DESTINATION "${SCRATCH}")
must_pass(${check})
file(APPEND "${SCRATCH}/base/error.h" "#include \"volumes/grid.h\"\n")
must_fail_saying("room 'base' may not include 'volumes/grid.h' (cmake/rooms.txt)" ${check})
