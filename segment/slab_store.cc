// SPDX-License-Identifier: Apache-2.0
#include "segment/slab_store.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <utility>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/file_descriptor.h"
#include "base/sha256.h"

namespace fossilct {

namespace fs = std::filesystem;

namespace {

constexpr const char* journal_name = "journal";
constexpr const char* outputs_name = "outputs-begun";
constexpr const char* slab_ending = ".u8";

bool is_own(const fs::path& file) {
  const std::string name = file.filename().string();
  return name == journal_name || name == outputs_name || name.ends_with(slab_ending) ||
         name.find(".partial-") != std::string::npos;
}

std::string digest_of(std::span<const std::uint8_t> bytes) {
  Sha256 hash;
  hash.update(std::as_bytes(bytes));
  return hash.finish();
}

// Where slices of an axis lie in a volume: index steps of slice, row and column among [z][y][x].
struct Steps {
  std::int64_t slice, row, column;
};

Steps steps_of(Axis axis, const Size3& size) {
  switch (axis) {
    case Axis::y:
      return {size.x, size.x * size.y, 1};
    case Axis::x:
      return {1, size.x * size.y, size.x};
    case Axis::z:
      break;
  }
  return {size.x * size.y, size.x, 1};
}

struct Range {
  std::int64_t begin = 0, end = 0;
  std::int64_t length() const { return end - begin; }
};

// A box in the directions of an axis' slices.
struct SliceBox {
  Range slices, rows, columns;
};

SliceBox turned(const Box& box, Axis axis) {
  const Range x{box.begin.x, box.end.x}, y{box.begin.y, box.end.y}, z{box.begin.z, box.end.z};
  switch (axis) {
    case Axis::y:
      return {y, z, x};
    case Axis::x:
      return {x, z, y};
    case Axis::z:
      break;
  }
  return {z, y, x};
}

// Slices that lie side by side in memory are added together, so that neighbouring sums are met
// while they are in the cache.
constexpr std::int64_t slices_together = 64;

// Adds slices `slices` of the slab to sums, whose first voxel is that of `box`.
void add_slices(const FileDescriptor& file, const AxisSlab& slab, int plane,
                const SlicePart& whole_slice, const SliceBox& box, const Range& slices,
                const Steps& steps, std::span<std::uint16_t> sums) {
  const std::int64_t run = box.rows.length() * whole_slice.columns;
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(slices.length() * run));
  for (std::int64_t slice = slices.begin; slice < slices.end; ++slice) {
    const std::int64_t at =
        ((plane * slab.slices() + slice - slab.begin) * whole_slice.rows + box.rows.begin) *
        whole_slice.columns;
    file.read_at(at, std::as_writable_bytes(std::span(bytes).subspan(
                         static_cast<std::size_t>((slice - slices.begin) * run),
                         static_cast<std::size_t>(run))));
  }
  const auto add = [&](std::int64_t slice, std::int64_t row, std::int64_t column) {
    const std::int64_t from =
        (slice - slices.begin) * run + (row - box.rows.begin) * whole_slice.columns + column;
    const std::int64_t to = (slice - box.slices.begin) * steps.slice +
                            (row - box.rows.begin) * steps.row +
                            (column - box.columns.begin) * steps.column;
    sums[static_cast<std::size_t>(to)] = static_cast<std::uint16_t>(
        sums[static_cast<std::size_t>(to)] + bytes[static_cast<std::size_t>(from)]);
  };
  for (std::int64_t row = box.rows.begin; row < box.rows.end; ++row) {
    if (steps.column == 1) {
      for (std::int64_t slice = slices.begin; slice < slices.end; ++slice) {
        for (std::int64_t column = box.columns.begin; column < box.columns.end; ++column) {
          add(slice, row, column);
        }
      }
    } else {
      for (std::int64_t column = box.columns.begin; column < box.columns.end; ++column) {
        for (std::int64_t slice = slices.begin; slice < slices.end; ++slice) {
          add(slice, row, column);
        }
      }
    }
  }
}

// As the options of a command are spoken of.
std::string text_of(const Json& value) {
  if (value.is_null() || value == "" || value == false) {
    return "not given";
  }
  if (value == true) {
    return "given";
  }
  return value.is_string() ? value.get<std::string>() : json_text(value);
}

}  // namespace

std::vector<AxisSlab> plan_slabs(const Size3& size, const std::vector<Axis>& axes,
                                 std::int64_t voxel_bytes, int planes, std::int64_t most_bytes) {
  std::vector<AxisSlab> slabs;
  for (const Axis axis : axes) {
    const SlicePart slice = whole_slices(size, axis);
    const std::int64_t bytes =
        slice.rows * slice.columns * std::max<std::int64_t>(voxel_bytes, planes);
    const std::int64_t depth = std::clamp<std::int64_t>(most_bytes / bytes, 1, 128);
    for (std::int64_t begin = 0; begin < slice.slice; begin += depth) {
      slabs.push_back({axis, begin, std::min(slice.slice, begin + depth)});
    }
  }
  return slabs;
}

Box box_of(const AxisSlab& slab, std::int64_t context, const Size3& size) {
  SlicePart first = whole_slices(size, slab.axis), last = first;
  first.slice = slab.begin;
  last.slice = slab.end - 1;
  return {box_inside(first, context, size).begin, box_inside(last, context, size).end};
}

