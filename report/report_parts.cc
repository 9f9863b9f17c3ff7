// SPDX-License-Identifier: Apache-2.0
#include "report/report_parts.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <span>

#include "base/text.h"
#include "report/images.h"

namespace fossilct {

namespace {

// Okabe and Ito (2008), without black and in the order in which neighbours differ most.
constexpr std::array<std::array<std::uint8_t, 3>, 7> own_palette = {{{0, 114, 178},
                                                                     {230, 159, 0},
                                                                     {0, 158, 115},
                                                                     {204, 121, 167},
                                                                     {213, 94, 0},
                                                                     {86, 180, 233},
                                                                     {240, 228, 66}}};

enum FlagBits { truncated_bit = 1, fragment_bit = 2, split_bit = 4 };

Json number_json(double value, std::optional<int> decimals = std::nullopt) {
  if (!std::isfinite(value)) {
    return nullptr;
  }
  if (decimals) {
    const double unit = std::pow(10, *decimals);
    return std::round(value * unit) / unit;
  }
  return std::strtod(format_rounded(value).c_str(), nullptr);
}

template <typename Range>
Json numbers_json(const Range& values) {
  Json result = Json::array();
  for (const auto value : values) {
    result.push_back(number_json(static_cast<double>(value)));
  }
  return result;
}

std::string base64(std::span<const std::byte> bytes) {
  const std::string uri = data_uri("", bytes);
  return uri.substr(uri.find(',') + 1);
}

std::string picture_uri(const std::string& media_type, const std::vector<std::byte>& bytes) {
  return bytes.empty() ? std::string() : data_uri(media_type, bytes);
}

void append_little_endian(std::vector<std::byte>& bytes, std::uint32_t value, int size) {
  for (int i = 0; i < size; ++i) {
    bytes.push_back(static_cast<std::byte>(value >> (8 * i) & 0xff));
  }
}

struct MeshBox {
  std::array<double, 3> low;
  std::array<double, 3> high;
};

MeshBox box_of(const ReportMesh& mesh) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  MeshBox box = {{inf, inf, inf}, {-inf, -inf, -inf}};
  for (std::size_t i = 0; i < mesh.points_um.size(); ++i) {
    box.low[i % 3] = std::min<double>(box.low[i % 3], mesh.points_um[i]);
    box.high[i % 3] = std::max<double>(box.high[i % 3], mesh.points_um[i]);
  }
  return box;
}

std::string quantised_points(const ReportMesh& mesh, const MeshBox& box) {
  constexpr double most = 65535;
  std::vector<std::byte> bytes;
  bytes.reserve(mesh.points_um.size() * 2);
  for (std::size_t i = 0; i < mesh.points_um.size(); ++i) {
    const double length = box.high[i % 3] - box.low[i % 3];
    const double share = length > 0 ? (mesh.points_um[i] - box.low[i % 3]) / length : 0;
    append_little_endian(bytes, static_cast<std::uint32_t>(std::lround(share * most)), 2);
  }
  return base64(bytes);
}

Json mesh_json(const ReportMesh& mesh) {
  const MeshBox box = box_of(mesh);
  const int index_bytes = mesh.points_um.size() / 3 <= 65536 ? 2 : 4;
  std::vector<std::byte> triangles;
  triangles.reserve(mesh.triangles.size() * static_cast<std::size_t>(index_bytes));
  for (const std::uint32_t point : mesh.triangles) {
    append_little_endian(triangles, point, index_bytes);
  }
  return {{"low", numbers_json(box.low)},
          {"high", numbers_json(box.high)},
          {"points", quantised_points(mesh, box)},
          {"indexBytes", index_bytes},
          {"triangles", base64(triangles)}};
}

Json scans_json(const FossilReport& report) {
  Json result = Json::array();
  for (const ReportScan& scan : report.scans) {
    result.push_back(scan.name);
  }
  return result;
}

Json classes_json(const FossilReport& report) {
  Json result = Json::array();
  for (std::size_t i = 0; i < report.classes.size(); ++i) {
    result.push_back(
        {{"name", report.classes[i].name}, {"colour", hex_colour(colour_of_class(report, i))}});
  }
  return result;
}

Json measures_json(const FossilReport& report) {
  Json result = Json::array();
  for (std::size_t i = 0; i < report.measures.size(); ++i) {
    const ReportMeasure& measure = report.measures[i];
    Json values = Json::array();
    for (const ReportFossil& fossil : report.fossils) {
      values.push_back(number_json(fossil.measures[i], measure.decimals));
    }
    result.push_back({{"name", measure.name},
                      {"unit", measure.unit},
                      {"explanation", measure.explanation},
                      {"inTable", measure.in_table},
                      {"decimals", measure.decimals ? Json(*measure.decimals) : Json()},
                      {"values", std::move(values)}});
  }
  return result;
}

int flags_of(const ReportFossil& fossil) {
  return (fossil.truncated ? truncated_bit : 0) | (fossil.fragment ? fragment_bit : 0) |
         (fossil.split ? split_bit : 0);
}

// Null where nothing is known.
Json taxon_json(const ReportTaxon& taxon) {
  if (taxon.by == NamedBy::nobody) {
    return nullptr;
  }
  Json best = Json::array();
  for (const auto& [name, score] : taxon.best) {
    best.push_back({name, number_json(score, 3)});
  }
  return {{"name", taxon.name},
          {"byPerson", taxon.by == NamedBy::person},
          {"best", std::move(best)},
          {"deviation", number_json(taxon.deviation, 3)},
          {"novelty", number_json(taxon.novelty, 2)}};
}

Json fossils_json(const FossilReport& report, const std::vector<bool>& details_of) {
  Json result = {{"id", Json::array()},      {"scan", Json::array()},   {"class", Json::array()},
                 {"doubt", Json::array()},   {"flags", Json::array()},  {"review", Json::array()},
                 {"remark", Json::array()},  {"centre", Json::array()}, {"box", Json::array()},
                 {"details", Json::array()}, {"taxon", Json::array()}};
  for (std::size_t i = 0; i < report.fossils.size(); ++i) {
    const ReportFossil& fossil = report.fossils[i];
    Json box = numbers_json(fossil.box_low_um);
    for (const double high : fossil.box_high_um) {
      box.push_back(number_json(high));
    }
    result["id"].push_back(fossil.id);
    result["scan"].push_back(fossil.scan);
    result["class"].push_back(fossil.class_index);
    result["doubt"].push_back(number_json(fossil.doubt));
    result["flags"].push_back(flags_of(fossil));
    result["review"].push_back(static_cast<int>(fossil.review));
    result["taxon"].push_back(taxon_json(fossil.taxon));
    result["remark"].push_back(fossil.remark);
    result["centre"].push_back(numbers_json(fossil.centroid_um));
    result["box"].push_back(std::move(box));
    result["details"].push_back(details_of[i] ? 2 : has_details(fossil) ? 1 : 0);
  }
  return result;
}

// Tenths of a pixel are enough to draw a line.
Json outline_json(const ReportOutline& outline) {
  Json pixels = Json::array();
  for (const std::array<float, 2>& pixel : outline.pixels) {
    for (const float coordinate : pixel) {
      pixels.push_back(
          std::isfinite(coordinate) ? std::round(static_cast<double>(coordinate) * 10) / 10 : 0.0);
    }
  }
  return {{"fossil", outline.fossil}, {"pixels", std::move(pixels)}};
}

Json slices_json(const FossilReport& report) {
  Json result = Json::array();
  for (const ReportSlice& slice : report.slices) {
    Json outlines = Json::array();
    for (const ReportOutline& outline : slice.outlines) {
      outlines.push_back(outline_json(outline));
    }
    result.push_back({{"z", number_json(slice.z_um)},
                      {"width", slice.width},
                      {"height", slice.height},
                      {"outlines", std::move(outlines)}});
  }
  return result;
}

}  // namespace

