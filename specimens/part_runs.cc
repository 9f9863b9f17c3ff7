// SPDX-License-Identifier: Apache-2.0
#include "specimens/part_runs.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "base/error.h"

namespace fossilct {

namespace {

int open_nameless(const std::filesystem::path& folder) {
  std::string name = (folder / ".parts-XXXXXX").string();
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) {
    throw file_errno_error(folder, "can't make a scratch file in it");
  }
  ::unlink(name.c_str());
  return descriptor;
}

std::vector<PartRuns::Run> runs_of(const VolumeView<const std::uint32_t>& parts,
                                   std::uint32_t value, const Index3& begin) {
  std::vector<PartRuns::Run> runs;
  const Size3& size = parts.size();
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      const std::uint32_t* row = parts.row(y, z);
      for (const std::uint32_t* x = std::find(row, row + size.x, value); x != row + size.x;) {
        const std::uint32_t* end =
            std::find_if(x, row + size.x, [value](std::uint32_t v) { return v != value; });
        runs.push_back({static_cast<std::int32_t>(begin.x + (x - row)),
                        static_cast<std::int32_t>(begin.x + (end - row)),
                        static_cast<std::int32_t>(begin.y + y),
                        static_cast<std::int32_t>(begin.z + z)});
        x = std::find(end, row + size.x, value);
      }
    }
  }
  return runs;
}

class WithParts : public VolumeSource {
 public:
  WithParts(std::unique_ptr<VolumeSource> ids, const PartRuns& parts,
            std::vector<std::uint32_t> id_of_part)
      : VolumeSource(ids->description()),
        ids_(std::move(ids)),
        parts_(parts),
        id_of_part_(std::move(id_of_part)),
        by_depth_(parts.count()) {
    assert(type() == PixelType::u32 && id_of_part_.size() == parts.count());
    std::iota(by_depth_.begin(), by_depth_.end(), std::size_t{0});
    std::stable_sort(by_depth_.begin(), by_depth_.end(), [&](std::size_t a, std::size_t b) {
      return parts_.z_begin(a) < parts_.z_begin(b);
    });
  }

  std::int64_t preferred_slab() const override { return ids_->preferred_slab(); }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    ids_->read(box, out);
    std::erase_if(open_, [&](const auto& entry) {
      return parts_.z_end(entry.first) <= box.begin.z || parts_.z_begin(entry.first) >= box.end.z;
    });
    for (const std::size_t part : by_depth_) {
      if (parts_.z_begin(part) >= box.end.z) {
        break;
      }
      if (id_of_part_[part] != 0 && parts_.z_end(part) > box.begin.z) {
        paint(part, box, out.as<std::uint32_t>());
      }
    }
  }

  void paint(std::size_t part, const Box& box, const VolumeView<std::uint32_t>& out) {
    auto found = open_.find(part);
    if (found == open_.end()) {
      found = open_.emplace(part, parts_.read(part)).first;
    }
    for (const PartRuns::Run& run : found->second) {
      const std::int64_t begin = std::max<std::int64_t>(run.x_begin, box.begin.x);
      const std::int64_t end = std::min<std::int64_t>(run.x_end, box.end.x);
      if (run.z >= box.begin.z && run.z < box.end.z && run.y >= box.begin.y && run.y < box.end.y &&
          begin < end) {
        std::uint32_t* row = out.row(run.y - box.begin.y, run.z - box.begin.z);
        std::fill(row + (begin - box.begin.x), row + (end - box.begin.x), id_of_part_[part]);
      }
    }
  }

  std::unique_ptr<VolumeSource> ids_;
  const PartRuns& parts_;
  std::vector<std::uint32_t> id_of_part_;
  std::vector<std::size_t> by_depth_;
  std::map<std::size_t, std::vector<PartRuns::Run>> open_;
};

}  // namespace

PartRuns::PartRuns(const std::filesystem::path& folder)
    : folder_(folder), descriptor_(open_nameless(folder)) {}

PartRuns::~PartRuns() { ::close(descriptor_); }

std::size_t PartRuns::add(const VolumeView<const std::uint32_t>& parts, std::uint32_t value,
                          const Index3& begin) {
  const std::vector<Run> runs = runs_of(parts, value, begin);
  assert(!runs.empty());
  const std::lock_guard lock(mutex_);
  const auto* bytes = reinterpret_cast<const char*>(runs.data());
  const auto size = static_cast<std::int64_t>(runs.size() * sizeof(Run));
  for (std::int64_t done = 0; done < size;) {
    const ssize_t n =
        ::pwrite(descriptor_, bytes + done, static_cast<std::size_t>(size - done), end_ + done);
    if (n < 0) {
      throw file_errno_error(folder_, "can't write a scratch file in it");
    }
    done += n;
  }
  places_.push_back({end_, static_cast<std::int64_t>(runs.size()), runs.front().z,
                     static_cast<std::int64_t>(runs.back().z) + 1});
  end_ += size;
  return places_.size() - 1;
}

std::vector<PartRuns::Run> PartRuns::read(std::size_t part) const {
  const Place& place = places_[part];
  std::vector<Run> runs(static_cast<std::size_t>(place.runs));
  auto* bytes = reinterpret_cast<char*>(runs.data());
  const auto size = static_cast<std::int64_t>(runs.size() * sizeof(Run));
  for (std::int64_t done = 0; done < size;) {
    const ssize_t n = ::pread(descriptor_, bytes + done, static_cast<std::size_t>(size - done),
                              place.offset + done);
    if (n <= 0) {
      throw file_errno_error(folder_, "can't read a scratch file in it");
    }
    done += n;
  }
  return runs;
}

std::unique_ptr<VolumeSource> with_parts(std::unique_ptr<VolumeSource> ids, const PartRuns& parts,
                                         std::vector<std::uint32_t> id_of_part) {
  return std::make_unique<WithParts>(std::move(ids), parts, std::move(id_of_part));
}

}  // namespace fossilct
