# For the `cmake -P` tests of this folder.

# Runs a command that must succeed; its output is left in `output`.
function(must_pass)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "exit code ${code} from: ${command}\n${out}")
  endif()
  set(output "${out}" PARENT_SCOPE)
endfunction()

# Runs a command that must fail and say TEXT, however its lines are broken.
function(must_fail_saying text)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE out)
  list(JOIN ARGN " " command)
  if(code EQUAL 0)
    message(FATAL_ERROR "passed, but should fail saying '${text}': ${command}\n${out}")
  endif()
  string(REGEX REPLACE "[ \n]+" " " flat "${out}")
  string(FIND "${flat}" "${text}" position)
  if(position EQUAL -1)
    message(FATAL_ERROR "failed without saying '${text}': ${command}\n${out}")
  endif()
endfunction()
