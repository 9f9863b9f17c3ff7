// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/edited_masks.h"

#include <algorithm>
#include <limits>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/cli/facts.h"
#include "apps/scans/placed_volume.h"
#include "base/error.h"
#include "base/text.h"
#include "io/volume_file.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

// A mask beside what the catalogue knows of its fossil.
struct Mask {
  std::uint32_t id = 0;
  Box box;                    // the fossil's, in voxels of the scan
  std::int64_t lacking = 0;   // the fossil's voxels that were not met in instances.h5 so far
  Volume<std::uint8_t> body;  // of the box: 1 = the mask says that it is the fossil's
  std::int64_t apart = 0;     // voxels that instances.h5 knows otherwise, as far as was looked
};

struct Edited {
  std::uint32_t id = 0;
  std::string how;
  bool is_stranger = false;  // no fossil has the id
};

fs::path mask_path(const Catalogue& catalogue, std::uint32_t id) {
  return catalogue.path_of("crops/" + std::to_string(id) + "_mask.nrrd");
}

// Beyond the fossil's box it has no voxel: what is painted there differs.
Mask read_mask(const fs::path& file, const Specimen& fossil, const Grid& scan) {
  OpenOptions options;
  options.labels = true;
  options.type = PixelType::u32;
  Progress silent;
  const PlacedVolume placed = open_placed(file, options, scan, silent);
  auto painted = Volume<std::uint32_t>::uninitialised(placed.box.size());
  placed.source->read(whole(painted.size()), painted.view());
  Mask mask = {fossil.id, fossil.box, fossil.voxels, Volume<std::uint8_t>(fossil.box.size())};
  const Index3& begin = placed.box.begin;
  for (std::int64_t z = 0; z < painted.size().z; ++z) {
    for (std::int64_t y = 0; y < painted.size().y; ++y) {
      for (std::int64_t x = 0; x < painted.size().x; ++x) {
        if (painted(x, y, z) == 0) {
          continue;
        }
        const Index3 at = {begin.x + x, begin.y + y, begin.z + z};
        if (fossil.box.contains({at, {at.x + 1, at.y + 1, at.z + 1}})) {
          mask.body(at.x - fossil.box.begin.x, at.y - fossil.box.begin.y,
                    at.z - fossil.box.begin.z) = 1;
        } else {
          ++mask.apart;
        }
      }
    }
  }
  return mask;
}

// Where instances.h5 is not as the catalogue left it, it says nothing of masks.
bool is_edited(const Mask& mask) { return mask.apart > 0 && mask.lacking == 0; }

// The part of a mask that lies in the slab whose ids are there.
void compare(const VolumeView<const std::uint32_t>& ids, const Box& slab, Mask& mask) {
  const Box shared = common(mask.box, slab);
  const auto there = ids.part(relative(shared, slab.begin));
  const auto body = mask.body.view().part(relative(shared, mask.box.begin));
  for (std::int64_t z = 0; z < there.size().z; ++z) {
    for (std::int64_t y = 0; y < there.size().y; ++y) {
      for (std::int64_t x = 0; x < there.size().x; ++x) {
        const bool is_its = there(x, y, z) == mask.id;
        mask.lacking -= is_its ? 1 : 0;
        mask.apart += is_its != (body(x, y, z) != 0) ? 1 : 0;
      }
    }
  }
}

class MaskCheck {
 public:
  MaskCheck(const Catalogue& catalogue, const std::set<std::uint32_t>& ids,
            const fs::path& taken_in)
      : catalogue_(catalogue), scan_(catalogue.scan().grid) {
    std::error_code ignored;
    std::set<std::uint32_t> strangers = ids;
    for (const CatalogueEntry& entry : catalogue.entries()) {
      const Specimen& fossil = entry.specimen;
      strangers.erase(fossil.id);
      const fs::path file = mask_path(catalogue, fossil.id);
      if (ids.contains(fossil.id) && fossil.reduction == 1 && fs::exists(file, ignored) &&
          !fs::equivalent(file, taken_in, ignored)) {
        waiting_.push_back(fossil);
      }
    }
    for (const std::uint32_t id : strangers) {
      const fs::path file = mask_path(catalogue, id);
      if (fs::exists(file, ignored) && !fs::equivalent(file, taken_in, ignored)) {
        edited_.push_back({id, "is there already, and was no fossil's so far", true});
      }
    }
    std::ranges::sort(waiting_, {}, [](const Specimen& fossil) { return fossil.box.begin.z; });
  }

