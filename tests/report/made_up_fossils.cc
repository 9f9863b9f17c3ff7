// SPDX-License-Identifier: Apache-2.0
#include "made_up_fossils.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <string>

#include "made_up_picture.h"

namespace fossilct::test {

namespace {

constexpr double pi = std::numbers::pi;
constexpr int slice_size = 400;
constexpr double slice_um_per_pixel = 5;

// In [0, 1), the same with every standard library.
class Dice {
 public:
  double next() { return static_cast<double>(engine_() >> 8) / 16777216.0; }

 private:
  std::mt19937 engine_{7};
};

struct Kind {
  const char* name;
  std::optional<std::array<std::uint8_t, 3>> colour;
  double sphericity;
};
const std::array<Kind, 5> kinds = {{{"Globigerina", std::array<std::uint8_t, 3>{0, 114, 178}, 0.86},
                                    {"Ostracoda", std::array<std::uint8_t, 3>{230, 159, 0}, 0.74},
                                    {"Miliolida", std::array<std::uint8_t, 3>{0, 158, 115}, 0.8},
                                    {"Bivalvia (juv.)", std::nullopt, 0.6},
                                    {"<script>alert(\"1\")</script> & \xff", std::nullopt, 0.5}}};

// How far the surface is from the middle, in directions of a unit sphere, for a radius of 1.
double radius_of(std::size_t kind, double azimuth, double polar) {
  switch (kind) {
    case 0:  // chambers about an axis
      return 0.78 + 0.22 * std::pow(std::abs(std::cos(2 * azimuth)), 0.6) * std::sin(polar);
    case 1:  // a bean
      return 0.62 + 0.38 * std::pow(std::cos(azimuth), 2) * std::sin(polar);
    case 2:  // five ribs
      return 0.85 + 0.12 * std::cos(5 * azimuth + 2 * polar);
    case 3:  // a flat shell with growth lines
      return 0.45 + 0.5 * std::pow(std::sin(polar), 2) + 0.015 * std::sin(26 * polar);
    default:
      return 0.8 + 0.12 * std::sin(3 * polar) * std::cos(3 * azimuth);
  }
}

ReportMesh mesh_of(std::size_t kind, double radius_um, std::array<double, 3> centre_um) {
  constexpr int around = 48, down = 24;
  ReportMesh mesh;
  for (int j = 0; j <= down; ++j) {
    for (int i = 0; i < around; ++i) {
      const double azimuth = 2 * pi * i / around, polar = pi * j / down;
      const double r = radius_um * radius_of(kind, azimuth, polar);
      mesh.points_um.push_back(
          static_cast<float>(centre_um[0] + r * std::sin(polar) * std::cos(azimuth)));
      mesh.points_um.push_back(
          static_cast<float>(centre_um[1] + r * std::sin(polar) * std::sin(azimuth)));
      mesh.points_um.push_back(static_cast<float>(centre_um[2] + r * std::cos(polar)));
    }
  }
  for (int j = 0; j < down; ++j) {
    for (int i = 0; i < around; ++i) {
      const auto at = [&](int row, int column) {
        return static_cast<std::uint32_t>(row * around + column % around);
      };
      mesh.triangles.insert(mesh.triangles.end(), {at(j, i), at(j + 1, i), at(j + 1, i + 1),
                                                   at(j, i), at(j + 1, i + 1), at(j, i + 1)});
    }
  }
  return mesh;
}

// Bright where the section of the shape is, darker inside: a wall.
Picture section_of(std::size_t kind, int size, double polar) {
  Picture picture(size, size);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double u = (2.0 * x + 1) / size - 1, v = 1 - (2.0 * y + 1) / size;
      const double share = std::hypot(u, v) * 1.08 / radius_of(kind, std::atan2(v, u), polar);
      const double grain = 12 * std::sin(0.9 * x + 1.7 * y) * std::sin(1.3 * x - 0.7 * y);
      picture.at(x, y) = static_cast<std::uint8_t>(std::clamp((share < 0.8 ? 70
                                                               : share < 1 ? 215
                                                                           : 110) +
                                                                  grain,
                                                              0.0, 255.0));
    }
  }
  return picture;
}

