// SPDX-License-Identifier: Apache-2.0
#include "io/tiff_sink.h"

#include <algorithm>
#include <iomanip>
#include <limits>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"
#include "io/export.h"
#include "io/spacing.h"
#include "io/tiff_writer.h"
#include "io/voxel_stream_sink.h"

namespace fossilct {

namespace {

// ImageJ looks for this start of the description; the version is one that knows all lines below.
constexpr const char* imagej_mark = "ImageJ=1.53t\n";

std::string imagej_description(const ScanDescription& description, std::int64_t pages) {
  const Grid& grid = description.grid;
  std::string text = imagej_mark;
  if (pages > 1) {
    text += "slices=" + std::to_string(pages) + "\n";
  }
  if (grid.spacing_known) {
    text += "unit=micron\nspacing=" + format_number(grid.spacing_um.z) + "\n";
    text += std::string(exact_spacing_key) + "=" + format_number(grid.spacing_um.x) + "," +
            format_number(grid.spacing_um.y) + "," + format_number(grid.spacing_um.z) + "\n";
  }
  text += "loop=false\n";
  if (description.statistics && description.statistics->finite_count > 0) {
    text += "min=" + format_number(description.statistics->minimum) + "\n";
    text += "max=" + format_number(description.statistics->maximum) + "\n";
  }
  return text;
}

// `pages`: in each file.
TiffWriter::PageTags page_tags(const ScanDescription& description, std::int64_t pages) {
  const Grid& grid = description.grid;
  return {.description = imagej_description(description, pages),
          .x_pixels_per_um = grid.spacing_known ? 1 / grid.spacing_um.x : 0,
          .y_pixels_per_um = grid.spacing_known ? 1 / grid.spacing_um.y : 0,
          .deflate = description.kind == VolumeKind::labels};
}

std::int64_t page_bytes(const ScanDescription& description) {
  const Size3& size = description.grid.size;
  return voxel_count({size.x, size.y, 1}) * static_cast<std::int64_t>(bytes_of(description.type));
}

void require_size_that_fits(const std::filesystem::path& path, const Size3& size) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  if (std::max({size.x, size.y, size.z}) > most) {
    throw format_error(path, "TIFF holds at most " + format_count(most) +
                                 " pixels or pages along an axis, the scan has " +
                                 format_count(std::max({size.x, size.y, size.z})) +
                                 "; export it as .nrrd or .h5");
  }
}

AnyConstView slice_of(const AnyConstView& slab, std::int64_t z) {
  return slab.part(fossilct::slab(slab.size(), z, z + 1));
}

std::string folder_name(const std::filesystem::path& folder) {
  return (folder.has_filename() ? folder : folder.parent_path()).filename().string();
}

// NAME_0000.tif; at least `least_digits` digits.
constexpr std::size_t least_digits = 4;

bool is_slice_of(const std::string& name, const std::string& file) {
  const std::string prefix = name + "_";
  const std::string suffix = ".tif";
  if (file.size() < prefix.size() + least_digits + suffix.size() || !file.starts_with(prefix) ||
      !file.ends_with(suffix)) {
    return false;
  }
  return std::all_of(file.begin() + static_cast<std::ptrdiff_t>(prefix.size()),
                     file.end() - static_cast<std::ptrdiff_t>(suffix.size()),
                     [](char c) { return c >= '0' && c <= '9'; });
}

// What lies in the folder, if there is one, and is no slice; sorted.
std::vector<std::string> strangers_in(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> strangers;
  std::error_code failure;
  if (!fs::is_directory(folder, failure)) {
    return strangers;
  }
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string file = entry->path().filename().string();
    std::error_code ignored;
    if (!fs::is_regular_file(entry->symlink_status(ignored)) ||
        !is_slice_of(folder_name(folder), file)) {
      strangers.push_back(file);
    }
  }
  if (failure) {
    throw file_error(folder, "can't list the folder: " + failure.message());
  }
  std::sort(strangers.begin(), strangers.end());
  return strangers;
}

class TiffSink : public VolumeSink {
 public:
  TiffSink(const std::filesystem::path& path, const ScanDescription& description,
           IfExists if_exists)
      : VolumeSink(description.grid, description.type),
        output_(path, AtomicKind::file, if_exists),
        writer_(output_.temporary_path(), path,
                needs_big_tiff(description.grid.size.z, page_bytes(description))),
        tags_(page_tags(description, description.grid.size.z)) {}

  std::int64_t preferred_slab() const override { return slab_for_writing(grid(), type()); }

