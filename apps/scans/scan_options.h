// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "apps/cli/options.h"
#include "base/json.h"
#include "io/open_scan.h"
#include "volumes/label_classes.h"

namespace fossilct {

// The voxel size alone.
void declare_spacing_options(OptionSet& options, SpacingOptions& spacing);
// Options of every command that opens a scan: how the file is to be read, and its voxel size.
void declare_reading_options(OptionSet& options, OpenOptions& open);
// What its voxels are, for commands that take scans and labels alike.
void declare_kind_option(OptionSet& options, OpenOptions& open);
// Options that make another scan of it: turned, cut, coarser, of another type.
void declare_changing_options(OptionSet& options, OpenOptions& open);
// Throws Error{option} where options contradict each other.
void check_scan_options(const OpenOptions& open);

// Which voxels are read of a scan, by the options that decide it: the same, however they are typed
// and whether a default was given or left out. The voxel size is not in it.
Json voxels_read(const OpenOptions& open);

// Each throws Error{option} that shows the form expected.
// "x0:x1,y0:y1,z0:z1", whole numbers, the end not included.
Box parse_roi(const std::string& text);
// "x", "xz" ...
std::array<bool, 3> parse_flip(const std::string& text);
// "zyx": the old axes that become the new x, y, z.
std::array<int, 3> parse_permute(const std::string& text);
// "1200:38000" sets open.window, "1%:99.5%" open.window_percentiles.
void parse_window(const std::string& text, OpenOptions& open);
// "1=fossil:#e8a33d", or "1=fossil" for a colour of our own choice.
LabelClass parse_label_class(const std::string& text);
// "255", or "none" for nothing.
std::optional<std::int64_t> parse_ignored_label(const std::string& text);
// "256" (a cube), "256x256x128" or "256,256,128".
Size3 parse_size(const std::string& option, const std::string& text);

}  // namespace fossilct
