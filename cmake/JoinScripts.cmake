# cmake -DOUTPUT=x.js -DFILES="a.js;b.js" -P JoinScripts.cmake
# One strict function of classic scripts, in their order.
file(WRITE "${OUTPUT}" "\"use strict\";\n(() => {\n")
foreach(script IN LISTS FILES)
  file(READ "${script}" text)
  file(APPEND "${OUTPUT}" "${text}")
endforeach()
file(APPEND "${OUTPUT}" "})();\n")