 private:
  void write_slab(std::int64_t z_begin, const AnyConstView& slab) override {
    for (std::int64_t z = 0; z < slab.size().z; ++z) {
      writer_.write_page(slice_of(slab, z), tags_);
      if (z_begin + z == 0) {
        tags_.description.clear();  // it describes the stack, and stands in the first page only
      }
    }
  }

  void finish_output() override {
    writer_.close();
    output_.commit();
  }

  AtomicOutput output_;
  TiffWriter writer_;
  TiffWriter::PageTags tags_;
};

class TiffFolderSink : public VolumeSink {
 public:
  TiffFolderSink(const std::filesystem::path& folder, const ScanDescription& description,
                 IfExists if_exists, int threads)
      : VolumeSink(description.grid, description.type),
        slice_step_(description.slice_step),
        if_exists_(if_exists),
        output_(folder, AtomicKind::folder, if_exists),
        tags_(page_tags(description, 1)),
        big_(needs_big_tiff(1, page_bytes(description))),
        threads_(threads) {}

  std::int64_t preferred_slab() const override {
    return std::min(grid().size.z,
                    std::max<std::int64_t>(threads_, slab_for_writing(grid(), type())));
  }

 private:
  void write_slab(std::int64_t z_begin, const AnyConstView& slab) override {
    parallel_for(slab.size().z, threads_, [&](std::int64_t z) {
      const std::string name = file_name(z_begin + z);
      TiffWriter writer(output_.temporary_path() / name, output_.path() / name, big_);
      writer.write_page(slice_of(slab, z), tags_);
      writer.close();
      // Here and not at the end, where thousands of files would take their time with nothing to see
      // and no way to stop.
      sync_to_disk(output_.temporary_path() / name);
    });
  }

  void finish_output() override {
    // Hours may have passed, and somebody may have put a file there.
    if (if_exists_ == IfExists::replace) {
      require_only_slices(output_.path());
    }
    output_.commit();
  }

  std::string file_name(std::int64_t z) const {
    // Numbered as the slices that are there, so that a stack of every n-th slice is known as one
    // again.
    const std::int64_t last = (grid().size.z - 1) * slice_step_;
    const std::size_t digits = std::max(least_digits, std::to_string(last).size());
    std::ostringstream name;
    name << folder_name(output_.path()) << '_' << std::setfill('0')
         << std::setw(static_cast<int>(digits)) << z * slice_step_ << ".tif";
    return name.str();
  }

  std::int64_t slice_step_;
  IfExists if_exists_;
  AtomicOutput output_;
  TiffWriter::PageTags tags_;
  bool big_;
  int threads_;
};

}  // namespace

bool needs_big_tiff(std::int64_t pages, std::int64_t page_bytes) {
  // The rest up to 2^32 is for what deflate adds to data that it can't pack.
  constexpr std::int64_t most_of_classic = 4'000'000'000;
  constexpr std::int64_t most_tags_of_page = 1024;
  return page_bytes + most_tags_of_page > most_of_classic / pages;
}

void require_only_slices(const std::filesystem::path& folder) {
  std::vector<std::string> strangers = strangers_in(folder);
  if (strangers.empty()) {
    return;
  }
  constexpr std::ptrdiff_t most_named = 3;
  const std::ptrdiff_t more = std::ssize(strangers) - most_named;
  strangers.resize(std::min<std::size_t>(strangers.size(), most_named));
  std::string named;
  for (const std::string& stranger : strangers) {
    named += (named.empty() ? "" : ", ") + stranger;
  }
  named += more > 0 ? " and " + format_count(more) + " more" : "";
  throw file_error(folder, "holds more than the slices of an earlier export (" +
                               folder_name(folder) + "_0000.tif ...): " + named +
                               "; replacing the folder would delete that: move it away, or give "
                               "another folder");
}

std::unique_ptr<VolumeSink> make_tiff_sink(const std::filesystem::path& path,
                                           const ScanDescription& description, IfExists if_exists) {
  require_size_that_fits(path, description.grid.size);
  return std::make_unique<TiffSink>(path, description, if_exists);
}

std::unique_ptr<VolumeSink> make_tiff_folder_sink(const std::filesystem::path& folder,
                                                  const ScanDescription& description,
                                                  IfExists if_exists, int threads) {
  require_size_that_fits(folder, description.grid.size);
  if (if_exists == IfExists::replace) {
    require_only_slices(folder);
  }
  return std::make_unique<TiffFolderSink>(folder, description, if_exists, threads);
}

}  // namespace fossilct
