// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/taxon_table.h"

#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "apps/cli/given_text.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/text.h"
#include "specimens/measured_body.h"

namespace fossilct {

namespace {

std::size_t name_column(const CsvTable& table) {
  for (const char* name : {"taxon", "class", "kind"}) {
    if (const auto column = table.find(name)) {
      return *column;
    }
  }
  return table.at("taxon");
}

// Where a fossil is.
struct Place {
  std::uint32_t id = 0;
  Box box;
  Vector3 centroid_um;
};

std::vector<Place> places_of(const Catalogue& catalogue, const Grid& grid) {
  std::vector<Place> places;
  for (const CatalogueEntry& entry : catalogue.entries()) {
    const Specimen& specimen = entry.specimen;
    const auto at = [&](const char* name, double otherwise) {
      return measured_value(specimen.measurements, name).value_or(otherwise);
    };
    const auto middle = [](std::int64_t begin, std::int64_t end) {
      return static_cast<double>(begin + end - 1) / 2;
    };
    const Vector3 centre =
        grid.physical_from_index({middle(specimen.box.begin.x, specimen.box.end.x),
                                  middle(specimen.box.begin.y, specimen.box.end.y),
                                  middle(specimen.box.begin.z, specimen.box.end.z)});
    places.push_back(
        {specimen.id,
         specimen.box,
         {at("centroid_x", centre.x), at("centroid_y", centre.y), at("centroid_z", centre.z)}});
  }
  return places;
}

bool holds(const Box& box, const Vector3& index) {
  const auto within = [](double at, std::int64_t begin, std::int64_t end) {
    return at >= static_cast<double>(begin) - 0.5 && at <= static_cast<double>(end) - 0.5;
  };
  return within(index.x, box.begin.x, box.end.x) && within(index.y, box.begin.y, box.end.y) &&
         within(index.z, box.begin.z, box.end.z);
}

double distance(const Vector3& a, const Vector3& b) {
  return std::hypot(a.x - b.x, a.y - b.y, a.z - b.z);
}

// A row's claim to a fossil.
struct Claim {
  std::string name;
  double distance_um = 0;
};

class PlacedNames {
 public:
  PlacedNames(const Catalogue& catalogue, const CsvTable& table)
      : table_(table),
        grid_(catalogue.scan().grid),
        places_(places_of(catalogue, grid_)),
        columns_{table.at("centre_x_um"), table.at("centre_y_um"), table.at("centre_z_um")} {
    if (!grid_.spacing_known) {
      throw format_error(table.path,
                         "tells places in um, but the catalogue does not know its voxel size; "
                         "give a table of ids");
    }
  }

  void take(const CsvRow& row, const std::string& name) {
    std::array<double, 3> at{};
    for (std::size_t axis = 0; axis < at.size(); ++axis) {
      const auto value = table_.number(row, columns_[axis]);
      if (!value) {
        table_.fail(row, table_.columns[columns_[axis]] + " is empty");
      }
      at[axis] = *value;
    }
    const Vector3 place_um = {at[0], at[1], at[2]};
    const Place* nearest = nearest_at(place_um);
    if (nearest == nullptr) {
      ++result_.rows_without_fossil;
      return;
    }
    const double away = distance(nearest->centroid_um, place_um);
    const auto [claim, is_first] = claims_.emplace(nearest->id, Claim{name, away});
    if (!is_first) {
      ++result_.rows_without_fossil;
      claim->second = away < claim->second.distance_um ? Claim{name, away} : claim->second;
    }
  }

  TaxonTable names() && {
    for (auto& [id, claim] : claims_) {
      result_.names.emplace_back(id, std::move(claim.name));
    }
    return std::move(result_);
  }

 private:
  const Place* nearest_at(const Vector3& place_um) const {
    const Vector3 index = grid_.index_from_physical(place_um);
    const Place* nearest = nullptr;
    for (const Place& place : places_) {
      if (holds(place.box, index) &&
          (nearest == nullptr ||
           distance(place.centroid_um, place_um) < distance(nearest->centroid_um, place_um))) {
        nearest = &place;
      }
    }
    return nearest;
  }

  const CsvTable& table_;
  Grid grid_;
  std::vector<Place> places_;
  std::array<std::size_t, 3> columns_;
  std::map<std::uint32_t, Claim> claims_;
  TaxonTable result_;
};

std::uint32_t id_in(const CsvTable& table, const CsvRow& row, std::size_t column) {
  const auto id = parse_integer(row.fields[column]);
  if (!id || *id < 1 || *id > 0xffff'fffe) {
    table.fail(row, "'" + printable(row.fields[column]) + "' is no id of a fossil");
  }
  return static_cast<std::uint32_t>(*id);
}

}  // namespace

void require_taxon_name(const std::string& option, const std::string& name) {
  require_text(option, name);
  if (lower(name) == unsure_taxon) {
    throw option_error(option, "'" + name +
                                   "' is what a model says where it does not know; to take a "
                                   "name back, give an empty one: ID=");
  }
}

TaxonTable read_taxon_table(const std::string& option, const std::filesystem::path& path,
                            const Catalogue& catalogue) {
  const CsvTable table = read_csv(path);
  const std::size_t names = name_column(table);
  const bool by_place = table.find("centre_x_um").has_value();
  std::optional<PlacedNames> placed;
  if (by_place) {
    placed.emplace(catalogue, table);
  }
  TaxonTable result;
  std::map<std::uint32_t, std::int64_t> lines;
  for (const CsvRow& row : table.rows) {
    const std::string& name = row.fields[names];
    if (name.empty()) {
      continue;
    }
    require_taxon_name(option, name);
    if (by_place) {
      placed->take(row, name);
      continue;
    }
    const std::uint32_t id = id_in(table, row, table.at("id"));
    const auto [line, is_first] = lines.emplace(id, row.line);
    if (!is_first) {
      table.fail(row, "fossil " + std::to_string(id) + " stands in line " +
                          std::to_string(line->second) + " already");
    }
    catalogue.entry(id, option);
    result.names.emplace_back(id, name);
  }
  return by_place ? std::move(*placed).names() : result;
}

}  // namespace fossilct
