// SPDX-License-Identifier: Apache-2.0
#include "specimens/extraction.h"

#include <doctest/doctest.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "specimens/body_cutter.h"
#include "support.h"
#include "volumes/memory_source.h"

namespace fossilct {
namespace {

using test::source_of;

struct Ball {
  double x, y, z, radius;
  std::uint8_t value;
};

Volume<std::uint8_t> balls(const Size3& size, const std::vector<Ball>& list) {
  Volume<std::uint8_t> labels(size);
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        for (const Ball& b : list) {
          const double dx = static_cast<double>(x) - b.x;
          const double dy = static_cast<double>(y) - b.y;
          const double dz = static_cast<double>(z) - b.z;
          if (dx * dx + dy * dy + dz * dz <= b.radius * b.radius) {
            labels(x, y, z) = b.value;
          }
        }
      }
    }
  }
  return labels;
}

// Two that touch, one by itself, one cut by the last slice, and a speck.
const std::vector<Ball> some_balls = {{20, 20, 20, 9, 1},
                                      {38, 20, 20, 9, 1},
                                      {60, 45, 30, 8, 2},
                                      {25, 50, 58, 9, 1},
                                      {70, 10, 50, 2, 1}};

template <typename T>
std::unique_ptr<VolumeSource> cube_source(const Volume<T>& volume, std::int64_t slab = 1) {
  auto source = source_of(volume, slab);
  source->mutable_description().grid.spacing_um = {2, 2, 2};
  return source;
}

struct Result {
  Extraction extraction;
  std::map<std::size_t, Volume<std::uint8_t>> masks;  // by key
  Volume<std::uint32_t> ids;
};

Result extract(const Volume<std::uint8_t>& labels, ExtractionOptions options, std::int64_t slab = 1,
               const Volume<std::uint32_t>* earlier = nullptr) {
  options.measuring.anatomy = false;
  const test::TemporaryFolder folder;
  Progress silent;
  std::mutex mutex;
  Result result;
  ExtractionSources sources;
  sources.open_labels = [&] { return cube_source(labels, slab); };
  if (earlier != nullptr) {
    sources.earlier_ids = cube_source(*earlier, slab);
  }
  result.extraction = extract_specimens(
      sources, options, folder.path(),
      [&](const ExtractedBody& body) {
        const std::lock_guard lock(mutex);
        CHECK(result.masks.emplace(body.key, body.crop.mask.clone()).second);
      },
      silent);
  std::uint32_t id = 0;
  for (Specimen& s : result.extraction.specimens) {
    s.id = ++id;
  }
  const auto ids = result.extraction.instances(cube_source(labels, slab));
  result.ids = test::read_all<std::uint32_t>(*ids);
  return result;
}

std::int64_t count(const Volume<std::uint32_t>& ids, std::uint32_t id) {
  return std::count(ids.data(), ids.data() + voxel_count(ids.size()), id);
}

TEST_CASE(
    "touching fossils come apart; the order is that of first voxels; ids "
    "fill the volume") {
  const Volume<std::uint8_t> labels = balls({80, 64, 64}, some_balls);
  const Result r = extract(labels, {});
  const Extraction& e = r.extraction;
  CHECK(e.components == 4);
  CHECK(e.components_split == 1);
  CHECK(e.too_small == 1);
  CHECK(e.too_small_voxels == 33);
  REQUIRE(e.specimens.size() == 4);
  CHECK(e.specimens[0].first == Index3{20, 20, 11});
  CHECK(e.specimens[1].first == Index3{38, 20, 11});
  CHECK(e.specimens[2].first == Index3{60, 45, 22});
  CHECK(e.specimens[3].first == Index3{25, 50, 49});
  CHECK(e.specimens[0].split);
  CHECK(e.specimens[1].split);
  CHECK(!e.specimens[2].split);
  CHECK(e.specimens[2].class_value == 2);
  CHECK(e.specimens[3].truncated);
  CHECK(!e.specimens[2].truncated);
  std::int64_t in_specimens = 0;
  for (const Specimen& s : e.specimens) {
    CAPTURE(s.id);
    CHECK(count(r.ids, s.id) == s.voxels);
    CHECK(measured_value(s.measurements, "voxels") == static_cast<double>(s.voxels));
    const Volume<std::uint8_t>& mask = r.masks.at(e.keys[s.id - 1]);
    CHECK(std::count(mask.data(), mask.data() + voxel_count(mask.size()), mask_body) == s.voxels);
    in_specimens += s.voxels;
  }
  CHECK(in_specimens + e.too_small_voxels == e.foreground_voxels);
  CHECK(r.ids(70, 10, 50) == 0);
}

