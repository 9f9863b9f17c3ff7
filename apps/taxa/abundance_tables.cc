// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/abundance_tables.h"

#include <cmath>
#include <limits>
#include <set>

#include "apps/fossils/open_catalogue.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

std::string taxon_of(const CatalogueEntry& entry) {
  const bool is_named = !entry.taxon.empty() && entry.taxon != unsure_taxon;
  return is_named ? entry.taxon : entry.class_name;
}

// `share` of the way from the scan's first to its last slice.
std::optional<double> depth_at(const ScanRecord& scan, double share) {
  return scan.top_m && scan.bottom_m
             ? std::optional(*scan.top_m + (*scan.bottom_m - *scan.top_m) * share)
             : std::nullopt;
}

void add_catalogue(const Catalogue& catalogue, std::set<std::string>& names,
                   std::vector<Occurrence>& found) {
  std::map<std::string, ScanRecord> scans;
  for (const ScanRecord& scan : catalogue.scans()) {
    if (!names.insert(scan.name).second) {
      throw format_error(catalogue.folder(), "a scan '" + printable(scan.name) +
                                                 "' is in another of these catalogues too");
    }
    found.push_back({scan.name, depth_at(scan, 0.5), "", 0});
    scans.emplace(scan.name, scan);
  }
  for (const CatalogueEntry& entry : catalogue.entries()) {
    if (entry.counts()) {
      const ScanRecord& scan = scans.at(entry.scan);
      const Box& box = entry.specimen.box;
      const double share = static_cast<double>(box.begin.z + box.end.z) /
                           (2.0 * static_cast<double>(scan.grid.size.z));
      found.push_back({entry.scan, depth_at(scan, share), taxon_of(entry), 1});
    }
  }
}

std::string nearest_sample(const std::vector<AbundanceSample>& samples, double depth_m) {
  std::string nearest;
  double least = std::numeric_limits<double>::infinity();
  for (const AbundanceSample& sample : samples) {
    if (sample.depth_m && std::abs(*sample.depth_m - depth_m) < least) {
      least = std::abs(*sample.depth_m - depth_m);
      nearest = sample.name;
    }
  }
  return nearest;
}

bool begins_with(const std::string& text, std::string_view begin) {
  return lower(text).starts_with(begin);
}

}  // namespace

std::vector<Occurrence> occurrences_in(const std::vector<fs::path>& catalogues) {
  std::vector<Occurrence> found;
  std::set<std::string> names;
  for (const fs::path& path : catalogues) {
    add_catalogue(open_catalogue(path, Catalogue::Access::read), names, found);
  }
  return found;
}

std::map<std::string, std::string> read_groups(const fs::path& path) {
  const CsvTable table = read_csv(path);
  const std::size_t taxon = table.at("taxon");
  const std::size_t group = table.at("group");
  std::map<std::string, std::string> groups;
  for (const CsvRow& row : table.rows) {
    if (!groups.emplace(row.fields[taxon], row.fields[group]).second) {
      table.fail(row, "the taxon '" + printable(row.fields[taxon]) + "' stands twice");
    }
  }
  return groups;
}

std::vector<Occurrence> read_manual_counts(const fs::path& path,
                                           const std::vector<AbundanceSample>& samples) {
  const CsvTable table = read_csv(path);
  const std::size_t taxon = table.at("taxon");
  const std::size_t count = table.at("count");
  const auto depth = table.find("depth_m") ? table.find("depth_m") : table.find("depth");
  const auto sample = depth ? table.find("sample") : std::optional(table.at("sample"));
  std::vector<Occurrence> found;
  for (const CsvRow& row : table.rows) {
    const auto number = parse_integer(row.fields[count]);
    if (!number || *number < 0) {
      table.fail(row, "count '" + printable(row.fields[count]) + "' is no number of specimens");
    }
    Occurrence each = {sample ? row.fields[*sample] : "",
                       depth ? table.number(row, *depth) : std::nullopt, row.fields[taxon],
                       *number};
    if (each.sample.empty() && each.depth_m) {
      each.sample = nearest_sample(samples, *each.depth_m);
    }
    if (each.sample.empty() || each.taxon.empty()) {
      table.fail(row, "tells no sample (by name or depth) or no taxon");
    }
    found.push_back(std::move(each));
  }
  return found;
}

std::vector<GroupCounts> group_counts(const Abundance& table,
                                      const std::map<std::string, std::string>& groups) {
  std::vector<GroupCounts> result;
  for (const AbundanceSample& sample : table.samples) {
    GroupCounts counts;
    for (std::size_t i = 0; i < table.taxa.size(); ++i) {
      const auto group = groups.find(table.taxa[i]);
      if (group != groups.end()) {
        counts.planktonic += begins_with(group->second, "plankt") ? sample.counts[i] : 0;
        counts.benthic += begins_with(group->second, "benth") ? sample.counts[i] : 0;
      }
    }
    result.push_back(counts);
  }
  return result;
}

}  // namespace fossilct
