// SPDX-License-Identifier: Apache-2.0
// Splitting of touching fossils against the truth; prints a table row for each set of bodies.
//   bench_split_accuracy phantom FIRST_SEED LAST_SEED [EDGE [SPACING_Z]]
//       phantoms of EDGE^3 voxels (256), half of their fossils touching; spacing in z over that in
//       x and y (1; above 1 slices are left out, so a whole number)
//   bench_split_accuracy labels LABELS INSTANCES
//       labels (a folder of slices) of which all but 0 is fossil, and the truth by number
// Rows: `none` without splitting; `whole` the bodies of the truth with their chambers; `walls`
// their walls alone, chambers and pores open; `rough` bodies as a network might draw them: ragged
// outlines, holes, narrow bays closed. Columns: F1 at IoU 0.5 and 0.75, that of fossils whose body
// holds several, merged and split bodies, processor time for a million voxels of the bodies' boxes.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "data/phantom.h"
#include "filters/closing.h"
#include "filters/components.h"
#include "io/open_scan.h"
#include "segment/instance_scores.h"
#include "specimens/split.h"

namespace {

using namespace fossilct;
using Mask = Volume<std::uint8_t>;
using Ids = Volume<std::uint32_t>;

template <typename T, typename Visit>
void for_each_voxel(const Volume<T>& volume, Visit&& visit) {
  const std::int64_t count = voxel_count(volume.size());
  for (std::int64_t i = 0; i < count; ++i) {
    visit(i, volume.data()[i]);
  }
}

struct Split {
  Ids ids;
  double seconds = 0;  // of the processor, without finding the bodies
  std::int64_t box_voxels = 0;
};

Box padded(const Box& box) {
  return {{box.begin.x - 1, box.begin.y - 1, box.begin.z - 1},
          {box.end.x + 1, box.end.y + 1, box.end.z + 1}};
}

// The voxels of one component, with a rim of one voxel.
Mask mask_of(const Ids& components, std::uint32_t id, const Box& box) {
  const Box wide = padded(box);
  Mask mask(wide.size());
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
        mask(x - wide.begin.x, y - wide.begin.y, z - wide.begin.z) = components(x, y, z) == id;
      }
    }
  }
  return mask;
}

constexpr std::int64_t fewest_voxels = 268;  // of a body that is kept: extract's default

Split split(const Mask& mask, const Vector3& spacing_um, const SplitOptions& options) {
  LabelledVolume bodies = label_components(mask.view());
  Split result{Ids(mask.size())};
  std::uint32_t given = 0;
  for (std::size_t k = 0; k < bodies.components.size(); ++k) {
    if (bodies.components[k].voxels < fewest_voxels) {
      continue;
    }
    const Box box = bodies.components[k].box;
    const auto body = mask_of(bodies.ids, static_cast<std::uint32_t>(k + 1), box);
    const std::clock_t begin = std::clock();
    const BodyParts parts = split_body(body.view(), spacing_um, options);
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    result.seconds += seconds;
    result.box_voxels += voxel_count(body.size());
    for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
      for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
        for (std::int64_t x = box.begin.x; x < box.end.x; ++x) {
          const std::uint32_t part =
              parts.parts(x - box.begin.x + 1, y - box.begin.y + 1, z - box.begin.z + 1);
          if (part != 0) {
            result.ids(x, y, z) = given + part;
          }
        }
      }
    }
    given += static_cast<std::uint32_t>(parts.count);
  }
  return result;
}

InstanceOverlaps overlaps_of(const Ids& predicted, const Ids& truth) {
  InstanceOverlaps overlaps;
  for_each_voxel(truth, [&](std::int64_t i, std::uint32_t of_truth) {
    const std::uint32_t of_prediction = predicted.data()[i];
    if (of_truth != 0) {
      ++overlaps.truth[of_truth];
    }
    if (of_prediction != 0) {
      ++overlaps.predicted[of_prediction];
    }
    if (of_truth != 0 && of_prediction != 0) {
      ++overlaps.shared[{of_truth, of_prediction}];
    }
  });
  return overlaps;
}

