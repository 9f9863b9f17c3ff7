# fossilct_cli_test(NAME ARGS ... EXIT n [STDERR regex] [STDOUT regex] [LEAVES file ...] [PREPARE ...]
#                   [COPY folder])
# One call of the program as a user types it (cli_test.cmake says what is checked). Inputs made by
# make_cli_inputs.py and the folder tests/apps are found under in/.
function(fossilct_cli_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "EXIT;STDERR;STDOUT;COPY" "ARGS;LEAVES;PREPARE")
  list(JOIN arg_ARGS "|" arguments)
  list(JOIN arg_LEAVES "|" leaves)
  list(JOIN arg_PREPARE "|" prepare)
  add_test(NAME cli_${name} COMMAND ${CMAKE_COMMAND} "-DPROGRAM=$<TARGET_FILE:fossilct>"
    "-DARGS=${arguments}" "-DPREPARE=${prepare}" "-DEXIT=${arg_EXIT}" "-DSTDERR=${arg_STDERR}"
    "-DSTDOUT=${arg_STDOUT}" "-DLEAVES=${leaves}" "-DCOPY=${arg_COPY}" "-DINPUT=${CMAKE_CURRENT_BINARY_DIR}/inputs"
    "-DWORK=${CMAKE_CURRENT_BINARY_DIR}/runs/${name}"
    -P "${CMAKE_CURRENT_SOURCE_DIR}/cli_test.cmake")
  set_tests_properties(cli_${name} PROPERTIES LABELS cli TIMEOUT 60 FIXTURES_REQUIRED cli_inputs)
endfunction()
