// SPDX-License-Identifier: Apache-2.0
#include "data/phantom.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/sha256.h"
#include "base/text.h"
#include "support.h"

using namespace fossilct;

namespace {

PhantomOptions small(std::int64_t fossils) {
  PhantomOptions options;
  options.size = {96, 88, 72};
  options.fossils = fossils;
  options.fossil_size_um = 28 * options.spacing_um;
  options.seed = 5;
  options.threads = 2;
  return options;
}

template <typename T>
void digest(Sha256& hash, const Volume<T>& volume) {
  hash.update(std::as_bytes(
      std::span(volume.data(), static_cast<std::size_t>(voxel_count(volume.size())))));
}

// One digest a volume, whatever the slabs.
std::vector<std::string> digests(const Phantom& phantom, std::int64_t step) {
  std::array<Sha256, 4> hashes;
  const std::int64_t depth = phantom.options().size.z;
  for (std::int64_t z = 0; z < depth; z += step) {
    const PhantomSlab slab = phantom.render(z, std::min(depth, z + step));
    digest(hashes[0], slab.scan);
    digest(hashes[1], slab.labels);
    digest(hashes[2], slab.walls);
    digest(hashes[3], slab.ids);
  }
  std::vector<std::string> result;
  for (Sha256& hash : hashes) {
    result.push_back(hash.finish());
  }
  return result;
}

PhantomSlab all_of(const Phantom& phantom, bool with_scan = false) {
  return phantom.render(0, phantom.options().size.z, with_scan);
}

template <typename Visit>
void for_each_index(const Size3& size, const Visit& visit) {
  for (std::int64_t z = 0; z < size.z; ++z) {
    for (std::int64_t y = 0; y < size.y; ++y) {
      for (std::int64_t x = 0; x < size.x; ++x) {
        visit(Index3{x, y, z});
      }
    }
  }
}

// Calls visit(neighbour) for the up to 26 neighbours inside the volume.
template <typename Visit>
void for_each_neighbour(const Index3& p, const Size3& size, const Visit& visit) {
  for_each_index({3, 3, 3}, [&](const Index3& d) {
    const Index3 q{p.x + d.x - 1, p.y + d.y - 1, p.z + d.z - 1};
    if (!(q == p) && whole(size).contains({q, {q.x + 1, q.y + 1, q.z + 1}})) {
      visit(q);
    }
  });
}

std::set<std::pair<std::uint32_t, std::uint32_t>> contacts(
    const VolumeView<const std::uint32_t>& ids) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> found;
  for_each_index(ids.size(), [&](const Index3& p) {
    const std::uint32_t id = ids(p.x, p.y, p.z);
    for_each_neighbour(p, ids.size(), [&](const Index3& q) {
      const std::uint32_t other = ids(q.x, q.y, q.z);
      if (id != 0 && other != 0 && other != id) {
        found.emplace(id, other);
      }
    });
  });
  return found;
}

std::set<std::pair<std::uint32_t, std::uint32_t>> contacts_of_truth(const Phantom& phantom) {
  std::set<std::pair<std::uint32_t, std::uint32_t>> stated;
  for (const PhantomFossil& fossil : phantom.fossils()) {
    for (const std::uint32_t other : fossil.touches) {
      stated.emplace(fossil.id, other);
    }
  }
  return stated;
}

struct Counted {
  std::int64_t voxels = 0;
  std::int64_t walls = 0;
  bool on_face = false;
  Vector3 sum;
  Box box{{1 << 20, 1 << 20, 1 << 20}, {0, 0, 0}};
};