// Only what lies in bodies of the mask that hold several fossils (at least a tenth of each).
InstanceOverlaps touching_only(const Mask& mask, const Ids& predicted, const Ids& truth) {
  const Ids bodies = std::move(label_components(mask.view()).ids);
  const InstanceOverlaps in_bodies = overlaps_of(bodies, truth);
  std::map<std::uint32_t, int> fossils_in;
  for (const auto& [pair, voxels] : in_bodies.shared) {
    fossils_in[pair.second] += 10 * voxels >= in_bodies.truth.at(pair.first) ? 1 : 0;
  }
  Ids some_predicted(mask.size());
  Ids some_truth(mask.size());
  std::set<std::uint32_t> touching;
  for (const auto& [pair, voxels] : in_bodies.shared) {
    if (fossils_in[pair.second] > 1 && 10 * voxels >= in_bodies.truth.at(pair.first)) {
      touching.insert(pair.first);
    }
  }
  for_each_voxel(bodies, [&](std::int64_t i, std::uint32_t body) {
    some_truth.data()[i] = touching.contains(truth.data()[i]) ? truth.data()[i] : 0;
    some_predicted.data()[i] = body != 0 && fossils_in[body] > 1 ? predicted.data()[i] : 0;
  });
  return overlaps_of(some_predicted, some_truth);
}

double f1_at(const InstanceScores& scores, int percent) {
  for (const MatchScores& match : scores.matches) {
    if (match.percent == percent) {
      return match.f1;
    }
  }
  return -1;
}

void print_row(const std::string& name, const Mask& mask, const Ids& truth,
               const Vector3& spacing_um, const SplitOptions& options) {
  const Split found = split(mask, spacing_um, options);
  const InstanceScores all = scores_of(overlaps_of(found.ids, truth));
  const InstanceScores touching = scores_of(touching_only(mask, found.ids, truth));
  const double millions = static_cast<double>(found.box_voxels) / 1e6;
  std::printf("| %s | %lld | %lld | %.3f | %.3f | %lld | %.3f | %zu | %zu | %.2f |\n", name.c_str(),
              static_cast<long long>(all.truth_bodies),
              static_cast<long long>(all.predicted_bodies), f1_at(all, 50), f1_at(all, 75),
              static_cast<long long>(touching.truth_bodies), f1_at(touching, 75), all.merged.size(),
              all.split.size(), found.seconds / millions);
  std::fflush(stdout);
}

// Outlines moved by up to a voxel or two at random, narrow bays closed, a few holes.
Mask rough(const Mask& mask, unsigned seed) {
  std::mt19937 random(seed);
  const Size3& size = mask.size();
  Mask closed = closed_by_balls(mask.view(), {1, 1, 1}, 1.5);
  Mask result(size);
  const auto sum_around = [&](const Mask& of, std::int64_t x, std::int64_t y, std::int64_t z) {
    int sum = 0;
    for (std::int64_t k = z - 1; k <= z + 1; ++k) {
      for (std::int64_t j = y - 1; j <= y + 1; ++j) {
        for (std::int64_t i = x - 1; i <= x + 1; ++i) {
          sum += of(i, j, k);
        }
      }
    }
    return sum;
  };
  for (std::int64_t z = 1; z < size.z - 1; ++z) {
    for (std::int64_t y = 1; y < size.y - 1; ++y) {
      for (std::int64_t x = 1; x < size.x - 1; ++x) {
        const int around = sum_around(closed, x, y, z);
        if (around > 0) {
          // A hole now and then, outlines by chance.
          const auto chance = static_cast<int>(random() % 1000);
          result(x, y, z) = around == 27 ? chance >= 5 : around + chance * 16 / 1000 > 20;
        }
      }
    }
  }
  return result;
}

