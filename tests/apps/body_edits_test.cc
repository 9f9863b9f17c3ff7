// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/body_edits.h"

#include <doctest/doctest.h>

#include <array>

#include "apps/fossils/edited_masks.h"
#include "apps/scans/placed_volume.h"
#include "base/error.h"
#include "io/export.h"
#include "io/volume_file.h"
#include "specimens/anatomy.h"
#include "tests/specimens/catalogue_files.h"
#include "tests/volumes/memory_source.h"

namespace fossilct {
namespace {

const Size3 size = {40, 20, 20};

Grid grid() { return {size, {2, 2, 2}, {10, 20, 30}}; }

void fill(Volume<std::uint32_t>& ids, const Box& box, std::uint32_t id) {
  for (std::int64_t z = box.begin.z; z < box.end.z; ++z) {
    for (std::int64_t y = box.begin.y; y < box.end.y; ++y) {
      std::fill(&ids(box.begin.x, y, z), &ids(box.begin.x, y, z) + box.size().x, id);
    }
  }
}

// Two blocks side by side: 1 has 8 x 8 x 8 voxels, 2 has 6 x 8 x 8.
const Box box_1 = {{4, 6, 6}, {12, 14, 14}};
const Box box_2 = {{12, 6, 6}, {18, 14, 14}};

ScanDescription described(const Grid& at, PixelType type) {
  ScanDescription description;
  description.grid = at;
  description.type = type;
  description.kind = type == PixelType::f32 ? VolumeKind::intensity : VolumeKind::labels;
  return description;
}

void write_crop(const std::filesystem::path& file, const Grid& scan, const Box& box, float value) {
  Volume<float> grey(box.size());
  std::fill_n(grey.data(), voxel_count(box.size()), value);
  write_nrrd(file, described(cropped(scan, box), PixelType::f32), grey.view());
}

Specimen block(std::uint32_t id, const Box& box) {
  Specimen s;
  s.id = id;
  s.class_value = 2;
  s.box = box;
  s.first = box.begin;
  s.voxels = voxel_count(box.size());
  return s;
}

// Cells of two voxels, and no rock in the last one along x.
void write_core(const std::filesystem::path& folder) {
  Volume<std::uint8_t> rock({20, 10, 10});
  for (std::int64_t i = 0; i < voxel_count(rock.size()); ++i) {
    rock.data()[i] = i % 20 < 19 ? 1 : 0;
  }
  write_nrrd(folder / "core.nrrd", described(reduced(grid(), 2), PixelType::u8), rock.view());
}

void make_blocks(const std::filesystem::path& folder, const Grid& at = grid(),
                 const std::vector<MeasurementKind>& kinds = test::catalogue_test_kinds()) {
  std::filesystem::create_directories(folder / "crops");
  ScanRecord scan = test::catalogue_test_scan();
  scan.grid = at;
  Catalogue catalogue = Catalogue::create(folder, scan, {}, {}, kinds);
  Volume<std::uint32_t> ids(size);
  fill(ids, box_1, 1);
  fill(ids, box_2, 2);
  VolumeFileOptions options;
  options.kind = VolumeKind::labels;
  VolumeFileSink sink(folder / "instances.h5", at, PixelType::u32, options);
  sink.write(ids.view());
  sink.finish();
  write_core(folder);
  write_crop(folder / "crops/1.nrrd", at, {{0, 0, 0}, {20, 20, 20}}, 5);
  write_crop(folder / "crops/2.nrrd", at, {{4, 0, 0}, {26, 20, 20}}, 5);
  Catalogue::Change change(catalogue);
  change.add(std::vector{block(1, box_1), block(2, box_2)});
  change.decide({1, DecisionKind::accept, "", "A. Reader"});
  change.commit();
}

// The "volume" is the voxels of the body that have a grey value.
MeasuredBody measure(const BodyCrop& crop, const VolumeView<const std::uint8_t>*) {
  double voxels = 0;
  for (std::int64_t i = 0; i < voxel_count(crop.grey.size()); ++i) {
    voxels += crop.mask.data()[i] == mask_body && crop.grey.data()[i] == 5 ? 1 : 0;
  }
  return {{{"volume", voxels, ""}}, "open", {}};
}

// A cell is kept clear on each side.
double counting_volume_of(const Box& box, const Grid& scan) {
  const Size3 edges = box.size();
  const Size3 places = {38 - (edges.x + 4) + 1, 20 - (edges.y + 4) + 1, 20 - (edges.z + 4) + 1};
  return static_cast<double>(voxel_count(places)) * scan.voxel_volume();
}

std::int64_t voxels_of(const Catalogue& catalogue, std::uint32_t id) {
  const auto source = open_volume_file(catalogue.path_of("instances.h5"), 0, 1);
  Volume<std::uint32_t> ids(size);
  source->read(whole(size), ids.view());
  return std::count(ids.data(), ids.data() + voxel_count(size), id);
}

void check(const Catalogue& catalogue, std::uint32_t id, std::int64_t voxels) {
  const CatalogueEntry entry = catalogue.entry(id);
  const double places = counting_volume_of(entry.specimen.box, catalogue.scan().grid);
  CHECK(entry.specimen.voxels == voxels);
  CHECK(entry.specimen.measurements ==
        std::vector<Measurement>{{"volume", static_cast<double>(voxels), ""},
                                 {"counting_volume", places, ""},
                                 {"uncertainty_mean", std::nullopt, "changed by hand"}});
  CHECK(entry.specimen.class_value == 2);
  CHECK(entry.verdict == Verdict::undecided);
  CHECK(entry.meshes_stale);
  CHECK(voxels_of(catalogue, id) == voxels);
  const std::string name = "crops/" + std::to_string(id);
  CHECK(std::filesystem::exists(catalogue.path_of(name + ".nrrd")));
  CHECK(std::filesystem::exists(catalogue.path_of(name + "_mask.nrrd")));
}

const BodyEditing editing = {measure, "A. Reader"};

TEST_CASE("merged bodies are one of the larger one's id, measured anew") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
  Progress progress;
  {
    Catalogue::Change change(catalogue);
    merge_bodies(catalogue, change, {2, 1}, editing, progress);
    change.commit();
  }
  check(catalogue, 1, 14 * 8 * 8);
  CHECK(catalogue.entry(1).specimen.box == Box{{4, 6, 6}, {18, 14, 14}});
  CHECK(!catalogue.has(2));
  CHECK(catalogue.retired().at(0).into == 1);
  CHECK(!std::filesystem::exists(folder / "crops/2.nrrd"));
  CHECK(catalogue.decisions().back().value == "2, 1");
}

TEST_CASE("what was said of merged bodies, and their photographs, go to the one that is kept") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
  Progress progress;
  {
    Catalogue::Change change(catalogue);
    change.decide({1, DecisionKind::note, "a holotype", "A. Reader"});
    change.decide({2, DecisionKind::note, "its spine", "A. Reader"});
    change.decide({2, DecisionKind::taxon, "ruber", "A. Reader"});
    test::write_file(change.new_file("photos/2-1.jpg"), "JPEG");
    change.attach_photo(2, "photos/2-1.jpg", "A. Reader");
    change.commit();
  }
  Catalogue::Change change(catalogue);
  merge_bodies(catalogue, change, {1, 2}, editing, progress);
  change.commit();
  REQUIRE(catalogue.ids().size() == 1);
  const CatalogueEntry kept = catalogue.entries()[0];
  CHECK(kept.note ==
        (kept.specimen.id == 1 ? "a holotype; 2: its spine" : "its spine; 1: a holotype"));
  CHECK(kept.photos == std::vector<std::string>{"photos/2-1.jpg"});
  CHECK(kept.taxon == "ruber");
  CHECK(std::filesystem::exists(folder / "photos/2-1.jpg"));
}

