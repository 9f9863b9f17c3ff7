# One test of the command line: `cmake -DPROGRAM=... -DARGS=... -P cli_test.cmake`, in a folder of
# its own. ARGS and PREPARE are lists whose items are separated by `|`.
#   PREPARE  arguments of an earlier call that must succeed, if any
#   EXIT     the exit code expected
#   STDOUT, STDERR  regular expressions; empty = not looked at
#   LEAVES   the files that must be there afterwards, separated by `|`; nothing else may. One that ends
#            in / is a folder that must have something in it, whatever that is
#   COPY     a folder of INPUT that is copied into WORK to be changed there; what is in it is not
#            looked at
# WORK is emptied first; INPUT is linked there as `in`, so that tests name their inputs in/NAME.
cmake_policy(SET CMP0009 NEW)  # the link `in` is not followed
file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
file(CREATE_LINK "${INPUT}" "${WORK}/in" SYMBOLIC)
if(COPY)
  file(COPY "${INPUT}/${COPY}" DESTINATION "${WORK}")
endif()

# Runs the program in WORK; leaves code, out and err.
function(run_program text)
  string(REPLACE "|" ";" arguments "${text}")
  execute_process(COMMAND "${PROGRAM}" ${arguments} WORKING_DIRECTORY "${WORK}"
    RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err)
  foreach(name code out err)
    set(${name} "${${name}}" PARENT_SCOPE)
  endforeach()
endfunction()

function(fail why)
  message(FATAL_ERROR "${why}\n--- arguments: ${ARGS}\n--- exit code: ${code}\n--- stdout:\n${out}\n"
    "--- stderr:\n${err}")
endfunction()

if(PREPARE)
  run_program("${PREPARE}")
  if(NOT code EQUAL 0)
    fail("The preparation failed: ${PREPARE}")
  endif()
endif()
run_program("${ARGS}")
if(NOT code STREQUAL EXIT)
  fail("The exit code should be ${EXIT}")
endif()
# Messages are matched as one line, so that an expression need not know where they break.
foreach(stream out err)
  string(TOUPPER "STD${stream}" name)
  string(REGEX REPLACE "[ \n]+" " " flat "${${stream}}")
  if(${name} AND NOT flat MATCHES "${${name}}")
    fail("${name} should match: ${${name}}")
  endif()
endforeach()
if(ARGS MATCHES "(^|[|])(--)?help" AND NOT ARGS MATCHES "[|]--json")
  string(REGEX REPLACE "[][;]" "." lines "${out}")
  string(REPLACE "\n" ";" lines "${lines}")
  foreach(line IN LISTS lines)
    string(LENGTH "${line}" length)
    if(length GREATER 100)
      fail("Help is at most 100 columns wide, this line is ${length}: ${line}")
    endif()
  endforeach()
endif()
if(err MATCHES "HDF5-DIAG|terminate called|TIFFOpen|core dumped|itk::ExceptionObject")
  fail("A library speaks to the user")
endif()

file(GLOB_RECURSE left RELATIVE "${WORK}" "${WORK}/*" "${WORK}/.*")
list(FILTER left EXCLUDE REGEX "^in(/|$)")
if(COPY)
  list(FILTER left EXCLUDE REGEX "^${COPY}/")
endif()
list(SORT left)
string(REPLACE "|" ";" expected "${LEAVES}")
foreach(folder IN LISTS expected)
  if(folder MATCHES "/$")
    set(inside ${left})
    list(FILTER inside INCLUDE REGEX "^${folder}")
    if(inside)
      list(FILTER left EXCLUDE REGEX "^${folder}")
      list(REMOVE_ITEM expected "${folder}")
    endif()
  endif()
endforeach()
list(SORT expected)
if(NOT left STREQUAL expected)
  fail("These files should be left: '${expected}', these are: '${left}'")
endif()
