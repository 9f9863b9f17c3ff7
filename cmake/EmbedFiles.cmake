# cmake -DOUTPUT=x.cc -DFUNCTION=page_file -DFILES="name=path;..." -P EmbedFiles.cmake
# Writes std::string_view fossilct::FUNCTION(std::string_view name) with the bytes of these files.
set(arrays "")
set(rows "")
set(number 0)
foreach(entry IN LISTS FILES)
  string(REGEX MATCH "^([^=]+)=(.*)$" _ "${entry}")
  set(name "${CMAKE_MATCH_1}")
  file(READ "${CMAKE_MATCH_2}" bytes HEX)
  string(LENGTH "${bytes}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  # An array needs an element: the one behind the end is never read.
  string(APPEND arrays "constexpr unsigned char bytes_${number}[] = {${bytes}0};\n")
  string(APPEND rows "  if (name == \"${name}\") {\n    return {reinterpret_cast<const char*>(bytes_${number}), ${size}};\n  }\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Written by cmake/EmbedFiles.cmake.
#include <string_view>

namespace fossilct {
namespace {
${arrays}}  // namespace

std::string_view ${FUNCTION}(std::string_view name);
std::string_view ${FUNCTION}(std::string_view name) {
${rows}  return {};
}
}  // namespace fossilct
")