// Of seven one that nobody looked at, one that a person named otherwise than the model, one that
// the model is unsure of, one that is like nothing it knows, and three that it is sure of.
ReportTaxon taxon_of(std::size_t number) {
  ReportTaxon taxon;
  if (number % 7 == 0) {
    return taxon;
  }
  const bool is_unsure = number % 7 == 2 || number % 7 == 3;
  const double score = is_unsure ? 0.48 : 0.93;
  taxon.by = NamedBy::model;
  taxon.best = {{"Globigerina bulloides", score},
                {"Nonion <b>", 0.6 * (1 - score)},
                {"Uvigerina", 0.4 * (1 - score)}};
  taxon.name = is_unsure ? "" : taxon.best[0].first;
  taxon.deviation = 0.11;
  taxon.novelty = number % 7 == 3 ? 1.42 : 0.6;
  if (number % 7 == 1) {
    taxon.by = NamedBy::person;
    taxon.name = "Uvigerina";
  }
  return taxon;
}

ReportFossil fossil_of(std::size_t number, Dice& dice) {
  ReportFossil fossil;
  fossil.id = static_cast<std::int64_t>(number) + 1;
  fossil.class_index = static_cast<std::size_t>(std::pow(dice.next(), 1.6) * kinds.size());
  const double radius = 22 * std::exp(1.3 * dice.next() * dice.next() + 0.5 * dice.next());
  const double sphericity =
      std::clamp(kinds[fossil.class_index].sphericity + 0.16 * (dice.next() - 0.5), 0.0, 1.0);
  fossil.centroid_um = {2000 * dice.next(), 2000 * dice.next(), 3000 * dice.next()};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    fossil.box_low_um[axis] = fossil.centroid_um[axis] - radius;
    fossil.box_high_um[axis] = fossil.centroid_um[axis] + radius;
  }
  fossil.measures = {1.72 * radius, 2.5 * radius * radius * radius, 9.4 * radius * radius,
                     sphericity, dice.next() < 0.1 ? unknown_number : 0.1 + 0.5 * dice.next()};
  fossil.doubt = dice.next() < 0.03 ? unknown_number : std::pow(dice.next(), 3);
  fossil.truncated = dice.next() < 0.05;
  fossil.fragment = dice.next() < 0.07;
  fossil.split = dice.next() < 0.12;
  fossil.review = dice.next() < 0.1    ? Review::accepted
                  : dice.next() < 0.04 ? Review::rejected
                                       : Review::open;
  fossil.taxon = taxon_of(number);
  fossil.remark = number % 400 == 3 ? "</script><img src=x onerror=alert(1)> \"quoted\" =1+1" : "";
  return fossil;
}

void add_details(ReportFossil& fossil) {
  const std::size_t kind = fossil.class_index;
  const double radius = (fossil.box_high_um[0] - fossil.box_low_um[0]) / 2;
  fossil.mesh = mesh_of(kind, radius, fossil.centroid_um);
  for (const auto& [caption, polar] :
       {std::pair("section across x", 1.1), std::pair("section across y", 1.3),
        std::pair("section across z", 1.57)}) {
    fossil.pictures.push_back({caption, png_of(section_of(kind, 160, polar))});
  }
}

Picture rock() {
  Picture picture(slice_size, slice_size);
  for (int y = 0; y < slice_size; ++y) {
    for (int x = 0; x < slice_size; ++x) {
      picture.at(x, y) =
          static_cast<std::uint8_t>(110 + 14 * std::sin(x * 0.21 + 3 * std::sin(y * 0.043)) +
                                    10 * std::sin(y * 0.33 + x * 0.017));
    }
  }
  return picture;
}

