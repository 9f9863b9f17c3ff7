// SPDX-License-Identifier: Apache-2.0
#include "specimens/label_edit.h"

#include <algorithm>
#include <cassert>

namespace fossilct {

namespace {

// `id_of(now, x, y, z)` is the id that a voxel is to have.
template <typename F>
LabelEdit edited(const Box& box, const VolumeView<const std::uint32_t>& ids, F&& id_of) {
  assert(ids.size() == box.size());
  LabelEdit edit{box, Volume<std::uint32_t>::uninitialised(ids.size()), {}, {}};
  for (std::int64_t z = 0; z < ids.size().z; ++z) {
    for (std::int64_t y = 0; y < ids.size().y; ++y) {
      for (std::int64_t x = 0; x < ids.size().x; ++x) {
        const std::uint32_t now = ids(x, y, z);
        const std::uint32_t then = id_of(now, x, y, z);
        edit.ids(x, y, z) = then;
        if (now != then) {
          edit.changed.insert({now, then});
          --edit.gain[now];
          ++edit.gain[then];
        }
      }
    }
  }
  edit.changed.erase(0);
  edit.gain.erase(0);
  return edit;
}

class EditedSource : public VolumeSource {
 public:
  EditedSource(std::unique_ptr<VolumeSource> ids, const LabelEdit& edit)
      : VolumeSource(ids->description()), ids_(std::move(ids)), edit_(&edit) {
    assert(type() == PixelType::u32 && whole(grid().size).contains(edit.box));
    mutable_description().statistics.reset();
    mutable_description().levels = 1;
  }
  std::int64_t preferred_slab() const override { return ids_->preferred_slab(); }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    ids_->read(box, out);
    const Box shared = common(box, edit_->box);
    if (!shared.empty()) {
      copy_voxels(edit_->ids.view().part(relative(shared, edit_->box.begin)),
                  out.part(relative(shared, box.begin)));
    }
  }

  std::unique_ptr<VolumeSource> ids_;
  const LabelEdit* edit_;
};

}  // namespace

LabelEdit merge_edit(const Box& box, const VolumeView<const std::uint32_t>& ids,
                     const std::set<std::uint32_t>& merged, std::uint32_t kept) {
  return edited(box, ids,
                [&](std::uint32_t now, auto...) { return merged.contains(now) ? kept : now; });
}

LabelEdit split_edit(const Box& box, const VolumeView<const std::uint32_t>& ids,
                     const VolumeView<const std::uint32_t>& parts,
                     std::span<const std::uint32_t> id_of_part) {
  return edited(box, ids, [&](std::uint32_t now, std::int64_t x, std::int64_t y, std::int64_t z) {
    const std::uint32_t part = parts(x, y, z);
    return part == 0 ? now : id_of_part[part - 1];
  });
}

LabelEdit mask_edit(const Box& box, const VolumeView<const std::uint32_t>& ids,
                    const VolumeView<const std::uint32_t>& mask, std::uint32_t id) {
  return edited(box, ids, [&](std::uint32_t now, std::int64_t x, std::int64_t y, std::int64_t z) {
    return mask(x, y, z) != 0 ? id : now == id ? 0 : now;
  });
}

LabelEdit ids_edit(const Box& box, const VolumeView<const std::uint32_t>& ids,
                   const VolumeView<const std::uint32_t>& values,
                   const std::map<std::uint32_t, std::uint32_t>& new_id) {
  return edited(box, ids, [&](std::uint32_t, std::int64_t x, std::int64_t y, std::int64_t z) {
    const std::uint32_t value = values(x, y, z);
    return value == 0 ? 0 : new_id.at(value);
  });
}

std::map<std::uint32_t, Box> changed_boxes(const LabelEdit& edit) {
  std::map<std::uint32_t, Box> boxes;
  for (std::int64_t z = 0; z < edit.ids.size().z; ++z) {
    for (std::int64_t y = 0; y < edit.ids.size().y; ++y) {
      for (std::int64_t x = 0; x < edit.ids.size().x;) {
        const std::int64_t begin = x;
        const std::uint32_t id = edit.ids(x, y, z);
        while (x < edit.ids.size().x && edit.ids(x, y, z) == id) {
          ++x;
        }
        if (id != 0 && edit.changed.contains(id)) {
          const Box run = moved({{begin, y, z}, {x, y + 1, z + 1}}, edit.box.begin);
          const auto [known, is_new] = boxes.emplace(id, run);
          known->second = is_new ? run : united(known->second, run);
        }
      }
    }
  }
  return boxes;
}

std::unique_ptr<VolumeSource> with_edit(std::unique_ptr<VolumeSource> ids, const LabelEdit& edit) {
  return std::make_unique<EditedSource>(std::move(ids), edit);
}

}  // namespace fossilct