  std::vector<Edited> edited(int threads, Progress& progress) {
    if (waiting_.empty()) {
      return std::move(edited_);
    }
    const auto source = open_volume_file(catalogue_.path_of("instances.h5"), 0, threads);
    const std::int64_t step = slices_at_once(*source);
    for (std::int64_t z = waiting_.front().box.begin.z; next_ < waiting_.size() || !open_.empty();
         z += step) {
      progress.check();
      look_at(*source, z, std::min(z + step, scan_.size.z));
    }
    return std::move(edited_);
  }

 private:
  void look_at(VolumeSource& source, std::int64_t begin, std::int64_t end) {
    for (; next_ < waiting_.size() && waiting_[next_].box.begin.z < end; ++next_) {
      open(waiting_[next_]);
    }
    if (open_.empty()) {
      return;
    }
    Box slab = open_.front().box;
    for (const Mask& mask : open_) {
      slab = united(slab, mask.box);
    }
    slab.begin.z = begin;
    slab.end.z = end;
    auto ids = Volume<std::uint32_t>::uninitialised(slab.size());
    source.read(slab, ids.view());
    for (Mask& mask : open_) {
      compare(ids.view(), slab, mask);
      if (mask.box.end.z <= end && is_edited(mask)) {
        edited_.push_back(
            {mask.id, "differs from instances.h5 in " + counted(mask.apart, "voxel")});
      }
    }
    std::erase_if(open_, [end](const Mask& mask) { return mask.box.end.z <= end; });
  }

  void open(const Specimen& fossil) {
    try {
      open_.push_back(read_mask(mask_path(catalogue_, fossil.id), fossil, scan_));
    } catch (const Error& error) {
      edited_.push_back({fossil.id, error.what()});
    }
  }

  const Catalogue& catalogue_;
  Grid scan_;
  std::vector<Specimen> waiting_;  // by their first slice
  std::size_t next_ = 0;
  std::list<Mask> open_;
  std::vector<Edited> edited_;
};

}  // namespace

std::set<std::uint32_t> ids_with_masks(const Catalogue& catalogue) {
  const std::vector<std::uint32_t> known = catalogue.ids();
  std::set<std::uint32_t> ids(known.begin(), known.end());
  std::uint32_t last = ids.empty() ? 0 : *ids.rbegin();
  for (const RetiredId& retired : catalogue.retired()) {
    last = std::max(last, retired.id);
  }
  constexpr std::string_view ending = "_mask.nrrd";
  std::error_code ignored;
  for (const auto& file : fs::directory_iterator(catalogue.folder() / "crops", ignored)) {
    const std::string name = file.path().filename().string();
    if (!name.ends_with(ending)) {
      continue;
    }
    const auto id = parse_integer(name.substr(0, name.size() - ending.size()));
    if (id && *id > last && *id <= std::numeric_limits<std::uint32_t>::max()) {
      ids.insert(static_cast<std::uint32_t>(*id));
    }
  }
  return ids;
}

void require_masks_as_left(const Catalogue& catalogue, const std::set<std::uint32_t>& ids,
                           const fs::path& taken_in, int threads, Progress& progress) {
  constexpr std::size_t most_told = 5;
  const std::vector<Edited> edited = MaskCheck(catalogue, ids, taken_in).edited(threads, progress);
  if (edited.empty()) {
    return;
  }
  std::string told;
  for (std::size_t i = 0; i < std::min(most_told, edited.size()); ++i) {
    told += (i == 0 ? "" : "; ") + std::string("fossil ") + std::to_string(edited[i].id) + ": " +
            edited[i].how;
  }
  if (edited.size() > most_told) {
    told += "; and " + std::to_string(edited.size() - most_told) + " more";
  }
  const std::string id = std::to_string(edited.front().id);
  const fs::path file = mask_path(catalogue, edited.front().id);
  const std::string advice =
      edited.front().is_stranger
          ? "Move " + file.string() + " elsewhere, or give it a name that does not end in _mask"
          : "Take a correction in by `fossilct review " + catalogue.folder().string() +
                " --import-labels " + id + "=" + file.string() + "`, or move the file elsewhere";
  throw format_error(catalogue.folder() / "crops",
                     "masks were changed since they were written, and would be overwritten (" +
                         told + "). Nothing was done. " + advice);
}

}  // namespace fossilct