// A fossil's outline in a slice, and the fossil itself in the picture, where they meet.
void cut(const ReportFossil& fossil, std::size_t number, ReportSlice& slice, Picture& picture) {
  const double radius = (fossil.box_high_um[0] - fossil.box_low_um[0]) / 2;
  const double height = (slice.z_um - fossil.centroid_um[2]) / radius;
  if (std::abs(height) >= 0.9) {
    return;
  }
  ReportOutline outline = {.fossil = number, .pixels = {}};
  const double x = fossil.centroid_um[0] / slice_um_per_pixel,
               y = fossil.centroid_um[1] / slice_um_per_pixel;
  for (int i = 0; i < 40; ++i) {
    const double azimuth = 2 * pi * i / 40;
    const double r = radius / slice_um_per_pixel * std::sqrt(1 - height * height) *
                     radius_of(fossil.class_index, azimuth, pi / 2);
    outline.pixels.push_back({static_cast<float>(x + r * std::cos(azimuth)),
                              static_cast<float>(y + r * std::sin(azimuth))});
    for (double share = 0; share < 1; share += 0.05) {
      picture.set(static_cast<int>(x + share * r * std::cos(azimuth)),
                  static_cast<int>(y + share * r * std::sin(azimuth)), share > 0.75 ? 220 : 60);
    }
  }
  slice.outlines.push_back(std::move(outline));
}

std::vector<ReportSlice> slices_of(const std::vector<ReportFossil>& fossils) {
  std::vector<ReportSlice> slices;
  for (int i = 0; i < 12; ++i) {
    ReportSlice slice = {.z_um = 125 + 250.0 * i, .width = slice_size, .height = slice_size};
    Picture picture = rock();
    for (std::size_t f = 0; f < fossils.size(); ++f) {
      cut(fossils[f], f, slice, picture);
    }
    slice.png = png_of(picture);
    slices.push_back(std::move(slice));
  }
  return slices;
}

void add_classes(FossilReport& report) {
  constexpr double mm3 = 2 * 2 * 3;
  for (const Kind& kind : kinds) {
    report.classes.push_back({.name = kind.name, .colour = kind.colour});
  }
  for (const ReportFossil& fossil : report.fossils) {
    ++report.classes[fossil.class_index].found.count;
  }
  for (ReportClass& one_class : report.classes) {
    ReportCount& one = one_class.found;
    const double count = static_cast<double>(one.count);
    one.per_mm3 = count / mm3;
    one.per_mm3_low = std::max(0.0, count - 1.96 * std::sqrt(count)) / mm3;
    one.per_mm3_high = (count + 1.96 * std::sqrt(count) + 3) / mm3;
  }
}

}  // namespace

FossilReport made_up_report(std::size_t fossils) {
  FossilReport report;
  report.title = "Core 17, 2,413.20 m";
  report.subtitle = "A made-up core, to look at the report";
  report.scans = {
      {.name = "core17",
       .facts = {
           {"file", "core17.h5"}, {"voxels", "2,817 × 2,817 × 4,225"}, {"voxel size", "0.71 µm"}}}};
  report.measures = {{"equivalent diameter", "µm", "of the sphere with the same volume"},
                     {"volume", "µm³", ""},
                     {"surface area", "µm²", "", false},
                     {"sphericity", "", "1 for a sphere"},
                     {"porosity", "", "share of the body that is chambers"}};
  Dice dice;
  for (std::size_t i = 0; i < fossils; ++i) {
    report.fossils.push_back(fossil_of(i, dice));
    ReportFossil& fossil = report.fossils.back();
    fossil.thumbnail = png_of(section_of(fossil.class_index, 48, pi / 2));
    if (i % (1 + fossils / 1000) == 0) {
      add_details(fossil);
    }
  }
  add_classes(report);
  report.slices = slices_of(report.fossils);
  report.provenance = {{"model", "forams.safetensors"},
                       {"model sha256", "9f2c71d04be1"},
                       {"version", "0.1.0"},
                       {"options", {{"axes", {"z", "y", "x"}}, {"tile", 512}}},
                       {"seconds", 4210}};
  report.validation =
      Table{.columns = {{"class", ""}, {"IoU", "of voxels"}, {"F1", "of bodies"}},
            .rows = {{text_cell("fossil"), number_cell(0.937, 3), number_cell(0.91, 3)}}};
  report.skipped = {{"core17, slices 0 to 12", "air only"}};
  report.signature = ReportSignature{"A. Analyst", "2026-11-28", "as it was signed", true};
  report.footer = "fossilct 0.1.0";
  return report;
}

}  // namespace fossilct::test
