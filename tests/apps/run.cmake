# `fossilct run`: what it says of jobs that are none, and that it survives what a night brings.
fossilct_cli_test(help_run ARGS help run EXIT 0 STDOUT "Usage: fossilct run JOB.ini.*--start-anyway")
fossilct_cli_test(run_nothing ARGS run EXIT 2 STDERR "JOB is missing.*run --example")
fossilct_cli_test(run_example ARGS run --example EXIT 0 STDOUT ".job..*watchdog-minutes = 30.*.scan core-17.")
fossilct_cli_test(run_missing ARGS run none.ini EXIT 2 STDERR "none.ini: can't read this file")
fossilct_cli_test(help_json ARGS help import --json EXIT 0 STDOUT "^{ \"name\": \"import\".*\"name\": \"spacing-um\", \"value\": \"X")
fossilct_cli_test(check_options ARGS import in/good --output a.h5 --spacing-um 2 --check-options EXIT 0 STDOUT "^$")
fossilct_cli_test(check_options_wrong ARGS import in/good --output a.h5 --spacing-um x --check-options EXIT 2 STDERR "--spacing-um: ")
add_test(NAME cli_night_kills COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/night_kills.py"
  "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/runs/night_kills" --kills 4)
set_tests_properties(cli_night_kills PROPERTIES LABELS cli TIMEOUT 300)
# Files of ours damaged, and names that a shell or a page would take for something else.
foreach(name damage strange_names)
  add_test(NAME cli_${name} COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/${name}_test.py"
    "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/runs/${name}")
  set_tests_properties(cli_${name} PROPERTIES LABELS cli TIMEOUT 300)
endforeach()