TEST_CASE("an edit that is not committed leaves the volume and the crops") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  const std::string before = test::read_file(folder / "instances.h5");
  Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
  Progress progress;
  {
    Catalogue::Change change(catalogue);
    merge_bodies(catalogue, change, {1, 2}, editing, progress);
  }
  CHECK(test::read_file(folder / "instances.h5") == before);
  CHECK(catalogue.has(2));
  CHECK(!std::filesystem::exists(folder / "crops/1_mask.nrrd"));
}

TEST_CASE("a corrected mask of a crop changes the fossil and the neighbour it was painted over") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  const Box part = {{3, 5, 5}, {15, 15, 15}};
  Volume<std::uint8_t> mask(part.size());
  for (std::int64_t z = 1; z < 9; ++z) {
    for (std::int64_t y = 1; y < 9; ++y) {
      for (std::int64_t x = 2; x < 11; ++x) {  // 5 to 13 of the scan: one less, one of fossil 2
        mask(x, y, z) = mask_body;
      }
    }
  }
  const auto file = folder / "edited.nrrd";
  write_nrrd(file, described(cropped(grid(), part), PixelType::u8), mask.view());
  Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
  Progress progress;
  {
    Catalogue::Change change(catalogue);
    import_labels(catalogue, change, file, 1, editing, progress);
    change.commit();
  }
  // Of fossil 2, what the mask did not name as another's stays fossil 2's.
  check(catalogue, 1, 9 * 8 * 8);
  check(catalogue, 2, 4 * 8 * 8);
  CHECK(catalogue.decisions().back().kind == DecisionKind::import_labels);
}