SlabStore::SlabStore(fs::path folder, const Size3& size, std::vector<AxisSlab> slabs, int planes,
                     const Json& begun_with, Progress& progress)
    : folder_(std::move(folder)), size_(size), slabs_(std::move(slabs)), planes_(planes) {
  std::error_code error;
  if (fs::exists(folder_, error) && !is_slab_store(folder_) && !fs::is_empty(folder_, error)) {
    throw file_error(folder_,
                     "is where finished slabs would be kept, and is there with something "
                     "else in it; move it away");
  }
  fs::create_directories(folder_, error);
  if (error) {
    throw file_code_error(folder_, "can't make the folder of finished slabs", error);
  }
  open_journal();
  if (!begun_with_.is_null() && begun_with_ != begun_with && empty()) {
    journal_.reset();
    fs::remove(folder_ / journal_name, error);
    begun_with_ = Json();
    open_journal();
  }
  if (begun_with_.is_null()) {
    journal_->append({{"begun_with", begun_with}});
  } else {
    require_same(begun_with);
  }
  forget_damaged(progress);
}

void SlabStore::open_journal() {
  journal_ = std::make_unique<Journal>(folder_ / journal_name, [this](const Json& entry) {
    if (entry.contains("slab")) {
      digests_[entry.at("slab").get<std::string>()] = entry.at("sha256").get<std::string>();
    } else {
      begun_with_ = entry.at("begun_with");
    }
  });
}

void SlabStore::require_same(const Json& begun_with) const {
  for (const auto& [name, value] : begun_with.items()) {
    const Json before = begun_with_.contains(name) ? begun_with_.at(name) : Json();
    if (before != value) {
      throw file_error(folder_, "holds what another run finished: " + name + " was " +
                                    text_of(before) + " and is " + text_of(value) + " now");
    }
  }
}

void SlabStore::forget_damaged(Progress& progress) {
  progress.begin("check finished slabs", std::ssize(digests_), WorkUnit::items);
  for (auto entry = digests_.begin(); entry != digests_.end();) {
    const fs::path file = folder_ / (entry->first + slab_ending);
    std::error_code gone;
    const bool whole =
        fs::is_regular_file(file, gone) && sha256_of_file(file, progress) == entry->second;
    if (!whole) {
      progress.warning(file.string() + (gone || !fs::exists(file) ? " is gone" : " is damaged") +
                       ": its slices are predicted again");
    }
    entry = whole ? std::next(entry) : digests_.erase(entry);
    progress.advance(1);
  }
  progress.end();
}

void SlabStore::put(std::size_t slab, std::span<const std::uint8_t> planes) {
  const SlicePart slice = whole_slices(size_, slabs_[slab].axis);
  assert(std::ssize(planes) == planes_ * slabs_[slab].slices() * slice.rows * slice.columns);
  static_cast<void>(slice);
  const std::string name = name_of(slabs_[slab]);
  write_file_atomically(file_of(slabs_[slab]),
                        {reinterpret_cast<const char*>(planes.data()), planes.size()});
  const std::string digest = digest_of(planes);
  journal_->append({{"slab", name}, {"sha256", digest}});
  digests_[name] = digest;
}

std::string SlabStore::name_of(const AxisSlab& slab) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%c-%06lld", letter_of(slab.axis),
                static_cast<long long>(slab.begin));
  return text.data();
}

fs::path SlabStore::file_of(const AxisSlab& slab) const {
  return folder_ / (name_of(slab) + slab_ending);
}

Json slabs_begun_with(const fs::path& folder) {
  Json begun_with;
  bool any = false;
  if (is_slab_store(folder)) {
    const Journal journal(folder / journal_name, [&](const Json& entry) {
      any = any || entry.contains("slab");
      begun_with = entry.contains("begun_with") ? entry.at("begun_with") : begun_with;
    });
  }
  return any ? begun_with : Json();
}

bool is_slab_store(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / journal_name, ignored);
}

void remove_slab_store(const fs::path& folder) {
  std::error_code error;
  if (!is_slab_store(folder)) {
    return;
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (is_own(entry.path())) {
      fs::remove(entry.path(), error);
    }
    if (error) {
      throw file_code_error(entry.path(), "can't remove what is no longer needed", error);
    }
  }
  if (fs::is_empty(folder, error)) {
    fs::remove(folder, error);
  }
}

void begin_outputs(const fs::path& folder) { write_file_atomically(folder / outputs_name, ""); }

bool outputs_were_begun(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / outputs_name, ignored);
}

void add_plane(const SlabStore& store, int plane, const Box& box, std::span<std::uint16_t> sums) {
  for (const AxisSlab& slab : store.slabs()) {
    const SliceBox turned_box = turned(box, slab.axis);
    const Range inside{std::max(slab.begin, turned_box.slices.begin),
                       std::min(slab.end, turned_box.slices.end)};
    if (inside.length() <= 0) {
      continue;
    }
    const FileDescriptor file(store.file_of(slab));
    const SlicePart slice = whole_slices(store.size(), slab.axis);
    const Steps steps = steps_of(slab.axis, box.size());
    for (std::int64_t begin = inside.begin; begin < inside.end; begin += slices_together) {
      const Range together{begin, std::min(inside.end, begin + slices_together)};
      add_slices(file, slab, plane, slice, turned_box, together, steps, sums);
    }
  }
}

}  // namespace fossilct
