// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "io/container.h"
#include "io/header_text.h"
#include "io/image_files.h"
#include "io/image_scan.h"
#include "io/slice_names.h"
#include "io/tiff_file.h"
#include "io/tiff_metadata.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

struct Image {
  std::string name;
  ImageFormat format = ImageFormat::tiff;
};

// What lies in a folder, hidden files left out, in natural order.
struct Listing {
  std::vector<Image> images;
  std::vector<Image> masks;  // *_GT.*
  std::vector<std::string> strays;
  std::vector<std::string> folders;
};

std::string counted(std::int64_t count, const std::string& thing) {
  return format_count(count) + " " + thing + (count == 1 ? "" : "s");
}

std::vector<std::string> names_of(const std::vector<Image>& images) {
  std::vector<std::string> names;
  for (const Image& image : images) {
    names.push_back(image.name);
  }
  return names;
}

bool is_mask(const std::string& name) {
  return lower(fs::path(name).stem().string()).ends_with("_gt");
}

[[noreturn]] void fail_not_an_image(const fs::path& path) {
  const bool empty = fs::file_size(path) == 0;
  throw format_error(path, std::string(empty ? "an empty file (zero bytes)"
                                             : "named like an image, but its content is not one") +
                               "; expected TIFF, PNG, JPEG or BMP: replace it or take it out of "
                               "the folder");
}

void add_file(const fs::path& path, Listing& listing) {
  const std::string name = path.filename().string();
  const std::optional<ImageFormat> format = image_format_of(path);
  if (format) {
    (is_mask(name) ? listing.masks : listing.images).push_back({name, *format});
  } else if (has_image_extension(path)) {
    fail_not_an_image(path);
  } else {
    listing.strays.push_back(name);
  }
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->path().filename().string().starts_with('.')) {
      entries.push_back(entry->path());
    }
  }
  if (error) {
    throw file_code_error(folder, "can't list the folder", error);
  }
  std::sort(entries.begin(), entries.end(), [](const fs::path& a, const fs::path& b) {
    return natural_less(a.filename().string(), b.filename().string());
  });
  return entries;
}

Listing list_folder(const fs::path& folder, const Progress& progress) {
  Listing listing;
  for (const fs::path& entry : entries_of(folder)) {
    progress.check();
    std::error_code ignored;
    if (fs::is_directory(entry, ignored)) {
      listing.folders.push_back(entry.filename().string());
    } else if (fs::is_regular_file(entry, ignored)) {
      add_file(entry, listing);
    } else {
      listing.strays.push_back(entry.filename().string());
    }
  }
  return listing;
}

// The images that are the scan, and a notice on each kind of thing left out.
std::vector<Image> choose_images(Listing listing, const fs::path& folder,
                                 const OpenOptions& options, std::vector<std::string>& notices) {
  const std::string prefix = folder.string() + ": ";
  const auto count = [](const auto& list, const char* thing) {
    return counted(static_cast<std::int64_t>(list.size()), thing);
  };
  if (!listing.strays.empty()) {
    notices.push_back(prefix + "left out " + count(listing.strays, "file") +
                      " that can't be slices: " + listed(listing.strays));
  }
  if (!listing.folders.empty()) {
    notices.push_back(prefix + "left out " + count(listing.folders, "folder") + ": " +
                      listed(listing.folders));
  }
  if (listing.images.empty()) {
    if (!listing.masks.empty() && !options.labels) {
      notices.push_back(prefix +
                        "all images are masks (*_GT.*), read as intensities; give --labels if "
                        "they are to be labels");
    }
    return std::move(listing.masks);
  }
  if (!listing.masks.empty()) {
    notices.push_back(prefix + "left out " + count(listing.masks, "mask") +
                      " (*_GT.*) beside the scan: " + listed(names_of(listing.masks)));
  }
  return std::move(listing.images);
}

void require_one_format(const std::vector<Image>& images, const fs::path& folder) {
  std::map<ImageFormat, std::pair<std::string, std::int64_t>> formats;
  for (const Image& image : images) {
    ++formats.try_emplace(image.format, image.name, 0).first->second.second;
  }
  if (formats.size() == 1) {
    return;
  }
  std::string found;
  for (const auto& [format, example] : formats) {
    found += (found.empty() ? "" : ", ") + std::to_string(example.second) + " " +
             std::string(name_of(format)) + " (" + example.first + ")";
  }
  throw format_error(folder, "holds images of several formats: " + found +
                                 "; expected one series of one format: put each into a folder of "
                                 "its own");
}