// A mask of fossil 2 without its last column.
Volume<std::uint8_t> mask_of_2(const Box& part) {
  Volume<std::uint8_t> mask(part.size());
  for (std::int64_t z = box_2.begin.z; z < box_2.end.z; ++z) {
    for (std::int64_t y = box_2.begin.y; y < box_2.end.y; ++y) {
      for (std::int64_t x = box_2.begin.x; x < box_2.end.x - 1; ++x) {
        mask(x - part.begin.x, y - part.begin.y, z - part.begin.z) = mask_body;
      }
    }
  }
  return mask;
}

const Box part_of_2 = {{11, 2, 5}, {19, 15, 15}};

void import_mask_of_2(const std::filesystem::path& folder, const std::filesystem::path& file) {
  Catalogue catalogue = Catalogue::open(folder, Catalogue::Access::write);
  Progress progress;
  {
    Catalogue::Change change(catalogue);
    import_labels(catalogue, change, file, 2, editing, progress);
    change.commit();
  }
  check(catalogue, 2, 5 * 8 * 8);
  CHECK(catalogue.entry(2).specimen.box == Box{{12, 6, 6}, {17, 14, 14}});
  CHECK(catalogue.entry(1).verdict == Verdict::accepted);
  CHECK(voxels_of(catalogue, 1) == 8 * 8 * 8);
}

TEST_CASE("where nobody knows the voxel size a mask comes back to its place, by origin or by key") {
  Grid unknown = {size, {1, 1, 1}, {3, 4, 5}};
  unknown.spacing_known = false;
  for (const bool by_key : {false, true}) {
    const test::TemporaryFolder folder;
    make_blocks(folder.path(), unknown);
    ScanDescription description = described(cropped(unknown, part_of_2), PixelType::u8);
    NrrdKeys keys;
    if (by_key) {
      description.grid.origin_um = {};
      keys = {{begin_key, "11,2,5"}};
    }
    write_nrrd(folder / "mask.nrrd", description, mask_of_2(part_of_2).view(), keys);
    import_mask_of_2(folder.path(), folder / "mask.nrrd");
  }
  const test::TemporaryFolder folder;
  make_blocks(folder.path(), unknown);
  ScanDescription description = described(cropped(unknown, part_of_2), PixelType::u8);
  description.grid.origin_um = {};
  write_nrrd(folder / "mask.nrrd", description, mask_of_2(part_of_2).view());
  CHECK(test::message_of<Error>([&] {
          import_mask_of_2(folder.path(), folder / "mask.nrrd");
        }).find("says neither voxel size nor place") != std::string::npos);
}

TEST_CASE(
    "an edited fossil's crops say whose they are and where they lie, unknown voxel size too") {
  const test::TemporaryFolder folder;
  Grid unknown = {size, {1, 1, 1}, {3, 4, 5}};
  unknown.spacing_known = false;
  make_blocks(folder.path(), unknown);
  const Box& part = part_of_2;
  write_nrrd(folder / "mask.nrrd", described(cropped(unknown, part), PixelType::u8),
             mask_of_2(part).view());
  import_mask_of_2(folder.path(), folder / "mask.nrrd");
  // As it was written it changes nothing: the crop lies where the fossil is.
  for (const char* name : {"crops/2.nrrd", "crops/2_mask.nrrd"}) {
    Progress progress;
    const PlacedVolume placed = open_placed(folder / name, {}, unknown, progress);
    CHECK(placed.fossil == 2);
    CHECK(placed.box == Box{{4, 0, 0}, {25, 20, 20}});
    CHECK(read_nrrd_keys(folder / name).at(begin_key) == "4,0,0");
  }
}