TEST_CASE("slabs, threads and little memory change nothing") {
  const Volume<std::uint8_t> labels = balls({80, 64, 64}, some_balls);
  const Result expected = extract(labels, {});
  for (const std::int64_t slab : {5, 64}) {
    for (const int threads : {1, 3}) {
      ExtractionOptions options;
      options.threads = threads;
      options.memory_bytes = 2 * 53 * 35 * 35 * bytes_a_crop_voxel;
      const Result found = extract(labels, options, slab);
      CHECK(test::same_voxels(found.ids, expected.ids));
      REQUIRE(found.extraction.specimens.size() == expected.extraction.specimens.size());
      for (std::size_t i = 0; i < found.extraction.specimens.size(); ++i) {
        CHECK(found.extraction.specimens[i].measurements ==
              expected.extraction.specimens[i].measurements);
        CHECK(found.extraction.specimens[i].box == expected.extraction.specimens[i].box);
      }
    }
  }
}

TEST_CASE(
    "without splitting a component is a fossil; classes may be chosen, "
    "or kept apart") {
  const Volume<std::uint8_t> labels =
      balls({80, 64, 64}, {{20, 20, 20, 9, 1}, {36, 20, 20, 9, 2}, {60, 45, 30, 8, 3}});
  ExtractionOptions options;
  options.split.mode = SplitMode::none;
  Result r = extract(labels, options);
  REQUIRE(r.extraction.specimens.size() == 2);
  // The second ball was drawn over the first.
  CHECK(r.extraction.specimens[0].class_value == 2);
  options.classes_apart = true;
  r = extract(labels, options);
  REQUIRE(r.extraction.specimens.size() == 3);
  CHECK(r.extraction.specimens[0].class_value == 1);
  CHECK(r.extraction.specimens[1].class_value == 2);
  options.classes = {3};
  r = extract(labels, options);
  REQUIRE(r.extraction.specimens.size() == 1);
  CHECK(r.extraction.specimens[0].class_value == 3);
}

TEST_CASE("the smallest diameter is a length; barren rock has no fossils") {
  const Volume<std::uint8_t> labels = balls({80, 64, 64}, some_balls);
  ExtractionOptions options;
  // Voxels of 2 um: the ball of radius 8 has some 32 um, those of 9 more.
  options.min_diameter_um = 33.5;
  const Result r = extract(labels, options);
  CHECK(r.extraction.specimens.size() == 3);
  CHECK(r.extraction.too_small == 2);
  const Volume<std::uint8_t> barren({8, 8, 8});
  const Result none = extract(barren, {});
  CHECK(none.extraction.specimens.empty());
  CHECK(none.extraction.components == 0);
}

TEST_CASE("where a class is not there, those that are there are named") {
  const Volume<std::uint8_t> labels = balls({80, 64, 64}, some_balls);
  ExtractionOptions options;
  options.classes = {7};
  const std::string message = test::message_of<Error>([&] { extract(labels, options); });
  CHECK(message.find("none is of the classes asked for; there are 2 others: 1 2") !=
        std::string::npos);
}