std::map<std::uint32_t, Counted> count(const PhantomSlab& slab) {
  std::map<std::uint32_t, Counted> counted;
  const Size3 size = slab.ids.size();
  for_each_index(size, [&](const Index3& p) {
    const std::uint32_t id = slab.ids(p.x, p.y, p.z);
    if (id == 0) {
      return;
    }
    Counted& c = counted[id];
    ++c.voxels;
    c.walls += slab.walls(p.x, p.y, p.z) == 1 ? 1 : 0;
    c.on_face = c.on_face || p.x == 0 || p.y == 0 || p.z == 0 || p.x == size.x - 1 ||
                p.y == size.y - 1 || p.z == size.z - 1;
    c.sum = {c.sum.x + static_cast<double>(p.x), c.sum.y + static_cast<double>(p.y),
             c.sum.z + static_cast<double>(p.z)};
    c.box.begin = {std::min(c.box.begin.x, p.x), std::min(c.box.begin.y, p.y),
                   std::min(c.box.begin.z, p.z)};
    c.box.end = {std::max(c.box.end.x, p.x + 1), std::max(c.box.end.y, p.y + 1),
                 std::max(c.box.end.z, p.z + 1)};
  });
  return counted;
}

// Voxels of the 26-connected piece that holds the first voxel of `id`.
std::int64_t first_piece(const VolumeView<const std::uint32_t>& ids, const Box& box,
                         std::uint32_t id) {
  Volume<std::uint8_t> seen(ids.size());
  std::vector<Index3> open;
  for (std::int64_t y = box.begin.y; y < box.end.y && open.empty(); ++y) {
    for (std::int64_t x = box.begin.x; x < box.end.x && open.empty(); ++x) {
      if (ids(x, y, box.begin.z) == id) {
        open.push_back({x, y, box.begin.z});
        seen(x, y, box.begin.z) = 1;
      }
    }
  }
  std::int64_t voxels = 0;
  while (!open.empty()) {
    const Index3 p = open.back();
    open.pop_back();
    ++voxels;
    for_each_neighbour(p, ids.size(), [&](const Index3& q) {
      if (ids(q.x, q.y, q.z) == id && seen(q.x, q.y, q.z) == 0) {
        seen(q.x, q.y, q.z) = 1;
        open.push_back(q);
      }
    });
  }
  return voxels;
}

class MemorySink : public VolumeSink {
 public:
  MemorySink(const Grid& grid, PixelType type, std::int64_t slab)
      : VolumeSink(grid, type), slab_(slab) {}
  std::int64_t preferred_slab() const override { return slab_; }
  std::string bytes;
  bool finished = false;

 private:
  void write_slab(std::int64_t, const AnyConstView& slab) override {
    bytes.append(reinterpret_cast<const char*>(slab.data()),
                 static_cast<std::size_t>(slab.size().y * slab.size().z) * slab.row_bytes());
  }
  void finish_output() override { finished = true; }
  std::int64_t slab_;
};

}  // namespace

TEST_CASE("the same phantom from any slabs, any threads, any machine") {
  PhantomOptions options = small(9);
  options.size = {64, 60, 40};
  options.fossil_size_um = 20 * options.spacing_um;
  const Phantom phantom(options);
  const std::vector<std::string> expected = digests(phantom, 40);
  CHECK(digests(phantom, 1) == expected);
  CHECK(digests(phantom, 7) == expected);
  options.threads = 1;
  CHECK(digests(Phantom(options), 40) == expected);
  // A change here is a change of every phantom ever made: say so in the change log.
  CHECK(expected[0] == "255b76939e8df6e1c57f3f57ce08b8858edbaa56cc32be9565a29194a7215169");
  CHECK(expected[1] == "a1fff8394681c6a1d2da321be2cd32c430a4992b9da082f8e45bf847cffa9aa4");
  CHECK(expected[2] == "646698e695db7e39b69a76d63db14ab6fad9f97759c72439b22ccb4d1fa538c1");
  CHECK(expected[3] == "755e635c04deaa68249e8bf19abdd49676275d87e4615e1d70bd406eb30d625b");
  options.seed = 6;
  CHECK(digests(Phantom(options), 40)[0] != expected[0]);
}