TEST_CASE("a mask of a program that wrote micrometres as millimetres lies where it should") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  const auto mask = mask_of_2(part_of_2);
  const std::string voxels(reinterpret_cast<const char*>(mask.data()),
                           static_cast<std::size_t>(voxel_count(mask.size())));
  const auto header = [](const std::string& units, const std::string& origin) {
    return "NRRD0004\ntype: uint8\ndimension: 3\nspace: left-posterior-superior\n"
           "sizes: 8 13 10\nspace directions: (2,0,0) (0,2,0) (0,0,2)\n" +
           units + "space origin: " + origin + "\nencoding: raw\n\n";
  };
  for (const std::string units :
       {"", "space units: \"mm\" \"mm\" \"mm\"\n", "space units: \"\" \"\" \"\"\n"}) {
    CAPTURE(units);
    const test::TemporaryFolder each;
    make_blocks(each.path());
    test::write_file(each / "mask.nrrd", header(units, "(32,24,40)") + voxels);
    import_mask_of_2(each.path(), each / "mask.nrrd");
  }
  // A place that is none is told by the numbers that differ.
  test::write_file(folder / "mask.nrrd", header("", "(500,24,40)") + voxels);
  const std::string message =
      test::message_of<Error>([&] { import_mask_of_2(folder.path(), folder / "mask.nrrd"); });
  CHECK(message.find("8 x 13 x 10 of 2 um, the first at 500, 24, 40 um") != std::string::npos);
  CHECK(message.find("40 x 20 x 20 of 2 um, the first at 10, 20, 30 um") != std::string::npos);
}

// What import_labels() makes of `voxels`, which are those of `box`; the message where it refuses.
struct Import {
  test::TemporaryFolder folder;
  std::string message;
  BodyChanges changes;
  std::size_t decisions = 0;

  Import(const Box& box, const Volume<std::uint8_t>& voxels, std::optional<std::uint32_t> id,
         const NrrdKeys& keys = {}) {
    make_blocks(folder.path());
    const auto file = folder / "edited.nrrd";
    write_nrrd(file, described(cropped(grid(), box), PixelType::u8), voxels.view(), keys);
    Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
    Progress progress;
    Catalogue::Change change(catalogue);
    try {
      changes = import_labels(catalogue, change, file, id, editing, progress);
      change.commit();
    } catch (const Error& error) {
      message = error.what();
    }
    decisions = catalogue.decisions().size();
  }
  bool says(const std::string& text) const { return message.find(text) != std::string::npos; }
};

Volume<std::uint8_t> times(Volume<std::uint8_t> mask, std::uint8_t value) {
  std::for_each_n(mask.data(), voxel_count(mask.size()),
                  [value](std::uint8_t& v) { v = static_cast<std::uint8_t>(v * value); });
  return mask;
}

// Of all of a fossil's box.
Volume<std::uint8_t> full(const Box& part, const Box& body) {
  Volume<std::uint8_t> mask(part.size());
  for (std::int64_t z = body.begin.z; z < body.end.z; ++z) {
    for (std::int64_t y = body.begin.y; y < body.end.y; ++y) {
      for (std::int64_t x = body.begin.x; x < body.end.x; ++x) {
        mask(x - part.begin.x, y - part.begin.y, z - part.begin.z) = 1;
      }
    }
  }
  return mask;
}

const Box around = {{2, 2, 2}, {20, 18, 18}};

TEST_CASE("a mask may have any one value, whatever program wrote it") {
  for (const std::uint8_t value : std::array<std::uint8_t, 4>{1, 2, 3, 255}) {
    const Import done(part_of_2, times(mask_of_2(part_of_2), value), 2);
    CHECK(done.message.empty());
    CHECK(done.changes == BodyChanges{{2, 6 * 64, 5 * 64}});
  }
}

TEST_CASE("a mask cut to what is painted is all of its fossil") {
  // The lower half of the voxels, in a file that ends where they do.
  const Box lower = {box_2.begin, {box_2.end.x, box_2.end.y, box_2.begin.z + 4}};
  const Import done(lower, full(lower, lower), 2);
  CHECK(done.message.empty());
  CHECK(done.changes == BodyChanges{{2, voxel_count(box_2.size()), voxel_count(lower.size())}});
}