Mask where(const Mask& volume, std::uint8_t value) {
  Mask mask(volume.size());
  for_each_voxel(
      volume, [&](std::int64_t i, std::uint8_t voxel) { mask.data()[i] = voxel == value ? 1 : 0; });
  return mask;
}

Mask where_any(const Ids& ids) {
  Mask mask(ids.size());
  for_each_voxel(ids, [&](std::int64_t i, std::uint32_t id) { mask.data()[i] = id != 0 ? 1 : 0; });
  return mask;
}

// Every n-th slice.
template <typename T>
Volume<T> thinned(const Volume<T>& volume, std::int64_t n) {
  const Size3& size = volume.size();
  Volume<T> thin({size.x, size.y, size.z / n});
  for (std::int64_t z = 0; z < thin.size().z; ++z) {
    std::copy_n(volume.view().row(0, z * n), size.x * size.y, thin.view().row(0, z));
  }
  return thin;
}

void print_head() {
  std::puts(
      "| bodies | fossils | found | F1 at 0.5 | F1 at 0.75 | touching | of these F1 at 0.75 | "
      "merged "
      "| split | s / Mvoxel |\n|---|---|---|---|---|---|---|---|---|---|");
}

void on_truth(const std::string& name, const Mask& bodies, const Ids& truth,
              const Vector3& spacing_um) {
  SplitOptions none;
  none.mode = SplitMode::none;
  print_row(name + " none", bodies, truth, spacing_um, none);
  print_row(name + " whole", bodies, truth, spacing_um, {});
}

void on_phantom(std::uint64_t seed, std::int64_t edge, std::int64_t step) {
  PhantomOptions options;
  options.seed = seed;
  options.size = {edge, edge, edge};
  options.touching = true;
  const PhantomSlab slab = Phantom(options).render(0, edge, false);
  const std::string name = "phantom " + std::to_string(seed);
  const Vector3 spacing_um{4, 4, 4.0 * static_cast<double>(step)};
  const Ids truth = thinned(slab.ids, step);
  const Mask bodies = thinned(slab.labels, step);
  on_truth(name, bodies, truth, spacing_um);
  const Mask walls = where(thinned(slab.walls, step), 1);
  Ids wall_truth = truth.clone();
  for_each_voxel(walls, [&](std::int64_t i, std::uint8_t wall) {
    wall_truth.data()[i] = wall != 0 ? wall_truth.data()[i] : 0;
  });
  print_row(name + " walls none", walls, wall_truth, spacing_um, {.mode = SplitMode::none});
  print_row(name + " walls", walls, wall_truth, spacing_um, {});
  print_row(name + " rough", rough(bodies, static_cast<unsigned>(seed)), truth, spacing_um, {});
}

Ids read_instances(const std::string& path) {
  Progress silent;
  OpenOptions options;
  options.spacing.unknown = true;
  const auto source = open_scan(path, options, silent);
  const AnyVolume voxels = source->read(whole(source->grid().size));
  Ids ids(voxels.size());
  dispatch(source->type(), [&]<typename T>(std::type_identity<T>) {
    const T* const from = voxels.view().as<T>().data();
    for (std::int64_t i = 0; i < voxel_count(ids.size()); ++i) {
      ids.data()[i] = static_cast<std::uint32_t>(from[i]);
    }
  });
  return ids;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 3 ? argv[1] : "";
  try {
    print_head();
    if (what == "phantom") {
      for (std::uint64_t seed = std::strtoull(argv[2], nullptr, 10);
           seed <= std::strtoull(argv[3], nullptr, 10); ++seed) {
        on_phantom(seed, argc > 4 ? std::atoll(argv[4]) : 256, argc > 5 ? std::atoll(argv[5]) : 1);
      }
    } else if (what == "labels") {
      const Ids truth = read_instances(argv[3]);
      on_truth(argv[3], where_any(read_instances(argv[2])), truth, {1, 1, 1});
    } else {
      std::fputs("see the head of bench/split_accuracy.cc\n", stderr);
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