// "number 4", "numbers 4 and 8", "numbers 1, 2, 3 and 1,200 more".
std::string numbers_missing(const SliceOrder& order) {
  const std::vector<std::int64_t>& missing = order.missing;
  const std::int64_t rest = order.missing_count - static_cast<std::int64_t>(missing.size());
  std::string text = order.missing_count == 1 ? "number " : "numbers ";
  for (std::size_t i = 0; i < missing.size(); ++i) {
    const bool last = i + 1 == missing.size() && rest == 0;
    text += (i == 0 ? "" : last ? " and " : ", ") + std::to_string(missing[i]);
  }
  return rest > 0 ? text + " and " + format_count(rest) + " more" : text;
}

void report_gaps(const SliceOrder& order, const fs::path& folder, const OpenOptions& options,
                 std::vector<std::string>& notices) {
  if (order.missing_count == 0) {
    return;
  }
  const std::string what = counted(order.missing_count, "slice") +
                           " missing: " + numbers_missing(order) +
                           (order.missing_count == 1 ? ", which would be " : ", the first being ") +
                           order.example_of_missing;
  if (!options.allow_gaps) {
    throw format_error(
        folder, what + "; add them" +
                    (options.advise_gaps ? ", or give --allow-gaps to read the others as if they "
                                           "were neighbours"
                                         : ""));
  }
  notices.push_back(folder.string() + ": " + what + "; the others are read as if neighbours");
}

void report_order(const SliceOrder& order, const fs::path& folder, const OpenOptions& options,
                  std::vector<std::string>& notices) {
  report_gaps(order, folder, options, notices);
  if (order.step > 1) {
    notices.push_back(folder.string() + ": the slice numbers go in steps of " +
                      format_count(order.step) +
                      ": the slices are not neighbours, nothing is learned or measured across "
                      "them, and the spacing along z is the distance of the slices that are there");
  }
  if (!order.numbered && order.order.size() > 1) {
    notices.push_back(folder.string() + ": the slice numbers are too long to be checked for gaps");
  }
}

std::vector<std::int64_t> numbers_of(const SliceOrder& order) {
  const bool counted_from_0 = !order.numbered || (order.numbers.front() == 0 && order.step == 1 &&
                                                  order.missing_count == 0);
  return counted_from_0 ? std::vector<std::int64_t>() : order.numbers;
}

// The spacing and notices of the first slice stand for all.
FoundSpacing spacing_of_first(const fs::path& first, ImageFormat format,
                              ScanDescription& description) {
  FoundSpacing spacing;
  if (format != ImageFormat::tiff) {
    spacing.found = "no voxel size in " + std::string(name_of(format)) + " images";
    return spacing;
  }
  TiffMetadata metadata = tiff_metadata(TiffFile(first).page(), first.string());
  description.notices.insert(description.notices.end(), metadata.notices.begin(),
                             metadata.notices.end());
  return metadata.spacing;
}

Container open_only_image(const fs::path& path, const OpenOptions& options, Progress& progress,
                          const std::vector<std::string>& notices) {
  Container container = open_single_image(path, options, progress);
  std::vector<std::string>& all = container.source->mutable_description().notices;
  all.insert(all.begin(), notices.begin(), notices.end());
  return container;
}

}  // namespace

Container open_slice_folder(const fs::path& folder, const OpenOptions& options,
                            Progress& progress) {
  ScanDescription description;
  const std::vector<Image> images =
      choose_images(list_folder(folder, progress), folder, options, description.notices);
  if (images.empty()) {
    throw format_error(
        folder,
        "no slices in this folder; looked for TIFF, PNG, JPEG and BMP "
        "images by their content" +
            (description.notices.empty() ? std::string() : "; " + description.notices[0]));
  }
  require_one_format(images, folder);
  const ImageFormat format = images[0].format;
  if (images.size() == 1) {
    return open_only_image(folder / images[0].name, options, progress, description.notices);
  }
  const SliceOrder order = order_slices(names_of(images), folder.string());
  if (!options.some_slices) {
    report_order(order, folder, options, description.notices);
  }
  for (const std::size_t index : order.order) {
    description.files.push_back(folder / images[index].name);
  }
  description.format = std::string(name_of(format)) + " folder";
  description.slice_step = order.step;
  description.slice_numbers = numbers_of(order);
  Container container;
  container.spacing = spacing_of_first(description.files[0], format, description);
  std::vector<fs::path> files = description.files;
  container.source =
      stack_as_asked(open_image_files(std::move(files), format), std::move(description), options);
  return container;
}

}  // namespace fossilct
