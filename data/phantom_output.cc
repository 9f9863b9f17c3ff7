// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "data/phantom.h"

namespace fossilct {

namespace {

constexpr std::int64_t least_slab = 16;

std::int64_t slab_depth(const std::array<VolumeSink*, 4>& sinks) {
  std::int64_t depth = least_slab;
  for (const VolumeSink* sink : sinks) {
    depth = sink != nullptr ? std::max(depth, sink->preferred_slab()) : depth;
  }
  return depth;
}

template <typename T>
void write(VolumeSink* sink, const Volume<T>& volume) {
  if (sink != nullptr) {
    sink->write(volume.view());
  }
}

std::string ids_text(const std::vector<std::uint32_t>& ids) {
  std::string text;
  for (const std::uint32_t id : ids) {
    text += (text.empty() ? "" : " ") + std::to_string(id);
  }
  return text;
}

// A thousandth is far below what a measurement can tell.
std::string rounded(double value) { return format_number(std::floor(value * 1000 + 0.5) / 1000); }

std::string triple(const Vector3& v) {
  return rounded(v.x) + "," + rounded(v.y) + "," + rounded(v.z);
}

std::string csv_row(const PhantomFossil& f, const Grid& grid) {
  const double um = grid.spacing_um.x;
  const auto yes = [](bool value) { return value ? ",1" : ",0"; };
  std::string row = std::to_string(f.id) + "," + std::string(name_of(f.kind)) + "," +
                    triple(f.centre) + "," + triple(grid.physical_from_index(f.centre)) + "," +
                    std::to_string(f.voxels) + "," +
                    rounded(static_cast<double>(f.voxels) * grid.voxel_volume()) + "," +
                    std::to_string(f.wall_voxels) + "," + rounded(f.wall_thickness_voxels * um) +
                    "," + rounded(f.length_voxels * um) + "," + std::to_string(f.chambers) + "," +
                    std::to_string(f.chambers_resolved) + "," + f.infill;
  row += yes(f.whole());
  row += yes(f.broken);
  row += yes(f.cut_by_volume);
  row += yes(f.cut_by_plug);
  row += yes(!f.touches.empty());
  return row + "," + ids_text(f.touches) + "\n";
}

}  // namespace

void write_phantom(const Phantom& phantom, const PhantomSinks& sinks, Progress& progress) {
  const std::int64_t depth = phantom.options().size.z;
  const std::int64_t step = slab_depth({sinks.scan, sinks.labels, sinks.walls, sinks.ids});
  progress.begin("phantom", depth, WorkUnit::slices);
  for (std::int64_t z = 0; z < depth; z += step) {
    progress.check();
    const std::int64_t z_end = std::min(depth, z + step);
    const PhantomSlab slab = phantom.render(z, z_end, sinks.scan != nullptr);
    write(sinks.scan, slab.scan);
    write(sinks.labels, slab.labels);
    write(sinks.walls, slab.walls);
    write(sinks.ids, slab.ids);
    progress.advance(z_end - z);
  }
  progress.end();
}

std::string truth_csv(const Phantom& phantom) {
  std::string text =
      "id,kind,centre_x,centre_y,centre_z,centre_x_um,centre_y_um,centre_z_um,voxels,volume_um3,"
      "wall_voxels,wall_thickness_um,length_um,chambers,chambers_resolved,infill,whole,broken,"
      "cut_by_volume,cut_by_plug,touching,touches\n";
  for (const PhantomFossil& fossil : phantom.fossils()) {
    text += csv_row(fossil, phantom.grid());
  }
  return text;
}

}  // namespace fossilct
