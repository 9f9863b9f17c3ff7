// SPDX-License-Identifier: Apache-2.0
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "io/container.h"
#include "io/image_scan.h"
#include "io/raw_voxels.h"
#include "io/tiff_file.h"
#include "io/tiff_metadata.h"

namespace fossilct {

namespace {

// The pages of one file. libtiff's handles serve one thread each; those not in use wait in a pool,
// so that a slab read by n threads opens the file n times in all.
class TiffPages : public ImageSource {
 public:
  TiffPages(std::filesystem::path path, std::vector<std::uint64_t> offsets)
      : path_(std::move(path)), offsets_(std::move(offsets)) {}

  std::int64_t count() const override { return static_cast<std::int64_t>(offsets_.size()); }

  std::string name(std::int64_t image) const override {
    return offsets_.size() == 1 ? path_.string()
                                : path_.string() + ", page " + std::to_string(image);
  }

  ImageShape shape(std::int64_t image) const override {
    ImageShape shape;
    with_page(image, [&](TiffFile&, const TiffPage& page) { shape = page.shape; });
    return shape;
  }

  void read(std::int64_t image, std::span<std::byte> pixels) const override {
    with_page(image, [&](TiffFile& file, const TiffPage& page) { file.read_pixels(page, pixels); });
  }

  void read_expecting(const ImageShape& expected, std::int64_t image,
                      std::span<std::byte> pixels) const override {
    with_page(image, [&](TiffFile& file, const TiffPage& page) {
      require_shape(expected, page.shape, name(image));
      file.read_pixels(page, pixels);
    });
  }

 private:
  // A handle whose reading failed is not put back: libtiff may have lost its place in it.
  template <typename F>
  void with_page(std::int64_t image, F&& f) const {
    std::unique_ptr<TiffFile> file = take();
    file->go_to(offsets_[static_cast<std::size_t>(image)], image);
    f(*file, file->page());
    const std::lock_guard lock(mutex_);
    pool_.push_back(std::move(file));
  }

  std::unique_ptr<TiffFile> take() const {
    {
      const std::lock_guard lock(mutex_);
      if (!pool_.empty()) {
        std::unique_ptr<TiffFile> file = std::move(pool_.back());
        pool_.pop_back();
        return file;
      }
    }
    return std::make_unique<TiffFile>(path_);
  }

  std::filesystem::path path_;
  std::vector<std::uint64_t> offsets_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<TiffFile>> pool_;
};

// ImageJ writes stacks of more than 4 GB, and tifffile those it calls truncated, with a directory
// for the first image only; the others follow its voxels.
std::unique_ptr<VolumeSource> open_voxels_after_page(const std::filesystem::path& path,
                                                     const TiffFile& file, const TiffPage& page,
                                                     std::int64_t slices,
                                                     ScanDescription description,
                                                     const OpenOptions& options) {
  if (page.compressed || page.shape.channels != 1) {
    throw format_error(path, "its description promises " + format_count(slices) +
                                 " images, but it holds one page, which is compressed or coloured; "
                                 "open it in Fiji and save it anew");
  }
  RawLayout layout;
  layout.size = {page.shape.width, page.shape.height, slices};
  layout.type = page.shape.type;
  layout.big_endian = file.big_endian();
  layout.offset = static_cast<std::int64_t>(file.first_strip_offset());
  description.kind = options.labels ? VolumeKind::labels : VolumeKind::intensity;
  return open_raw_voxels(path, layout, std::move(description));
}

void require_all_pages(const std::filesystem::path& path, std::int64_t promised,
                       std::int64_t pages) {
  if (pages < promised) {
    throw format_error(path, "its description promises " + format_count(promised) +
                                 " images, the file holds " + format_count(pages) +
                                 ": it was cut short, or the others lie in further files; give one "
                                 "file that holds them all, or a folder of slices");
  }
}

}  // namespace

Container open_tiff(const std::filesystem::path& path, const OpenOptions& options, Progress&) {
  TiffFile file(path);
  const TiffPage first = file.page();
  TiffMetadata metadata = tiff_metadata(first, path.string());
  std::vector<std::uint64_t> offsets = file.page_offsets();
  const auto pages = static_cast<std::int64_t>(offsets.size());
  const std::int64_t promised = metadata.slices.value_or(pages);

  ScanDescription description;
  description.format = metadata.format;
  description.files = {path};
  description.notices = std::move(metadata.notices);
  Container container;
  container.spacing = std::move(metadata.spacing);
  if (pages == 1 && promised > 1 && metadata.slices_may_follow) {
    file.go_to(offsets[0], 0);
    container.source =
        open_voxels_after_page(path, file, first, promised, std::move(description), options);
    return container;
  }
  require_all_pages(path, promised, pages);
  if (pages == 1) {
    description.notices.push_back(path.string() + ": one image, read as a scan of depth 1");
  }
  container.source = stack_as_asked(std::make_unique<TiffPages>(path, std::move(offsets)),
                                    std::move(description), options);
  return container;
}

}  // namespace fossilct
