# status, and a night from its check to its morning.
fossilct_cli_test(status_help ARGS help status EXIT 0 STDOUT "Usage: fossilct status JOB.*--follow.*Exit codes:")
fossilct_cli_test(status_nothing ARGS status EXIT 2 STDERR "JOB is missing")
fossilct_cli_test(status_none ARGS status none.job EXIT 1 STDERR "none.job")
fossilct_cli_test(status_follow_json ARGS status none.job --follow --json EXIT 2 STDERR "--follow and --json exclude each other")
add_test(NAME cli_night COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/night_test.py"
  "$<TARGET_FILE:fossilct>" "${CMAKE_CURRENT_BINARY_DIR}/runs/night")
set_tests_properties(cli_night PROPERTIES LABELS cli TIMEOUT 300)