TEST_CASE("ids that are not those of the catalogue are refused, and nothing is changed") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
  const std::string before = catalogue.content_sha256();
  const auto write_ids = [&](const Size3& of_size) {
    Volume<std::uint32_t> ids(of_size);
    fill(ids, box_1, 1);
    fill(ids, {box_2.begin, {box_2.end.x, box_2.end.y, box_2.end.z - 1}}, 2);
    Grid at = grid();
    at.size = of_size;
    VolumeFileOptions options;
    options.kind = VolumeKind::labels;
    options.if_exists = IfExists::replace;
    VolumeFileSink sink(folder / "instances.h5", at, PixelType::u32, options);
    sink.write(ids.view());
    sink.finish();
  };
  const auto message = [&] {
    Progress progress;
    return test::message_of<Error>([&] {
      Catalogue::Change change(catalogue);
      merge_bodies(catalogue, change, {1, 2}, editing, progress);
    });
  };
  write_ids(size);
  CHECK(message().find("it is not as the catalogue left it") != std::string::npos);
  write_ids({size.x + 8, size.y, size.z});
  CHECK(message().find("that of the catalogue's scan") != std::string::npos);
  std::filesystem::remove(folder / "instances.h5");
  CHECK(message().find("instances.h5: is missing; put it back") != std::string::npos);
  CHECK(catalogue.content_sha256() == before);
}

TEST_CASE("a core that is not all rock must be told where its rock is") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  std::filesystem::remove(folder / "core.nrrd");
  test::alter_catalogue(folder.path(), "UPDATE scan SET core_volume = 1000");
  Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
  Progress progress;
  CHECK(test::message_of<Error>([&] {
          Catalogue::Change change(catalogue);
          merge_bodies(catalogue, change, {1, 2}, editing, progress);
        }).find("core.nrrd: is missing") != std::string::npos);
}

TEST_CASE("meshes and views of a fossil that goes go with it, those of others stay") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  for (const char* name : {"meshes/1.ply", "meshes/2.ply", "meshes/22.ply", "views/2_front.png",
                           "views/2nd thoughts.txt"}) {
    std::filesystem::create_directories((folder / name).parent_path());
    test::write_file(folder / name, "a");
  }
  Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
  Progress progress;
  Catalogue::Change change(catalogue);
  merge_bodies(catalogue, change, {1, 2}, editing, progress);
  change.commit();
  CHECK(std::filesystem::exists(folder / "meshes/1.ply"));
  CHECK_FALSE(std::filesystem::exists(folder / "meshes/2.ply"));
  CHECK(std::filesystem::exists(folder / "meshes/22.ply"));
  CHECK_FALSE(std::filesystem::exists(folder / "views/2_front.png"));
  CHECK(std::filesystem::exists(folder / "views/2nd thoughts.txt"));
}

TEST_CASE("a mask as it is changes nothing, and nothing is kept of it") {
  const Import done(around, full(around, box_2), 2);
  CHECK(done.message.empty());
  CHECK(done.changes.empty());
  CHECK(done.decisions == 1);
}

TEST_CASE("a mask that was saved over the old one is not overwritten, and can be taken in") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  const auto file = folder / "crops/1_mask.nrrd";
  const auto save = [&](const Volume<std::uint8_t>& mask) {
    write_nrrd(file, described(cropped(grid(), around), PixelType::u8), mask.view());
  };
  Volume<std::uint8_t> mask = full(around, box_1);
  save(mask);
  Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
  Progress progress;
  const auto merge = [&] {
    Catalogue::Change change(catalogue);
    merge_bodies(catalogue, change, {1, 2}, editing, progress);
  };
  CHECK_NOTHROW(merge());
  // One voxel less, and one more: as many as before.
  const Index3 at = {box_1.begin.x - around.begin.x, box_1.begin.y - around.begin.y,
                     box_1.begin.z - around.begin.z};
  mask(at.x + 1, at.y + 1, at.z) = 0;
  mask(at.x + 1, at.y + 1, at.z - 1) = 1;
  save(mask);
  const std::string saved = test::read_file(file);
  const std::string told = test::message_of<Error>(merge);
  CHECK(told.find("fossil 1: differs from instances.h5 in 2 voxels") != std::string::npos);
  CHECK(told.find("--import-labels 1=" + file.string()) != std::string::npos);
  CHECK(test::read_file(file) == saved);
  {
    Catalogue::Change change(catalogue);
    CHECK(import_labels(catalogue, change, file, 1, editing, progress).size() == 1);
    change.commit();
  }
  CHECK_NOTHROW(merge());
  test::write_file(file, "NRRD");
  CHECK(test::message_of<Error>(merge).find("masks were changed") != std::string::npos);
}

