// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/file_descriptor.h"
#include "io/container.h"
#include "io/inflate_stream.h"
#include "io/nrrd_header.h"
#include "io/raw_voxels.h"

namespace fossilct {

namespace {

// With `byte skip: -1` the voxels are the last bytes of the file. Where they would begin inside the
// header, open_raw_voxels is let find the file too short, and tells both sizes.
std::int64_t offset_of_last(const NrrdHeader& header) {
  const std::int64_t present = FileDescriptor(header.data_file).size();
  std::int64_t needed = static_cast<std::int64_t>(bytes_of(header.type));
  const bool overflows = __builtin_mul_overflow(needed, header.size.x, &needed) ||
                         __builtin_mul_overflow(needed, header.size.y, &needed) ||
                         __builtin_mul_overflow(needed, header.size.z, &needed);
  return overflows ? header.data_offset : std::max(header.data_offset, present - needed);
}

std::int64_t raw_offset(const NrrdHeader& header) {
  std::int64_t offset = 0;
  if (header.byte_skip < 0) {
    return offset_of_last(header);
  }
  if (__builtin_add_overflow(header.data_offset, header.byte_skip, &offset)) {
    throw format_error(header.data_file, "its NRRD header skips more bytes than any file has");
  }
  return offset;
}

}  // namespace

Container open_nrrd(const std::filesystem::path& path, const OpenOptions& /*options*/,
                    Progress& /*progress*/) {
  const NrrdHeader header = read_nrrd_header(path);
  ScanDescription description;
  description.format = header.gzip ? "NRRD (gzip)" : "NRRD";
  description.files = {path};
  if (header.data_file != path) {
    description.files.push_back(header.data_file);
  }
  description.grid.origin_um = header.origin;
  description.grid.direction = header.direction;
  const RawLayout layout{header.size, header.type, header.big_endian,
                         header.gzip ? header.byte_skip : raw_offset(header)};
  return {header.gzip ? open_inflated_voxels(header.data_file, header.data_offset, layout,
                                             std::move(description))
                      : open_raw_voxels(header.data_file, layout, std::move(description)),
          header.spacing, false};
}

}  // namespace fossilct