TEST_CASE("a narrow margin narrows the crop, and leaves what is just outside as it was") {
  const Volume<std::uint8_t> labels = balls({60, 40, 40}, {{20, 20, 20, 6, 1}, {36, 20, 20, 7, 1}});
  Volume<float> grey({60, 40, 40});
  for (std::int64_t i = 0; i < voxel_count(grey.size()); ++i) {
    grey.data()[i] = static_cast<float>(i % 60 + i / 2400);
  }
  const auto extracted = [&](std::int64_t margin) {
    ExtractionOptions options;
    options.margin_voxels = margin;
    options.measuring.anatomy = false;
    ExtractionSources sources;
    sources.open_labels = [&] { return cube_source(labels); };
    sources.scan = cube_source(grey);
    const test::TemporaryFolder folder;
    Progress silent;
    return extract_specimens(
               sources, options, folder.path(),
               [&](const ExtractedBody& body) {
                 const Size3 box = body.specimen.box.size();
                 CHECK(body.crop.mask.size() ==
                       Size3{box.x + 2 * margin, box.y + 2 * margin, box.z + 2 * margin});
                 CHECK(body.crop.grid.size == body.crop.mask.size());
                 CHECK(body.crop.grey.size() == body.crop.mask.size());
                 const Index3& b = body.crop.begin;
                 CHECK(body.crop.grey(0, 0, 0) == grey(b.x, b.y, b.z));
               },
               silent)
        .specimens;
  };
  const std::vector<Specimen> wide = extracted(6);
  REQUIRE(wide.size() == 2);
  for (const std::int64_t margin : {1, 3, 4}) {
    const std::vector<Specimen> narrow = extracted(margin);
    REQUIRE(narrow.size() == wide.size());
    for (std::size_t i = 0; i < wide.size(); ++i) {
      for (const char* name : {"outside_grey_mean", "outside_grey_deviation", "volume"}) {
        CHECK(measured_value(narrow[i].measurements, name).value() ==
              doctest::Approx(measured_value(wide[i].measurements, name).value()).epsilon(1e-9));
      }
    }
  }
}

TEST_CASE("a second extraction tells what each body shares with the first") {
  const Volume<std::uint8_t> labels = balls({80, 64, 64}, some_balls);
  const Result first = extract(labels, {});
  const Result second = extract(labels, {}, 1, &first.ids);
  for (std::size_t i = 0; i < second.extraction.specimens.size(); ++i) {
    const Specimen& s = second.extraction.specimens[i];
    CHECK(second.extraction.overlaps[i] == EarlierOverlaps{{s.id, s.voxels}});
  }
}

TEST_CASE("a body of too many voxels is measured coarser, its voxels exactly") {
  const Volume<std::uint8_t> labels = balls({80, 64, 64}, {{40, 32, 32, 30, 1}});
  const Result whole = extract(labels, {});
  ExtractionOptions options;
  options.most_crop_voxels = 40 * 32 * 32;
  const Result coarse = extract(labels, options);
  REQUIRE(coarse.extraction.specimens.size() == 1);
  const Specimen& s = coarse.extraction.specimens[0];
  CHECK(s.reduction == 2);
  CHECK(s.voxels == whole.extraction.specimens[0].voxels);
  CHECK(s.box == whole.extraction.specimens[0].box);
  const auto value = [](const Specimen& specimen, const char* name) {
    return measured_value(specimen.measurements, name).value();
  };
  for (const char* name : {"voxels", "volume", "equivalent_diameter"}) {
    CAPTURE(name);
    CHECK(value(s, name) == doctest::Approx(value(whole.extraction.specimens[0], name)));
  }
  CHECK_FALSE(measured_value(s.measurements, "euler_number"));
  for (const char* name : {"feret_maximum", "surface_area"}) {
    CAPTURE(name);
    CHECK(value(s, name) ==
          doctest::Approx(value(whole.extraction.specimens[0], name)).epsilon(0.03));
  }
  CHECK(test::same_voxels(coarse.ids, whole.ids));
}

TEST_CASE("how unsure the labels are is told of each body") {
  const Volume<std::uint8_t> labels = balls({40, 40, 40}, {{20, 20, 20, 9, 1}});
  Volume<std::uint8_t> uncertainty({40, 40, 40});
  std::fill_n(uncertainty.data(), 40 * 40 * 40, std::uint8_t{51});
  ExtractionOptions options;
  options.measuring.anatomy = false;
  const test::TemporaryFolder folder;
  Progress silent;
  ExtractionSources sources;
  sources.open_labels = [&] { return cube_source(labels); };
  sources.uncertainty = cube_source(uncertainty);
  const Extraction e = extract_specimens(
      sources, options, folder.path(), [](const ExtractedBody&) {}, silent);
  REQUIRE(e.specimens.size() == 1);
  CHECK(measured_value(e.specimens[0].measurements, "uncertainty_mean").value() ==
        doctest::Approx(0.2));
}

}  // namespace
}  // namespace fossilct