TEST_CASE("a mask of somebody's own where the next fossil's will be is not overwritten") {
  const test::TemporaryFolder folder;
  Catalogue catalogue = test::make_test_catalogue(folder / "t.fossils", 2);
  std::filesystem::create_directories(catalogue.path_of("crops"));
  const std::filesystem::path file = catalogue.path_of("crops/3_mask.nrrd");
  test::write_file(file, "mine");
  test::write_file(catalogue.path_of("crops/3b_mask.nrrd"), "mine too");
  CHECK(ids_with_masks(catalogue) == std::set<std::uint32_t>{1, 2, 3});
  Progress silent;
  const auto check = [&](const std::filesystem::path& taken_in) {
    return test::message_of<Error>(
        [&] { require_masks_as_left(catalogue, {3}, taken_in, 1, silent); });
  };
  CHECK(check({}).find("fossil 3: is there already, and was no fossil's so far") !=
        std::string::npos);
  CHECK(check({}).find("Move " + file.string()) != std::string::npos);
  CHECK(check(file).empty());
}

TEST_CASE("what is no mask of the fossil is refused") {
  auto several = times(mask_of_2(part_of_2), 2);
  several(0, 0, 0) = 9;
  CHECK(Import(part_of_2, several, 2).says("holds the values 2, 9; the mask of fossil 2 has one"));
  CHECK(Import(around, Volume<std::uint8_t>(around.size()), 2).says("--reject takes it out"));
  CHECK(Import(around, full(around, box_1), 2).says("holds none of the voxels of fossil 2"));
  // Fossil 2 grows over all of fossil 1.
  CHECK(Import(around, full(around, united(box_1, box_2)), 2).says("leaves no voxel to fossil 1"));
}

TEST_CASE("a crop's header tells whose mask it is, and is believed over nobody") {
  const NrrdKeys keys = {{fossil_key, "2"}};
  const Import named(part_of_2, mask_of_2(part_of_2), std::nullopt, keys);
  CHECK(named.message.empty());
  CHECK(named.changes == BodyChanges{{2, 6 * 64, 5 * 64}});
  CHECK(Import(part_of_2, mask_of_2(part_of_2), 1, keys)
            .says("is a crop of fossil 2, and is given for 1"));
  CHECK(Import(part_of_2, mask_of_2(part_of_2), std::nullopt).says("it does not say whose"));
  // Another's mask under fossil 1's value, or of the whole scan.
  CHECK(Import(around, times(full(around, box_2), 7), std::nullopt)
            .says("leaves no voxel to fossils"));
  const Box all = whole(size);
  CHECK(Import(all, full(all, united(box_1, box_2)), std::nullopt)
            .says("leaves no voxel to fossil 2"));
  CHECK(Import(all, Volume<std::uint8_t>(size), std::nullopt).says("to fossils 1, 2; "));
}

TEST_CASE("ids that come back: one erased, one new") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  Volume<std::uint32_t> ids(size);
  fill(ids, {{4, 6, 6}, {12, 14, 10}}, 1);
  fill(ids, {{12, 6, 6}, {16, 14, 14}}, 77);
  const auto file = folder / "edited.nrrd";
  write_nrrd(file, described(grid(), PixelType::u32), ids.view());
  Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
  Progress progress;
  {
    Catalogue::Change change(catalogue);
    const auto refused = test::message_of<Error>(
        [&] { import_labels(catalogue, change, file, std::nullopt, editing, progress); });
    CHECK(refused.find("leaves no voxel to fossil 2; ") != std::string::npos);
  }
  CHECK(catalogue.has(2));
  BodyEditing retiring = editing;
  retiring.retire_missing = true;
  {
    Catalogue::Change change(catalogue);
    CHECK(import_labels(catalogue, change, file, std::nullopt, retiring, progress) ==
          BodyChanges{{1, 512, 256}, {2, 384, 0}, {3, 0, 256}});
    change.commit();
  }
  check(catalogue, 1, 8 * 8 * 4);
  CHECK(!catalogue.has(2));
  CHECK(voxels_of(catalogue, 3) == 4 * 8 * 8);
}