std::string script_json(const Json& json) {
  const std::string plain = json_ascii(json);
  std::string result;
  result.reserve(plain.size());
  for (const char c : plain) {
    // Only strings hold it: nothing may end the element, or begin a comment in it.
    c == '<' ? result += "\\u003c" : result += c;
  }
  return result;
}

std::array<std::uint8_t, 3> palette_colour(std::size_t index) {
  return own_palette[index % own_palette.size()];
}

std::array<std::uint8_t, 3> colour_of_class(const FossilReport& report, std::size_t class_index) {
  return report.classes[class_index].colour.value_or(palette_colour(class_index));
}

bool has_details(const ReportFossil& fossil) {
  return !fossil.pictures.empty() || !fossil.mesh.triangles.empty();
}

Json table_json(const FossilReport& report, const std::vector<bool>& details_of) {
  return {{"title", report.title},
          {"thumbnailsPerPart", thumbnails_per_part},
          {"scans", scans_json(report)},
          {"classes", classes_json(report)},
          {"measures", measures_json(report)},
          {"fossils", fossils_json(report, details_of)},
          {"slices", slices_json(report)}};
}

Json thumbnails_json(const FossilReport& report, std::size_t part) {
  const std::size_t begin = part * thumbnails_per_part;
  const std::size_t end = std::min(begin + thumbnails_per_part, report.fossils.size());
  Json result = Json::array();
  for (std::size_t i = begin; i < end; ++i) {
    result.push_back(picture_uri("image/png", report.fossils[i].thumbnail));
  }
  return result;
}

Json slice_json(const ReportSlice& slice) { return picture_uri("image/png", slice.png); }

Json details_json(const ReportFossil& fossil) {
  Json pictures = Json::array();
  for (const ReportPicture& picture : fossil.pictures) {
    pictures.push_back(
        {{"caption", picture.caption}, {"uri", picture_uri(picture.media_type, picture.bytes)}});
  }
  Json result = {{"pictures", std::move(pictures)}};
  if (!fossil.mesh.triangles.empty()) {
    result["mesh"] = mesh_json(fossil.mesh);
  }
  return result;
}

}  // namespace fossilct
