// SPDX-License-Identifier: Apache-2.0
#pragma once

// Private to `report`: a FossilReport as the JSON that report/page/ reads.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "report/fossil_report.h"

namespace fossilct {

inline constexpr std::size_t thumbnails_per_part = 100;

// JSON within <script>, in ASCII: no '<' in it, bytes that are no UTF-8 are U+FFFD.
std::string script_json(const Json& json);

// One of seven colours that colour-blind people tell apart, over and over.
std::array<std::uint8_t, 3> palette_colour(std::size_t index);
std::array<std::uint8_t, 3> colour_of_class(const FossilReport& report, std::size_t class_index);

bool has_details(const ReportFossil& fossil);

// What the table, the filters and the slices' outlines need; `details_of[i]`: the page has a part
// with the mesh and pictures of fossil i. Numbers are rounded to six digits, or to the measure's
// decimals.
Json table_json(const FossilReport& report, const std::vector<bool>& details_of);
// Of the fossils from part * thumbnails_per_part on: data URIs, "" where there is none.
Json thumbnails_json(const FossilReport& report, std::size_t part);
Json slice_json(const ReportSlice& slice);
// Mesh and pictures. Points are 16-bit numbers within the mesh's box, at most 1/131070 of the box
// off; all little-endian in base64.
Json details_json(const ReportFossil& fossil);

}  // namespace fossilct
