// SPDX-License-Identifier: Apache-2.0
// Wall and chambers against the phantom's truth, by kind and infill.
//   bench_anatomy_accuracy FIRST_SEED LAST_SEED [EDGE [FOSSIL_VOXELS [each]]]
//       phantoms of EDGE^3 voxels (256), fossils of FOSSIL_VOXELS (0: the phantom's default); with
//       `each` a line for every fossil
// Columns: fossils; resolved; chamber count exactly that of the animal, and its mean error; exactly
// that of the chambers which the scan resolves, and its mean error; median and greatest error of
// the wall's thickness in voxels; infill graded as in truth; share of the tissue's voxels right.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "data/phantom.h"
#include "specimens/anatomy.h"

namespace {

using namespace fossilct;

struct Row {
  int fossils = 0, resolved = 0, exact = 0, exact_resolved = 0, infill = 0;
  double chambers_off = 0, resolved_off = 0, tissue_right = 0;
  std::vector<double> wall_errors;
};

struct Cost {
  double seconds = 0;
  std::int64_t voxels = 0;
};

BodyCrop crop_of(const Phantom& phantom, const PhantomSlab& slab, const PhantomFossil& fossil) {
  constexpr std::int64_t margin = 3;
  const Size3& n = phantom.options().size;
  const Box& b = fossil.box;
  const auto low = [](std::int64_t i) { return std::max<std::int64_t>(0, i - margin); };
  const Box box{{low(b.begin.x), low(b.begin.y), low(b.begin.z)},
                {std::min(n.x, b.end.x + margin), std::min(n.y, b.end.y + margin),
                 std::min(n.z, b.end.z + margin)}};
  BodyCrop crop{cropped(phantom.grid(), box),
                box.begin,
                Volume<std::uint8_t>(box.size()),
                Volume<float>(box.size()),
                {box.begin.x == 0, box.end.x == n.x, box.begin.y == 0, box.end.y == n.y,
                 box.begin.z == 0, box.end.z == n.z}};
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
        const Index3 at{x - box.begin.x, y - box.begin.y, z - box.begin.z};
        const std::uint32_t id = slab.ids(x, y, z);
        crop.mask(at.x, at.y, at.z) = id == 0           ? std::uint8_t{0}
                                      : id == fossil.id ? mask_body
                                                        : mask_other_body;
        crop.grey(at.x, at.y, at.z) = slab.scan(x, y, z);
      }
    }
  }
  return crop;
}

double share_right(const Anatomy& anatomy, const BodyCrop& crop, const PhantomSlab& slab) {
  std::int64_t right = 0, all = 0;
  const Size3& n = crop.mask.size();
  for (std::int64_t z = 0; z < n.z; ++z) {
    for (std::int64_t y = 0; y < n.y; ++y) {
      for (std::int64_t x = 0; x < n.x; ++x) {
        if (crop.mask(x, y, z) == mask_body) {
          const Index3& b = crop.begin;
          ++all;
          right += anatomy.tissue(x, y, z) == slab.walls(b.x + x, b.y + y, b.z + z) ? 1 : 0;
        }
      }
    }
  }
  return static_cast<double>(right) / static_cast<double>(all);
}

std::string grade_of(const std::string& truth) {
  return truth == "empty" ? "open" : truth == "partial" ? "partly" : "filled";
}

void add(Row& row, const Anatomy& anatomy, const PhantomFossil& fossil, double spacing_um,
         double right) {
  ++row.fossils;
  row.tissue_right += right;
  row.infill += anatomy.infill == grade_of(fossil.infill) ? 1 : 0;
  if (anatomy.resolved) {
    ++row.resolved;
    const int found = static_cast<int>(anatomy.chamber_volumes_um3.size());
    row.exact += found == fossil.chambers ? 1 : 0;
    row.chambers_off += found - fossil.chambers;
    row.exact_resolved += found == fossil.chambers_resolved ? 1 : 0;
    row.resolved_off += found - fossil.chambers_resolved;
    row.wall_errors.push_back(
        std::abs(anatomy.thickness_median_um / spacing_um - fossil.wall_thickness_voxels));
  }
}

void print(const std::string& name, Row& row) {
  std::vector<double>& errors = row.wall_errors;
  std::sort(errors.begin(), errors.end());
  const double n = std::max(1, row.fossils), resolved = std::max(1, row.resolved);
  std::printf("%-28s %4d  %4d  %4d (%.2f)  %+6.2f  %4d (%.2f)  %+6.2f  %5.2f %5.2f  %.2f  %.3f\n",
              name.c_str(), row.fossils, row.resolved, row.exact, row.exact / n,
              row.chambers_off / resolved, row.exact_resolved, row.exact_resolved / n,
              row.resolved_off / resolved, errors.empty() ? NAN : errors[errors.size() / 2],
              errors.empty() ? NAN : errors.back(), row.infill / n, row.tissue_right / n);
}

void run(std::uint64_t seed, std::int64_t edge, double fossil_voxels, bool each,
         std::map<std::string, Row>& rows, Cost& cost) {
  PhantomOptions options;
  options.size = {edge, edge, edge};
  options.seed = seed;
  options.fossil_size_um = fossil_voxels * options.spacing_um;
  const Phantom phantom(options);
  const PhantomSlab slab = phantom.render(0, edge);
  for (const PhantomFossil& fossil : phantom.fossils()) {
    const BodyCrop crop = crop_of(phantom, slab, fossil);
    const std::clock_t begin = std::clock();
    const Anatomy anatomy = measure_anatomy(crop);
    cost.seconds += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    cost.voxels += voxel_count(crop.mask.size());
    const double right = share_right(anatomy, crop, slab);
    const std::string whole = fossil.whole() ? "whole " : "cut ";
    const std::string kind(name_of(fossil.kind));
    for (const std::string& name :
         {whole + kind + " " + fossil.infill, whole + "all " + fossil.infill, whole + "all"}) {
      add(rows[name], anatomy, fossil, options.spacing_um, right);
    }
    if (each) {
      std::printf(
          "%llu/%u %s %s%s length %.0f: chambers %zu of %d (%d), wall %.2f of %.2f, %s, cnr %.1f, "
          "right %.3f\n",
          static_cast<unsigned long long>(seed), fossil.id, kind.c_str(), whole.c_str(),
          fossil.infill.c_str(), fossil.length_voxels, anatomy.chamber_volumes_um3.size(),
          fossil.chambers, fossil.chambers_resolved,
          anatomy.thickness_median_um / options.spacing_um, fossil.wall_thickness_voxels,
          anatomy.infill.c_str(), anatomy.contrast_to_noise.value_or(0), right);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto argument = [&](int i, const char* none) { return argc > i ? argv[i] : none; };
    const auto first = std::strtoull(argument(1, "11"), nullptr, 10);
    const auto last = std::strtoull(argument(2, "11"), nullptr, 10);
    std::map<std::string, Row> rows;
    Cost cost;
    for (auto seed = first; seed <= last; ++seed) {
      run(seed, std::atoll(argument(3, "256")), std::atof(argument(4, "0")), argc > 5, rows, cost);
    }
    std::printf(
        "%-28s  all  rslv  of animal     mean off  of resolved  mean off  wall: median, most  "
        "infill  tissue\n",
        "");
    for (auto& [name, row] : rows) {
      print(name, row);
    }
    std::printf("%.0f ns of the processor for a voxel of the boxes\n",
                1e9 * cost.seconds / static_cast<double>(std::max<std::int64_t>(1, cost.voxels)));
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
