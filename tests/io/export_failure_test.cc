// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>
#include <sys/mount.h>

#include <string>

#include "base/error.h"
#include "export_support.h"
#include "io/export.h"
#include "support.h"

namespace fossilct {
namespace {

namespace fs = std::filesystem;
using namespace test;  // NOLINT(google-build-using-namespace)

// A file system of a given size that goes away with the object; mounted() is false where this
// process may not mount.
class SmallDisk {
 public:
  SmallDisk(const fs::path& folder, const char* size) : folder_(folder) {
    fs::create_directories(folder_);
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, size) == 0;
  }
  ~SmallDisk() {
    if (mounted_) {
      ::umount2(folder_.c_str(), MNT_DETACH);
    }
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }

 private:
  fs::path folder_;
  bool mounted_ = false;
};

}  // namespace

TEST_CASE("an output that exists is refused, or replaced when asked") {
  for (const ContainerCase& container : containers()) {
    CAPTURE(container.name);
    const TemporaryFolder folder;
    const fs::path path = folder / container.name;
    const ScanDescription description = describe(PixelType::u8, {5, 4, 3});
    const AnyVolume voxels = random_volume(PixelType::u8, description.grid.size);
    write(path, container.format, describe(PixelType::f32, {2, 2, 5}),
          random_volume(PixelType::f32, {2, 2, 5}).view(), 5);
    const std::string message = message_of<Error>(
        [&] { make_export_sink(path, container.format, description, IfExists::refuse, 1); });
    CHECK(message.find(path.string()) != std::string::npos);
    CHECK(message.find("exists already") != std::string::npos);
    const auto sink = make_export_sink(path, container.format, description, IfExists::replace, 1);
    sink->write(voxels.view());
    CHECK(container.read(path).voxels.type() == PixelType::f32);
    sink->finish();
    CHECK(same_voxels(container.read(path).voxels, voxels));
  }
}

TEST_CASE("a sink that is not finished leaves nothing") {
  for (const ContainerCase& container : containers()) {
    CAPTURE(container.name);
    const TemporaryFolder folder;
    const AnyVolume voxels = random_volume(PixelType::u16, {5, 4, 2});
    {
      const auto sink = make_export_sink(folder / container.name, container.format,
                                         describe(PixelType::u16, {5, 4, 3}), IfExists::refuse, 1);
      sink->write(voxels.view());
      CHECK_FALSE(fs::is_empty(folder.path()));
      CHECK_FALSE(fs::exists(folder / container.name));
    }
    CHECK(fs::is_empty(folder.path()));
  }
}

TEST_CASE("a full disk is named as the reason and leaves nothing") {
  const TemporaryFolder folder;
  const fs::path disk_folder = folder / "disk";
  const SmallDisk disk(disk_folder, "size=1m");
  if (!disk.mounted()) {
    MESSAGE("skipped: no right to mount a small tmpfs");
    return;
  }
  const ScanDescription description = describe(PixelType::u16, {128, 128, 64});
  const AnyVolume voxels = random_volume(PixelType::u16, description.grid.size);
  for (const ContainerCase& container : containers()) {
    for (const VolumeKind kind : {VolumeKind::intensity, VolumeKind::labels}) {
      CAPTURE(container.name);
      ScanDescription of_kind = description;
      of_kind.kind = kind;
      const fs::path path = disk_folder / container.name;
      const std::string message =
          message_of<Error>([&] { write(path, container.format, of_kind, voxels.view(), 8); });
      CHECK(message.find(path.string()) != std::string::npos);
      CHECK(message.find("No space left on device") != std::string::npos);
      CHECK(fs::is_empty(disk_folder));
    }
  }
}

TEST_CASE("what can't be written is refused with what can") {
  const TemporaryFolder folder;
  ScanDescription description = describe(PixelType::u8, {5, 4, 3});
  const auto refusal = [&](const std::string& name) {
    return message_of<Error>([&] {
      const fs::path path = folder / name;
      make_export_sink(path, *export_format_of(path), description, IfExists::refuse, 1);
    });
  };
  CHECK(refusal("scan.mhd").find("ending in .mha") != std::string::npos);
  CHECK(refusal("scan.nhdr").find("ending in .nrrd") != std::string::npos);
  CHECK(refusal("missing/scan.nii").find("does not exist") != std::string::npos);
  description.grid.size.x = std::int64_t{1} << 32;
  CHECK(refusal("scan.tif").find("export it as .nrrd") != std::string::npos);
  description.grid.size.x = 0;
  CHECK(refusal("scan.nrrd").find("can't export to ") != std::string::npos);
  CHECK(fs::is_empty(folder.path()));
}

}  // namespace fossilct