TEST_CASE("the truth is what is rendered") {
  const Phantom phantom(small(16));
  const PhantomSlab slab = all_of(phantom);
  const auto counted = count(slab);
  REQUIRE(counted.size() == phantom.fossils().size());
  int cut = 0;
  for (const PhantomFossil& fossil : phantom.fossils()) {
    CAPTURE(fossil.id);
    const Counted& c = counted.at(fossil.id);
    CHECK(fossil.voxels == c.voxels);
    CHECK(fossil.wall_voxels == c.walls);
    CHECK(fossil.wall_voxels > 0);
    CHECK(fossil.box == c.box);
    CHECK(fossil.cut_by_volume == c.on_face);
    const auto n = static_cast<double>(c.voxels);
    CHECK(fossil.centre.x == doctest::Approx(c.sum.x / n));
    CHECK(fossil.centre.y == doctest::Approx(c.sum.y / n));
    CHECK(fossil.centre.z == doctest::Approx(c.sum.z / n));
    CHECK(fossil.length_voxels <= 28);
    CHECK(fossil.length_voxels >= 14);
    cut += fossil.whole() || fossil.broken ? 0 : 1;
  }
  CHECK(cut > 0);
}

TEST_CASE("labels, walls and ids agree voxel by voxel") {
  const Phantom phantom(small(16));
  const PhantomSlab slab = all_of(phantom);
  std::int64_t wrong = 0;
  for_each_index(slab.ids.size(), [&](const Index3& p) {
    const bool fossil = slab.ids(p.x, p.y, p.z) != 0;
    const int wall = slab.walls(p.x, p.y, p.z);
    wrong += slab.labels(p.x, p.y, p.z) == (fossil ? 1 : 0) && (wall != 0) == fossil && wall <= 2
                 ? 0
                 : 1;
  });
  CHECK(wrong == 0);
}

TEST_CASE("every fossil is one 26-connected piece, broken and cut ones too") {
  const Phantom phantom(small(24));
  const PhantomSlab slab = all_of(phantom);
  int broken = 0;
  for (const PhantomFossil& fossil : phantom.fossils()) {
    CAPTURE(fossil.id);
    CHECK(first_piece(slab.ids.view(), fossil.box, fossil.id) == fossil.voxels);
    broken += fossil.broken ? 1 : 0;
  }
  CHECK(broken > 0);
}

TEST_CASE("contacts are those of the truth: few by default, half on demand") {
  for (const bool touching : {false, true}) {
    PhantomOptions options = small(20);
    options.touching = touching;
    const Phantom phantom(options);
    const auto stated = contacts_of_truth(phantom);
    CHECK(contacts(all_of(phantom).ids.view()) == stated);
    CHECK(stated.size() == (touching ? 10 : 2));  // each pair from both sides
  }
}

TEST_CASE("every kind occurs, or those asked for") {
  std::set<FossilKind> seen;
  const Phantom seven(small(7));
  for (const PhantomFossil& fossil : seven.fossils()) {
    seen.insert(fossil.kind);
  }
  CHECK(seen.size() == all_fossil_kinds().size());
  PhantomOptions options = small(3);
  options.kinds = {FossilKind::ostracod};
  const Phantom valves(options);
  for (const PhantomFossil& fossil : valves.fossils()) {
    CHECK(fossil.kind == FossilKind::ostracod);
  }
}

TEST_CASE("names of kinds lead back to them") {
  for (const FossilKind kind : all_fossil_kinds()) {
    CHECK(fossil_kind_from_name(name_of(kind)) == kind);
  }
  CHECK_FALSE(fossil_kind_from_name("ammonite").has_value());
}

TEST_CASE("chambers are empty or filled as asked, and that shows") {
  std::array<double, 2> mean_of_lumen{};
  for (const bool filled : {false, true}) {
    PhantomOptions options = small(8);
    options.infill = filled ? "filled" : "empty";
    options.cupping = 0;
    const Phantom phantom(options);
    for (const PhantomFossil& fossil : phantom.fossils()) {
      CHECK(fossil.infill == options.infill);
    }
    const PhantomSlab slab = all_of(phantom, true);
    double sum = 0;
    std::int64_t voxels = 0;
    for_each_index(slab.ids.size(), [&](const Index3& p) {
      if (slab.walls(p.x, p.y, p.z) == 2) {
        sum += slab.scan(p.x, p.y, p.z);
        ++voxels;
      }
    });
    mean_of_lumen[filled ? 1 : 0] = sum / static_cast<double>(voxels);
  }
  CHECK(mean_of_lumen[0] < 15000);
  CHECK(mean_of_lumen[1] > 20000);
}