TEST_CASE("labels on another grid are refused") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
  Progress progress;
  Catalogue::Change change(catalogue);
  const auto file = folder / "edited.nrrd";
  const auto failure = [&](const Grid& at) {
    const Volume<std::uint8_t> mask(at.size);
    write_nrrd(file, described(at, PixelType::u8), mask.view());
    return test::message_of<Error>(
        [&] { import_labels(catalogue, change, file, 1, editing, progress); });
  };
  Grid shifted = cropped(grid(), box_1);
  shifted.origin_um.x += 1;
  CHECK(failure(shifted).find("are not voxels of the scan") != std::string::npos);
  Grid coarse = grid();
  coarse.spacing_um = {4, 4, 4};
  CHECK(failure(coarse).find("are not voxels of the scan") != std::string::npos);
}

// Measured as the program does.
MeasuredBody measure_all(const BodyCrop& crop, const VolumeView<const std::uint8_t>* wall) {
  return measure_body(crop, wall, {});
}

std::shared_ptr<VolumeSource> scan_of(float value) {
  Volume<float> grey(size);
  std::fill_n(grey.data(), voxel_count(size), value);
  return test::source_of(std::move(grey));
}

struct Warnings : Progress {
  std::string text;
  void warning(std::string_view line) override { text += std::string(line) + "\n"; }
};

struct Edited {
  test::TemporaryFolder folder;
  Warnings progress;
  CatalogueEntry entry;
  bool has_anatomy = false;

  // Fossil 1 grows by a block at the far end of the scan, which no crop reaches.
  explicit Edited(const BodyEditing& with, bool wall = false) {
    make_blocks(folder.path(), grid(), measurement_kinds());
    const Box part = {{4, 6, 6}, {38, 14, 14}};
    Volume<std::uint8_t> mask = full(part, united(box_1, {{4, 6, 6}, {6, 8, 8}}));
    if (!wall) {
      const Volume<std::uint8_t> more = full(part, {{34, 6, 6}, {38, 14, 14}});
      std::transform(mask.data(), mask.data() + voxel_count(part.size()), more.data(), mask.data(),
                     [](std::uint8_t a, std::uint8_t b) { return std::uint8_t{a != 0 || b != 0}; });
    }
    mask(0, 0, 0) = 0;
    write_nrrd(folder / "edited.nrrd", described(cropped(grid(), part), PixelType::u8),
               mask.view());
    if (with.wall_class) {
      write_tissue(wall);
    }
    Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
    Catalogue::Change change(catalogue);
    import_labels(catalogue, change, folder / "edited.nrrd", 1, with, progress);
    change.commit();
    entry = catalogue.entry(1);
  }
  // A hollow block: its outermost voxels are wall.
  void write_tissue(bool all) const {
    Volume<std::uint8_t> tissue = full({{0, 0, 0}, {20, 20, 20}}, box_1);
    for (std::int64_t z = 8; z < 12; ++z) {
      for (std::int64_t y = 8; y < 12; ++y) {
        std::fill(&tissue(6, y, z), &tissue(10, y, z), all ? tissue_lumen : std::uint8_t{0});
      }
    }
    write_nrrd(folder / "crops/1_wall.nrrd",
               described(cropped(grid(), {{0, 0, 0}, {20, 20, 20}}), PixelType::u8), tissue.view());
  }
  std::optional<double> value(const char* name) const {
    return measured_value(entry.specimen.measurements, name);
  }
  std::string reason(const std::string& name) const {
    return std::ranges::find(entry.specimen.measurements, name, &Measurement::name)->reason;
  }
};

TEST_CASE("where crops have gaps grey values are the scan's, or there are none and it is said") {
  BodyEditing with = editing;
  with.measure = measure_all;
  const Edited without(with);
  CHECK(!without.value("grey_mean"));
  CHECK(without.reason("grey_mean") == without.reason("chambers"));
  CHECK(without.reason("grey_mean").starts_with("the scan was not at hand for "));
  CHECK(without.progress.text.find("fossil 1: no grey values") != std::string::npos);
  with.open_scan = [] { return scan_of(5); };
  const Edited read(with);
  CHECK(read.value("grey_mean") == 5);
  CHECK(read.value("outside_grey_mean") == 5);
  // A scan that says otherwise than the crops is not read as they were.
  with.open_scan = [] { return scan_of(6); };
  const Edited other(with);
  CHECK(!other.value("grey_mean"));
  CHECK(other.progress.text.find("the scan differs from the crops") != std::string::npos);
}

