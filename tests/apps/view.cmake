# view: what it refuses, its picture on Qt's own screen in memory, and the whole of it under Xvfb.
fossilct_cli_test(view_help ARGS help view EXIT 0 STDOUT "Usage: fossilct view CATALOGUE.SCAN .LABELS.*Examples:.*Exit codes:")
fossilct_cli_test(view_nothing ARGS view EXIT 2 STDERR "INPUT is missing.*help view")
fossilct_cli_test(view_missing ARGS view none.h5 EXIT 1 STDERR "none.h5: ")
fossilct_cli_test(view_missing_catalogue ARGS view none.fossils EXIT 1 STDERR "none.fossils: there is no such folder")
fossilct_cli_test(view_wrong_file ARGS view in/truth.csv EXIT 1 STDERR "in/truth.csv: ")
fossilct_cli_test(view_well ARGS view in/well.sqlite EXIT 1 STDERR "well.sqlite: joins several scans, and has no crops; view the catalogue of a scan")
fossilct_cli_test(view_scan_of_scan ARGS view in/good --spacing-um 2 --scan in/good EXIT 2 STDERR "--scan: is for a catalogue")
fossilct_cli_test(view_by_of_scan ARGS view in/good --spacing-um 2 --by A EXIT 2 STDERR "--by: is for a catalogue")
fossilct_cli_test(view_labels_of_catalogue ARGS view in/t.fossils in/masks EXIT 2 STDERR "LABELS: 'in/masks': a catalogue has its own ids")
fossilct_cli_test(view_backend ARGS view in/good --backend metal EXIT 2 STDERR "--backend: 'metal' is none of: auto, egl, x11")
fossilct_cli_test(view_no_spacing ARGS view in/good EXIT 1 STDERR "--spacing-um")
fossilct_cli_test(view_spacing_unit ARGS view in/good --spacing-unit mile EXIT 2 STDERR "--spacing-unit: 'mile'")

# Nobody needs a display for the picture where Qt draws in memory.
set(on_screen_in_memory "QT_QPA_PLATFORM=offscreen" "LIBGL_ALWAYS_SOFTWARE=1")
function(fossilct_picture_test name)
  fossilct_cli_test(view_${name} ${ARGN})
  set_property(TEST cli_view_${name} APPEND PROPERTY ENVIRONMENT ${on_screen_in_memory})
endfunction()
fossilct_picture_test(scan ARGS view in/good --spacing-um 2 --picture a.png EXIT 0 LEAVES a.png STDOUT "written +a.png")
fossilct_picture_test(unknown_spacing ARGS view in/good --spacing-unknown --picture a.png EXIT 0 LEAVES a.png)
fossilct_picture_test(labels ARGS view in/good in/masks --spacing-um 2 --picture a.png --verbose EXIT 0 LEAVES a.png STDERR "first slices after")
fossilct_picture_test(picture_exists PREPARE view in/good --spacing-um 2 --picture a.png ARGS view in/good --spacing-um 2 --picture a.png
  EXIT 1 LEAVES a.png STDERR "a.png: exists already")
if("data" IN_LIST FOSSILCT_BUILT_ROOMS)
  set(viewed COPY phantom.fossils ARGS view phantom.fossils)
  fossilct_picture_test(catalogue ${viewed} --picture phantom.fossils/a.png --json EXIT 0 STDOUT "\"decided\": 0")
  fossilct_picture_test(backend_egl ${viewed} --picture phantom.fossils/a.png --backend egl EXIT 0)
  fossilct_picture_test(scan_moved ${viewed} --scan in/phantom.h5 --picture phantom.fossils/a.png EXIT 0)
  fossilct_cli_test(view_scan_not_there ${viewed} --scan none.h5 EXIT 1 STDERR "none.h5: ")
  fossilct_cli_test(view_scan_of_another ${viewed} --scan in/good EXIT 1 STDERR "in/good: its size is 16 x 12 x 8 voxels, that of the catalogue's scan 96 x 96 x 64")
  fossilct_cli_test(view_labels_as_scan ${viewed} --scan in/phantom-labels.h5 EXIT 1 STDERR "in/phantom-labels.h5: these are labels")

  # As a user does: an X server, keys, wheel and clicks of it.
  find_program(FOSSILCT_XVFB Xvfb)
  find_program(FOSSILCT_XDOTOOL xdotool)
  if(FOSSILCT_XVFB AND FOSSILCT_XDOTOOL)
    add_test(NAME cli_view_under_x COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/view_test.py"
      "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/inputs/phantom.fossils" "${CMAKE_CURRENT_BINARY_DIR}/runs/view_under_x"
      "${FOSSILCT_XVFB}" "${FOSSILCT_XDOTOOL}")
    set_tests_properties(cli_view_under_x PROPERTIES LABELS cli TIMEOUT 120 FIXTURES_REQUIRED cli_inputs
      ENVIRONMENT "LIBGL_ALWAYS_SOFTWARE=1")
  endif()
endif()

# Only the viewer has Qt.
foreach(program fossilct fossilct-vtk)
  add_test(NAME cli_${program}_without_qt COMMAND ldd "$<TARGET_FILE:${program}>")
  set_tests_properties(cli_${program}_without_qt PROPERTIES LABELS cli FAIL_REGULAR_EXPRESSION "libQt5Widgets")
endforeach()