TEST_CASE("a scan of one slice and a core without fossils can be made") {
  PhantomOptions options = small(3);
  options.size.z = 1;
  options.fossils = 2;
  options.touching = true;
  const Phantom flat(options);
  for (const PhantomFossil& fossil : flat.fossils()) {
    CHECK(fossil.cut_by_volume);
    CHECK(fossil.touches.size() == 1);
  }
  options = small(0);
  CHECK(count(all_of(Phantom(options))).empty());
}

TEST_CASE("a wrong option is named with its value") {
  const auto message = [](auto&& change) {
    PhantomOptions options = small(2);
    change(options);
    return test::message_of<Error>([&] { const Phantom phantom(options); });
  };
  using O = PhantomOptions;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"--size", message([](O& o) { o.size.x = 31; })},
      {"--size", message([](O& o) { o.size.z = 0; })},
      {"--spacing-um", message([](O& o) { o.spacing_um = 0; })},
      {"--spacing-um",
       message([](O& o) { o.spacing_um = std::numeric_limits<double>::quiet_NaN(); })},
      {"--fossils", message([](O& o) { o.fossils = -1; })},
      {"--fossil-size-um", message([](O& o) { o.fossil_size_um = 4; })},
      {"--noise", message([](O& o) { o.noise = -0.1; })},
      {"--contrast", message([](O& o) { o.contrast = 3; })},
      {"--rings", message([](O& o) { o.rings = 2; })},
      {"--cupping", message([](O& o) { o.cupping = 1; })},
      {"--infill", message([](O& o) { o.infill = "sand"; })},
      {"--threads", message([](O& o) { o.threads = 0; })},
  };
  for (const auto& option_and_text : cases) {
    const std::string& text = option_and_text.second;
    CAPTURE(text);
    CHECK(text.find(option_and_text.first) != std::string::npos);
    CHECK(text.find("expected") != std::string::npos);
  }
  const std::string crowded = message([](O& o) { o.fossils = 1000; });
  CHECK(crowded.find("--fossils") != std::string::npos);
  CHECK(crowded.find("room for") != std::string::npos);
}

TEST_CASE("the sinks get what render gives, those that are wanted") {
  const Phantom phantom(small(6));
  MemorySink scan(phantom.grid(), PixelType::u16, 20);
  MemorySink ids(phantom.grid(), PixelType::u32, 1);
  Progress progress;
  write_phantom(phantom, {.scan = &scan, .ids = &ids}, progress);
  CHECK(scan.next_slice() == 72);
  CHECK_FALSE(scan.finished);
  const std::vector<std::string> expected = digests(phantom, 72);
  CHECK(sha256_of(scan.bytes) == expected[0]);
  CHECK(sha256_of(ids.bytes) == expected[3]);
  progress.request_cancel();
  MemorySink unused(phantom.grid(), PixelType::u8, 1);
  CHECK_THROWS_AS(write_phantom(phantom, {.labels = &unused}, progress), Cancelled);
}

TEST_CASE("truth.csv has a line a fossil and a value a column") {
  PhantomOptions options = small(6);
  options.spacing_um = 2.5;
  options.fossil_size_um = 70;
  const Phantom phantom(options);
  const std::string csv = truth_csv(phantom);
  const std::vector<std::string> lines = split(trim(csv), '\n');
  REQUIRE(lines.size() == 7);
  const std::vector<std::string> header = split(lines[0], ',');
  CHECK(header.size() == 22);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::vector<std::string> row = split(lines[i], ',');
    const PhantomFossil& fossil = phantom.fossils()[i - 1];
    REQUIRE(row.size() == header.size());
    CHECK(row[0] == std::to_string(i));
    CHECK(row[1] == name_of(fossil.kind));
    CHECK(parse_double(row[5]).value() == doctest::Approx(fossil.centre.x * 2.5).epsilon(1e-4));
    CHECK(parse_integer(row[8]) == fossil.voxels);
    CHECK(parse_integer(row[14]) == fossil.chambers_resolved);
    CHECK(row[16] == (fossil.whole() ? "1" : "0"));
  }
}