TEST_CASE("a body in pieces that do not touch is warned of") {
  BodyEditing with = editing;
  with.measure = measure_all;
  const Edited far(with);
  CHECK(far.progress.text.find("fossil 1 is in 2 pieces that do not touch; the largest has 511") !=
        std::string::npos);
}

TEST_CASE("walls that are a class of the labels stay so, and are not guessed where unknown") {
  BodyEditing with = editing;
  with.measure = measure_all;
  with.wall_class = true;
  with.open_scan = [] { return scan_of(5); };
  const Edited kept(with, true);
  CHECK(kept.value("chambers") == 1);
  CHECK(kept.value("porosity").value() == doctest::Approx(64.0 / 511));
  const Edited grown(with, false);
  CHECK(!grown.value("chambers"));
  CHECK(grown.reason("chambers").starts_with("the wall class was not at hand for 320 voxels"));
  CHECK(grown.value("grey_mean") == 5);
}

TEST_CASE("a new fossil is of the only class there is, or of the one asked for") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  Volume<std::uint32_t> ids(size);
  fill(ids, box_1, 1);
  fill(ids, box_2, 2);
  fill(ids, {{30, 6, 6}, {34, 10, 10}}, 77);
  const auto file = folder / "edited.nrrd";
  write_nrrd(file, described(grid(), PixelType::u32), ids.view());
  Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
  Progress progress;
  {
    Catalogue::Change change(catalogue);
    import_labels(catalogue, change, file, std::nullopt, editing, progress);
    CHECK(catalogue.entry(3).specimen.class_value == 2);
  }
  {
    Catalogue::Change change(catalogue);
    Specimen other = block(2, box_2);
    other.class_value = 1;
    change.replace(other);
    change.commit();
  }
  Catalogue::Change change(catalogue);
  CHECK(test::message_of<Error>([&] {
          import_labels(catalogue, change, file, std::nullopt, editing, progress);
        }).find("--new-class: is missing") != std::string::npos);
  BodyEditing told = editing;
  told.new_class = 1;
  import_labels(catalogue, change, file, std::nullopt, told, progress);
  CHECK(catalogue.entries().back().specimen.class_value == 1);
}

TEST_CASE("two balls that touch come apart, and the half that is there keeps the id") {
  const test::TemporaryFolder folder;
  make_blocks(folder.path());
  Catalogue catalogue = Catalogue::open(folder.path(), Catalogue::Access::write);
  Progress progress;
  Catalogue::Change change(catalogue);
  // A block has no neck.
  CHECK(test::message_of<Error>([&] {
          split_fossil(catalogue, change, 1, {}, editing, progress);
        }).find("fossil 1 stays whole") != std::string::npos);
  const auto ball = [](Volume<std::uint32_t>& ids, double x, double r, std::uint32_t id) {
    for (std::int64_t i = 0; i < voxel_count(size); ++i) {
      const double dx = static_cast<double>(i % size.x) - x;
      const double dy = static_cast<double>(i / size.x % size.y) - 9.5;
      const double dz = static_cast<double>(i / (size.x * size.y)) - 9.5;
      ids.data()[i] = dx * dx + dy * dy + dz * dz <= r * r ? id : ids.data()[i];
    }
  };
  Volume<std::uint32_t> ids(size);
  ball(ids, 10, 7.5, 1);
  ball(ids, 23.4, 5.5, 1);
  write_nrrd(folder / "edited.nrrd", described(grid(), PixelType::u32), ids.view());
  BodyEditing retiring = editing;
  retiring.retire_missing = true;
  import_labels(catalogue, change, folder / "edited.nrrd", std::nullopt, retiring, progress);
  change.commit();
  const std::int64_t both = catalogue.entry(1).specimen.voxels;
  Catalogue::Change next(catalogue);
  split_fossil(catalogue, next, 1, {}, editing, progress);
  next.commit();
  CHECK(catalogue.entry(1).specimen.split);
  CHECK(catalogue.entry(1).specimen.box.end.x < 20);
  CHECK(catalogue.entry(3).specimen.voxels + catalogue.entry(1).specimen.voxels == both);
  CHECK(voxels_of(catalogue, 3) == catalogue.entry(3).specimen.voxels);
}

}  // namespace
}  // namespace fossilct
