// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fossilct {

// Where in a well a scanned piece of core is from.
struct DepthRow {
  std::string scan;  // its name
  double top_m = 0;
  double bottom_m = 0;
};

struct DepthTable {
  std::filesystem::path path;  // for messages
  std::vector<DepthRow> rows;
};

// A CSV table with the columns scan, top_m and bottom_m in any order, others are passed over; a
// header line names them. Throws Error{format} as parse_csv(), and where it names `path` and the
// line: a column missing, a value that is no number, a top that is not above its bottom, a scan
// without a name or named twice.
DepthTable parse_depth_table(const std::filesystem::path& path, std::string_view text);

// Joins the catalogues of several scans of one well into one database, `output` (a new file, e.g.
// AtomicOutput::temporary_path()), of the same schema: a fossil's key is (n - 1) * 2^32 + id for
// the n-th scan. Decisions come along, and signatures that hold and are of what is there (a hash
// recomputed); files stay where they are. Classes are joined by their names: one whose value means
// another class in a catalogue before it gets the next value that is free. The table of depths may have no row, or must name every
// scan; other rows are passed over. Returns what a user should read, a line each: signatures that
// are void since another program altered what was signed, classes with another value than before,
// scans whose depths overlap. Throws what Catalogue::open throws, and Error{format} naming both
// catalogues where two are of the same scan, labels or name, where a measurement means two things,
// or where only one knows its voxel size.
std::vector<std::string> merge_catalogues(std::span<const std::filesystem::path> folders,
                                          const DepthTable& depths,
                                          const std::filesystem::path& output);

}  // namespace fossilct
