// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "specimens/abundance.h"
#include "specimens/catalogue.h"

namespace fossilct {

// The fossils of these catalogues (of scans, or joined ones) that were not rejected, each by its
// taxon: the name a person gave it, else a model's that is sure, else the class of its labels. The
// sample is the scan, the depth that of the middle of its box; scans without a fossil are there
// with no taxon. Throws as open_catalogue; Error{format} for two scans of one name.
std::vector<Occurrence> occurrences_in(const std::vector<std::filesystem::path>& catalogues);

// "planktonic" and the like by taxon: columns taxon and group. Throws Error{file|format}: a column
// missing, a taxon twice.
std::map<std::string, std::string> read_groups(const std::filesystem::path& path);

// Counts that a person made: columns taxon and count, and sample or depth (metres), or both. A
// sample that only a depth tells is the nearest of `samples`, by the depth. Throws
// Error{file|format} that names the line.
std::vector<Occurrence> read_manual_counts(const std::filesystem::path& path,
                                           const std::vector<AbundanceSample>& samples);

// Planktonic and benthic specimens of a sample.
struct GroupCounts {
  std::int64_t planktonic = 0;
  std::int64_t benthic = 0;
};
// By sample; groups that begin with "plankt" and "benth", capitals or not.
std::vector<GroupCounts> group_counts(const Abundance& table,
                                      const std::map<std::string, std::string>& groups);

}  // namespace fossilct
