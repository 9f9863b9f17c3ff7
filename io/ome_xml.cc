// SPDX-License-Identifier: Apache-2.0
#include "io/ome_xml.h"

#include <expat.h>

#include <memory>

#include "base/text.h"

namespace fossilct {

namespace {

void take_attribute(OmePixels& pixels, std::string_view name, std::string_view value) {
  constexpr std::array<std::string_view, 3> size_names = {"PhysicalSizeX", "PhysicalSizeY",
                                                          "PhysicalSizeZ"};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (name == size_names[axis]) {
      pixels.physical_size[axis] = parse_double(trim(value));
    } else if (name == std::string(size_names[axis]) + "Unit") {
      pixels.unit[axis] = value;
    }
  }
  if (name == "SizeZ") {
    pixels.size_z = parse_integer(value).value_or(1);
  } else if (name == "SizeC") {
    pixels.size_c = parse_integer(value).value_or(1);
  } else if (name == "SizeT") {
    pixels.size_t = parse_integer(value).value_or(1);
  }
}

struct Found {
  OmePixels pixels;
  bool has_pixels = false;
};

// Elements may carry a namespace prefix ("OME:Pixels").
std::string_view without_prefix(std::string_view name) {
  return name.substr(name.find(':') == std::string_view::npos ? 0 : name.find(':') + 1);
}

void on_element(void* user, const XML_Char* element, const XML_Char** attributes) {
  auto& found = *static_cast<Found*>(user);
  const std::string_view name = without_prefix(element);
  if (name == "Image") {
    ++found.pixels.images;
  }
  if (name != "Pixels" || found.has_pixels) {
    return;
  }
  found.has_pixels = true;
  for (; *attributes != nullptr; attributes += 2) {
    take_attribute(found.pixels, attributes[0], attributes[1]);
  }
}

}  // namespace

bool looks_like_ome_xml(std::string_view text) {
  return text.find("<OME") != std::string_view::npos ||
         text.find("<ome:OME") != std::string_view::npos;
}

std::optional<OmePixels> parse_ome_xml(std::string_view text) {
  const std::unique_ptr<XML_ParserStruct, void (*)(XML_Parser)> parser(XML_ParserCreate(nullptr),
                                                                       XML_ParserFree);
  Found found;
  XML_SetUserData(parser.get(), &found);
  XML_SetStartElementHandler(parser.get(), on_element);
  const XML_Status status =
      XML_Parse(parser.get(), text.data(), static_cast<int>(text.size()), XML_TRUE);
  if (status != XML_STATUS_OK || !found.has_pixels) {
    return std::nullopt;
  }
  return found.pixels;
}

}  // namespace fossilct
