# Where the report's 3D library comes from: npm, else Debian's libjs-three, else nowhere.

# fossilct_three_js(SCRIPT LICENCE): sets them to a classic script that defines THREE with
# OrbitControls, and to its licence; to nothing where there is no three.js to be had. Works when
# configuring, since only then another source can be taken; a bundle that is there is kept until
# package-lock.json changes.
function(fossilct_three_js script_variable licence_variable)
  set(page "${PROJECT_SOURCE_DIR}/report/page")
  set(work "${PROJECT_BINARY_DIR}/three")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
    "${page}/package-lock.json" "${page}/three_entry.js")
  file(SHA256 "${page}/package-lock.json" lock)
  file(SHA256 "${page}/three_entry.js" entry)
  set(bundle "${work}/three.js")
  set(licence "${work}/LICENSE")
  set(stamp "")
  if(EXISTS "${work}/stamp" AND EXISTS "${bundle}")
    file(READ "${work}/stamp" stamp)
  endif()
  find_program(FOSSILCT_NPM npm)
  if(stamp STREQUAL "${lock}${entry}")
    message(STATUS "three.js: bundled before, from npm")
  elseif(FOSSILCT_NPM AND fossilct_bundle_three_result)
    message(STATUS "three.js: npm failed before; not tried again (unset fossilct_bundle_three_result)")
    set(bundle "")
  elseif(FOSSILCT_NPM)
    fossilct_bundle_three("${page}" "${work}")
    if(EXISTS "${bundle}")
      file(WRITE "${work}/stamp" "${lock}${entry}")
      message(STATUS "three.js: bundled, from npm")
    else()
      set(fossilct_bundle_three_result failed CACHE INTERNAL "npm could not give three.js")
      set(bundle "")
    endif()
  else()
    set(bundle "")
  endif()
  if(NOT bundle)
    fossilct_three_of_debian("${work}" bundle licence)
  endif()
  set(${script_variable} "${bundle}" PARENT_SCOPE)
  set(${licence_variable} "${licence}" PARENT_SCOPE)
endfunction()

function(fossilct_bundle_three page work)
  file(REMOVE "${work}/three.js")
  file(COPY "${page}/package.json" "${page}/package-lock.json" "${page}/three_entry.js" DESTINATION "${work}")
  execute_process(COMMAND "${FOSSILCT_NPM}" ci --ignore-scripts --no-audit --no-fund
    WORKING_DIRECTORY "${work}" TIMEOUT 180 RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE said)
  if(result EQUAL 0)
    execute_process(COMMAND "${work}/node_modules/.bin/esbuild" three_entry.js --bundle --minify
        --format=iife --target=es2020 --charset=ascii --legal-comments=inline --outfile=three.js
      WORKING_DIRECTORY "${work}" TIMEOUT 60 RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE said)
  endif()
  if(result EQUAL 0)
    file(COPY "${work}/node_modules/three/LICENSE" DESTINATION "${work}")
  else()
    message(STATUS "three.js: npm could not bundle it (${result}): ${said}")
  endif()
endfunction()

# Debian ships classic scripts: the library and its controls, one after the other.
function(fossilct_three_of_debian work script_variable licence_variable)
  find_file(FOSSILCT_DEBIAN_THREE three.min.js PATHS /usr/share/javascript/three NO_DEFAULT_PATH)
  find_file(FOSSILCT_DEBIAN_ORBIT OrbitControls.js NO_DEFAULT_PATH
    PATHS /usr/share/javascript/three/examples/js/controls)
  set(${script_variable} "" PARENT_SCOPE)
  set(${licence_variable} "" PARENT_SCOPE)
  if(FOSSILCT_DEBIAN_THREE AND FOSSILCT_DEBIAN_ORBIT)
    file(MAKE_DIRECTORY "${work}/debian")
    execute_process(COMMAND "${CMAKE_COMMAND}" -E cat "${FOSSILCT_DEBIAN_THREE}" "${FOSSILCT_DEBIAN_ORBIT}"
      OUTPUT_FILE "${work}/debian/three.js" COMMAND_ERROR_IS_FATAL ANY)
    set(${script_variable} "${work}/debian/three.js" PARENT_SCOPE)
    set(${licence_variable} "/usr/share/doc/libjs-three/copyright" PARENT_SCOPE)
    message(STATUS "three.js: Debian's libjs-three")
  else()
    message(STATUS "three.js: neither npm nor libjs-three is here; reports will show no meshes in 3D")
  endif()
endfunction()
