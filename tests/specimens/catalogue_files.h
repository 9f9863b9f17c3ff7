// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "specimens/catalogue.h"
#include "tests/support.h"

namespace fossilct::test {

inline const std::vector<MeasurementKind>& catalogue_test_kinds() {
  static const std::vector<MeasurementKind> kinds = {
      {"volume", Unit::volume, "Voxels times the volume of one", ""},
      {"equivalent_diameter", Unit::length, "Of the ball of that volume", ""},
      {"centroid_x", Unit::length, "Mean of the voxels' centres", ""},
      {"centroid_y", Unit::length, "Mean of the voxels' centres", ""},
      {"centroid_z", Unit::length, "Mean of the voxels' centres", ""},
      {"chambers", Unit::count, "Chambers", "A paper, eq. 1"},
      {"counting_volume", Unit::volume, "Of the places where its box lies in rock", ""},
      {"uncertainty_mean", Unit::none, "Mean uncertainty of the labels", ""},
  };
  return kinds;
}

inline ScanRecord catalogue_test_scan(const std::string& name = "core-t") {
  ScanRecord scan;
  scan.name = name;
  scan.path = "scans/" + name + ".h5";
  scan.sha256 = std::string(64, name == "core-t" ? 'a' : 'c');
  scan.grid = {{100, 90, 80}, {2, 2, 4}, {10, 20, 30}};
  scan.core_volume = 1e7;
  scan.provenance = {{"command", "fossilct import"}};
  return scan;
}

// A cube of 10 voxels edge, measured.
inline Specimen catalogue_test_specimen(std::uint32_t id) {
  Specimen s;
  s.id = id;
  s.class_value = 1 + id % 2;
  const auto at = std::int64_t{id} % 9 * 10;
  s.box = {{at, 5, 6}, {at + 10, 15, 16}};
  s.first = s.box.begin;
  s.voxels = 1000;
  s.truncated = id % 3 == 0;
  s.infill = "open";
  s.measurements = {{"volume", 16000.0 + id, ""},
                    {"equivalent_diameter", 31.25, ""},
                    {"centroid_x", 10 + 2 * (static_cast<double>(at) + 4.5), ""},
                    {"centroid_y", 39.0, ""},
                    {"centroid_z", 72.0, ""},
                    {"chambers", std::nullopt, "not resolvable"},
                    {"counting_volume", s.truncated ? std::nullopt : std::optional(7654321.0),
                     s.truncated ? "cut" : ""},
                    {"uncertainty_mean", 0.125 * (id % 4), ""}};
  return s;
}

// Fossils 1 to `count`.
inline Catalogue make_test_catalogue(const std::filesystem::path& folder, std::uint32_t count,
                                     const std::string& name = "core-t") {
  std::filesystem::create_directories(folder);
  Catalogue catalogue = Catalogue::create(
      folder, catalogue_test_scan(name),
      {"labels.h5", std::string(64, name == "core-t" ? 'b' : 'd'), {}, {}, {}},
      {{1, "foram", {232, 163, 61}}, {2, "ostracod, smooth", {1, 2, 3}}}, catalogue_test_kinds());
  std::vector<Specimen> specimens;
  for (std::uint32_t id = 1; id <= count; ++id) {
    specimens.push_back(catalogue_test_specimen(id));
  }
  Catalogue::Change change(catalogue);
  change.add(specimens);
  change.commit();
  return catalogue;
}

// As another program would change it.
inline void alter_catalogue(const std::filesystem::path& folder, const std::string& sql) {
  sqlite3* database = nullptr;
  if (sqlite3_open((folder / "catalogue.sqlite").c_str(), &database) != SQLITE_OK ||
      sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(sqlite3_errmsg(database));
  }
  sqlite3_close(database);
}

}  // namespace fossilct::test
