// SPDX-License-Identifier: Apache-2.0
#include "specimens/catalogue.h"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <csignal>
#include <random>
#include <thread>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/json.h"
#include "database/sqlite.h"
#include "specimens/catalogue_schema.h"
#include "tests/specimens/catalogue_files.h"

namespace fossilct {
namespace {

using test::alter_catalogue;
using test::catalogue_test_specimen;
using test::make_test_catalogue;
using test::message_of;
using test::TemporaryFolder;
using Access = Catalogue::Access;

void decide(Catalogue& catalogue, std::uint32_t id, DecisionKind kind,
            const std::string& value = "") {
  Catalogue::Change change(catalogue);
  change.decide({id, kind, value, "A. Reader"});
  change.commit();
}

TEST_CASE("a catalogue gives back what was put into it") {
  const TemporaryFolder folder;
  { make_test_catalogue(folder.path(), 5); }
  const Catalogue catalogue = Catalogue::open(folder.path(), Access::read);
  const ScanRecord scan = catalogue.scan();
  CHECK(scan.name == "core-t");
  CHECK(scan.sha256 == std::string(64, 'a'));
  CHECK(scan.grid == test::catalogue_test_scan().grid);
  CHECK(scan.core_volume == 1e7);
  CHECK(scan.provenance == test::catalogue_test_scan().provenance);
  CHECK(catalogue.segmentation().path == "labels.h5");
  REQUIRE(catalogue.classes().size() == 2);
  CHECK(catalogue.classes()[1] == LabelClass{2, "ostracod, smooth", {1, 2, 3}});
  const auto entries = catalogue.entries();
  REQUIRE(entries.size() == 5);
  const Specimen expected = catalogue_test_specimen(3);
  const Specimen& s = entries[2].specimen;
  CHECK(s.id == 3);
  CHECK(s.class_value == expected.class_value);
  CHECK(s.box == expected.box);
  CHECK(s.first == expected.first);
  CHECK(s.voxels == 1000);
  CHECK(s.truncated);
  CHECK(s.infill == "open");
  CHECK(s.measurements == expected.measurements);
  CHECK(entries[2].class_name == "ostracod, smooth");
  CHECK(entries[2].verdict == Verdict::undecided);
  CHECK(catalogue.entry(3).specimen.measurements == expected.measurements);
  CHECK(catalogue.highest_id_given() == 5);
}

TEST_CASE("columns carry their unit, once") {
  CHECK(column_name("volume", "um3") == "volume_um3");
  CHECK(column_name("feret_maximum", "um") == "feret_maximum_um");
  CHECK(column_name("density", "1/um3") == "density_per_um3");
  CHECK(column_name("voxels", "voxels") == "voxels");
  CHECK(column_name("sphericity", "") == "sphericity");
}

TEST_CASE("the CSV has units in its header and quotes by RFC 4180") {
  const TemporaryFolder folder;
  Catalogue catalogue = make_test_catalogue(folder.path(), 2);
  decide(catalogue, 1, DecisionKind::note, "broken, \"twice\"\nand glued");
  const std::string csv = test::read_file(folder / "specimens.csv");
  CHECK(csv.starts_with("scan,id,class,"));
  CHECK(csv.find(",volume_um3,equivalent_diameter_um,centroid_x_um,") != std::string::npos);
  CHECK(csv.find(",\"broken, \"\"twice\"\"\nand glued\",") != std::string::npos);
  CHECK(csv.find("\r\ncore-t,2,foram,1,undecided,0,") != std::string::npos);
  CHECK(csv.find("16001,31.25,39,39,72,,7654321,0.125,chambers: not resolvable\r\n") !=
        std::string::npos);
}

TEST_CASE("without a voxel size the columns are in voxels, and the JSON says so") {
  const TemporaryFolder folder;
  ScanRecord scan = test::catalogue_test_scan();
  scan.grid.spacing_known = false;
  const Catalogue catalogue =
      Catalogue::create(folder.path(), scan, {}, {}, test::catalogue_test_kinds());
  const std::string csv = test::read_file(folder / "specimens.csv");
  CHECK(csv.find(",volume_voxel3,equivalent_diameter_voxel,") != std::string::npos);
  CHECK(parse_json(test::read_file(folder / "specimens.json"))["unit"] == "voxel");
}

TEST_CASE("the JSON is a collection of points in micrometres, and says so") {
  const TemporaryFolder folder;
  Catalogue catalogue = make_test_catalogue(folder.path(), 4);
  const Json json = parse_json(test::read_file(folder / "specimens.json"));
  CHECK(json["type"] == "FeatureCollection");
  CHECK(json["revision"] == catalogue.revision());
  CHECK(json["coordinates"].get<std::string>().find("not degrees") != std::string::npos);
  CHECK(json["signature"].is_null());
  REQUIRE(json["features"].size() == 4);
  const Json& third = json["features"][2];
  CHECK(third["geometry"] == Json{{"type", "Point"}, {"coordinates", {79.0, 39.0, 72.0}}});
  CHECK(third["properties"]["volume_um3"] == 16003);
  CHECK(third["properties"]["chambers"].is_null());
  CHECK(third["properties"]["truncated"] == true);
}

TEST_CASE("the last decision holds, all are kept, and a changed body is undecided again") {
  const TemporaryFolder folder;
  Catalogue catalogue = make_test_catalogue(folder.path(), 3);
  decide(catalogue, 1, DecisionKind::accept);
  decide(catalogue, 1, DecisionKind::reject);
  decide(catalogue, 1, DecisionKind::note, "a pebble");
  decide(catalogue, 2, DecisionKind::accept);
  decide(catalogue, 2, DecisionKind::split, "2, 4");
  CHECK(catalogue.entry(1).verdict == Verdict::rejected);
  CHECK(!catalogue.entry(1).counts());
  CHECK(catalogue.entry(1).note == "a pebble");
  CHECK(catalogue.entry(2).verdict == Verdict::undecided);
  const auto decisions = catalogue.decisions();
  REQUIRE(decisions.size() == 5);
  CHECK(decisions[1].kind == DecisionKind::reject);
  CHECK(decisions[1].person == "A. Reader");
  CHECK(decisions[1].time.size() == std::string("2026-01-01T00:00:00Z").size());
  decide(catalogue, 1, DecisionKind::reopen);
  CHECK(catalogue.entry(1).verdict == Verdict::undecided);
}

TEST_CASE("an id is never given twice, and an unknown one is told from the range") {
  const TemporaryFolder folder;
  {
    Catalogue catalogue = make_test_catalogue(folder.path(), 3);
    Catalogue::Change change(catalogue);
    change.retire(3, 1, "merged");
    change.commit();
    decide(catalogue, 1, DecisionKind::merge, "1, 3");
  }
  Catalogue catalogue = Catalogue::open(folder.path(), Access::write);
  Catalogue::Change change(catalogue);
  CHECK(change.new_id() == 4);
  CHECK(change.new_id() == 5);
  const std::vector again = {catalogue_test_specimen(3)};
  CHECK(message_of<Error>([&] { change.add(again); }).find("given before") != std::string::npos);
  const std::string retired = message_of<Error>([&] { catalogue.entry(3, "--accept"); });
  CHECK(retired.find("--accept") != std::string::npos);
  CHECK(retired.find("merged, now part of 1") != std::string::npos);
  CHECK(retired.find("did you mean 1?") != std::string::npos);
  const std::string unknown = message_of<Error>([&] { catalogue.entry(99, "--accept"); });
  CHECK(unknown.find("2, with ids from 1 to 2; did you mean 2?") != std::string::npos);
}

TEST_CASE("an id that is not there: its neighbours, a slip of the fingers, and its heir") {
  const TemporaryFolder folder;
  Catalogue catalogue = make_test_catalogue(folder.path(), 21);
  const auto message_about = [&](std::uint32_t id) {
    return message_of<Error>([&] { catalogue.entry(id); });
  };
  {
    Catalogue::Change change(catalogue);
    change.retire(5, 7, "merged");
    change.retire(7, 9, "merged");
    change.retire(12, std::nullopt, "not found again");
    change.commit();
  }
  // 5 went into 7, which went into 9.
  CHECK(message_about(5).find("now part of 9); ") != std::string::npos);
  CHECK(message_about(5).ends_with("; did you mean 9?"));
  CHECK(message_about(12).find("(not found again); ") != std::string::npos);
  CHECK(message_about(12).ends_with("; did you mean 11 or 13?"));
  CHECK(message_about(310).ends_with("; did you mean 21 or 10?"));
  CHECK(message_about(4000).ends_with("with ids from 1 to 21; did you mean 21?"));
}

TEST_CASE("a change without commit leaves nothing, files included") {
  const TemporaryFolder folder;
  Catalogue catalogue = make_test_catalogue(folder.path(), 3);
  const std::string hash = catalogue.content_sha256();
  {
    Catalogue::Change change(catalogue);
    change.retire(2, std::nullopt, "gone");
    test::write_file(change.new_file("crops/1.nrrd"), "new");
  }
  CHECK(catalogue.has(2));
  CHECK(catalogue.content_sha256() == hash);
  CHECK(!std::filesystem::exists(folder / "crops/1.nrrd"));
}

TEST_CASE("a fossil measured again keeps its id and needs new meshes and views") {
  const TemporaryFolder folder;
  Catalogue catalogue = make_test_catalogue(folder.path(), 2);
  {
    Catalogue::Change change(catalogue);
    change.mark_meshes_made(1);
    change.mark_views_made(1);
    change.commit();
  }
  CHECK(!catalogue.entry(1).meshes_stale);
  CHECK(!catalogue.entry(1).views_stale);
  CHECK(catalogue.entry(2).meshes_stale);
  Specimen larger = catalogue_test_specimen(1);
  larger.voxels = 1200;
  larger.measurements = {{"volume", 19200.0, ""}};
  Catalogue::Change change(catalogue);
  change.replace(larger);
  change.commit();
  const CatalogueEntry entry = catalogue.entry(1);
  CHECK(entry.specimen.voxels == 1200);
  CHECK(entry.specimen.measurements == larger.measurements);
  CHECK(entry.meshes_stale);
  CHECK(entry.views_stale);
}

TEST_CASE("a signature holds until what it signs changes") {
  const TemporaryFolder folder;
  Catalogue catalogue = make_test_catalogue(folder.path(), 4);
  decide(catalogue, 1, DecisionKind::accept);
  decide(catalogue, 2, DecisionKind::reject);
  {
    Catalogue::Change change(catalogue);
    change.sign("Dr. B. Signer");
    change.commit();
  }
  const Signature signature = catalogue.signatures().at(0);
  CHECK(signature.holds);
  CHECK(signature.specimens == 3);
  CHECK(signature.undecided == 2);
  CHECK(signature.sha256 == catalogue.content_sha256());
  {
    Catalogue::Change meshes(catalogue);
    meshes.mark_meshes_made(1);
    meshes.commit();
  }
  CHECK(catalogue.signatures().at(0).holds);
  decide(catalogue, 3, DecisionKind::note, "late");
  CHECK(!catalogue.signatures().at(0).holds);
  CHECK(signature.sha256 != catalogue.content_sha256());
  const Json json = parse_json(test::read_file(folder / "specimens.json"));
  CHECK(json["signature"]["person"] == "Dr. B. Signer");
  CHECK(json["signature"]["holds"] == false);
}

TEST_CASE("the same content has the same hash in another file") {
  const TemporaryFolder one;
  const TemporaryFolder two;
  const Catalogue a = make_test_catalogue(one.path(), 3);
  const Catalogue b = make_test_catalogue(two.path(), 3);
  CHECK(a.content_sha256() == b.content_sha256());
  const TemporaryFolder three;
  CHECK(make_test_catalogue(three.path(), 4).content_sha256() != a.content_sha256());
}

TEST_CASE("a new extraction takes over what was decided before") {
  const TemporaryFolder before;
  const TemporaryFolder after;
  Catalogue earlier = make_test_catalogue(before.path(), 5);
  decide(earlier, 1, DecisionKind::accept);
  decide(earlier, 2, DecisionKind::accept);
  decide(earlier, 3, DecisionKind::reject);
  {
    Catalogue::Change change(earlier);
    test::write_file(change.new_file("photos/1-1.jpg"), "JPEG");
    change.attach_photo(1, "photos/1-1.jpg", "A. Reader");
    change.retire(5, std::nullopt, "gone");
    change.sign("Dr. B. Signer");
    change.commit();
  }
  Catalogue now = Catalogue::create(after.path(), test::catalogue_test_scan(), {}, {},
                                    test::catalogue_test_kinds());
  std::vector specimens = {catalogue_test_specimen(1), catalogue_test_specimen(2),
                           catalogue_test_specimen(3)};
  specimens[1].voxels = 900;
  specimens[2].voxels = 900;
  Catalogue::Change change(now);
  change.add(specimens);
  change.adopt_history(earlier);
  CHECK(change.new_id() == 6);
  change.commit();
  CHECK(now.entry(1).verdict == Verdict::accepted);
  CHECK(now.entry(2).verdict == Verdict::undecided);
  CHECK(now.entry(3).verdict == Verdict::rejected);
  CHECK(now.entry(1).photos == std::vector<std::string>{"photos/1-1.jpg"});
  CHECK(test::read_file(after / "photos/1-1.jpg") == "JPEG");
  REQUIRE(now.retired().size() == 2);
  CHECK(now.retired()[0].id == 4);
  CHECK(now.retired()[0].reason == "not found again");
  CHECK(now.retired()[1].id == 5);
  REQUIRE(now.signatures().size() == 1);
  CHECK(!now.signatures()[0].holds);
}

TEST_CASE("photographs go to what a merged fossil became, and keep their time") {
  const TemporaryFolder before;
  const TemporaryFolder after;
  {
    Catalogue earlier = make_test_catalogue(before.path(), 3);
    Catalogue::Change change(earlier);
    test::write_file(change.new_file("photos/1-1.jpg"), "JPEG");
    change.attach_photo(1, "photos/1-1.jpg", "A. Reader");
    change.retire(1, 2, "merged");
    change.commit();
    CHECK(earlier.entry(2).photos == std::vector<std::string>{"photos/1-1.jpg"});
  }
  const std::string time = "2001-02-03T04:05:06Z";
  alter_catalogue(before.path(), "UPDATE photo SET time = '" + time + "'");
  const Catalogue earlier = Catalogue::open(before.path(), Access::read);
  Catalogue now = Catalogue::create(after.path(), test::catalogue_test_scan(), {}, {},
                                    test::catalogue_test_kinds());
  Catalogue::Change change(now);
  change.add(std::vector{catalogue_test_specimen(2), catalogue_test_specimen(3)});
  change.adopt_history(earlier);
  change.commit();
  CHECK(now.entry(2).photos == std::vector<std::string>{"photos/1-1.jpg"});
  CHECK(test::read_file(after / "photos/1-1.jpg") == "JPEG");
  const Database database(after / "catalogue.sqlite", Database::Mode::read);
  Statement photos(database, "SELECT time FROM photo");
  REQUIRE(photos.step());
  CHECK(photos.text(0) == time);
}

TEST_CASE("a damaged, foreign or newer database is said and left as it is") {
  const TemporaryFolder folder;
  const auto path = folder / "catalogue.sqlite";
  CHECK(message_of<Error>([&] {
          Catalogue::open(folder / "none.fossils", Access::read);
        }).find("no such folder") != std::string::npos);
  CHECK(message_of<Error>([&] {
          Catalogue::open(folder.path(), Access::write);
        }).find("no catalogue.sqlite") != std::string::npos);
  { make_test_catalogue(folder.path(), 300); }
  const std::string whole = test::read_file(path);

  SUBCASE("no SQLite at all") { test::write_file(path, "these are not the tables you look for"); }
  SUBCASE("empty") { test::write_file(path, ""); }
  SUBCASE("cut off") { test::write_file(path, whole.substr(0, whole.size() / 2)); }
  SUBCASE("overwritten in its middle") {
    std::string damaged = whole;
    for (std::size_t i = damaged.size() / 2; i < damaged.size() / 2 + 8192; ++i) {
      damaged[i] = static_cast<char>(i * 7);
    }
    test::write_file(path, damaged);
  }
  SUBCASE("of another program") {
    std::string foreign = whole;
    foreign[68] = 0;  // the application id
    test::write_file(path, foreign);
  }
  SUBCASE("newer") {
    std::string newer = whole;
    newer[62] = 1;  // the user version, 256 more
    test::write_file(path, newer);
    CHECK(message_of<Error>([&] {
            Catalogue::open(folder.path(), Access::read);
          }).find("has schema " + std::to_string(256 + current_schema())) != std::string::npos);
  }
  const std::string found = test::read_file(path);
  for (const Access access : {Access::read, Access::write}) {
    CHECK(message_of<Error>([&] {
            Catalogue::open(folder.path(), access);
          }).find("catalogue.sqlite") != std::string::npos);
  }
  CHECK(test::read_file(path) == found);
}

TEST_CASE("a table or view that is missing or another is damage; more of them are not") {
  const TemporaryFolder folder;
  { make_test_catalogue(folder.path(), 2); }
  alter_catalogue(folder.path(),
                  "CREATE TABLE mine (a); CREATE INDEX quick ON specimen (voxel_count)");
  CHECK(Catalogue::open(folder.path(), Access::read).entries().size() == 2);
  SUBCASE("table") { alter_catalogue(folder.path(), "DROP TABLE review"); }
  SUBCASE("column") {
    alter_catalogue(folder.path(), "ALTER TABLE scan RENAME COLUMN sha256 TO hash");
  }
  SUBCASE("view") {
    alter_catalogue(folder.path(), "DROP VIEW specimen_table; DROP VIEW specimens");
  }
  for (const Access access : {Access::read, Access::write}) {
    CHECK(message_of<Error>([&] { Catalogue::open(folder.path(), access); }).find("is damaged") !=
          std::string::npos);
  }
}

TEST_CASE("a database from elsewhere neither removes files that are no catalogue's nor runs code") {
  const TemporaryFolder folder;
  { make_test_catalogue(folder.path(), 2); }
  test::write_file(folder / "mine.txt", "mine");
  std::filesystem::create_directory(folder / "crops");
  test::write_file(folder / "crops/1.nrrd", "voxels");
  SUBCASE("the database itself") {
    alter_catalogue(folder.path(), "INSERT INTO pending_file (name) VALUES ('catalogue.sqlite')");
  }
  SUBCASE("by a detour") {
    alter_catalogue(folder.path(), "INSERT INTO pending_file (name) VALUES ('crops/../mine.txt')");
  }
  SUBCASE("a file from elsewhere") {
    alter_catalogue(
        folder.path(),
        "INSERT INTO pending_file (name, temporary) VALUES ('crops/1.nrrd', 'mine.txt')");
  }
  CHECK(message_of<Error>([&] {
          Catalogue::open(folder.path(), Access::write);
        }).find("names a file that is none of a catalogue's") != std::string::npos);
  CHECK(std::filesystem::exists(folder / "catalogue.sqlite"));
  CHECK(test::read_file(folder / "mine.txt") == "mine");
  CHECK(test::read_file(folder / "crops/1.nrrd") == "voxels");
}

TEST_CASE("triggers of a database from elsewhere do not run") {
  const TemporaryFolder folder;
  { make_test_catalogue(folder.path(), 2); }
  alter_catalogue(folder.path(),
                  "CREATE TRIGGER away AFTER INSERT ON review BEGIN DELETE FROM specimen; END");
  Catalogue catalogue = Catalogue::open(folder.path(), Access::write);
  decide(catalogue, 1, DecisionKind::accept);
  CHECK(catalogue.entries().size() == 2);
}

TEST_CASE("a change whose tables can't be written is told as made, and they follow") {
  const TemporaryFolder folder;
  {
    Catalogue catalogue = make_test_catalogue(folder.path(), 2);
    std::filesystem::remove(folder / "specimens.csv");
    std::filesystem::create_directory(folder / "specimens.csv");  // no file can take its place
    const std::string message =
        message_of<Error>([&] { decide(catalogue, 1, DecisionKind::accept); });
    CHECK(message.find("the change was made and is in the database") != std::string::npos);
    CHECK(message.find("specimens.csv") != std::string::npos);
    CHECK(catalogue.entry(1).verdict == Verdict::accepted);
  }
  std::filesystem::remove(folder / "specimens.csv");
  { Catalogue::open(folder.path(), Access::write); }
  CHECK(test::read_file(folder / "specimens.csv").find(",accepted,") != std::string::npos);
}

TEST_CASE("a catalogue is known as ours by its id, or damaged by the files beside it") {
  const TemporaryFolder folder;
  const auto path = folder / "catalogue.sqlite";
  { make_test_catalogue(folder.path(), 3); }
  CHECK(Catalogue::is_ours(folder.path()));
  const std::string whole = test::read_file(path);
  std::string foreign = whole;
  foreign[68] = 0;
  test::write_file(path, foreign);
  CHECK(!Catalogue::is_ours(folder.path()));
  for (const std::string& damaged :
       {std::string("no tables"), std::string(), whole.substr(0, 200)}) {
    test::write_file(path, damaged);
    CHECK(Catalogue::is_ours(folder.path()));
  }
  std::filesystem::remove(folder / "specimens.json");
  test::write_file(path, "somebody's text");
  CHECK(!Catalogue::is_ours(folder.path()));
}

TEST_CASE("one process writes at a time, others read") {
  const TemporaryFolder folder;
  const Catalogue catalogue = make_test_catalogue(folder.path(), 2);
  CHECK(message_of<Error>([&] {
          Catalogue::open(folder.path(), Access::write);
        }).find("in use by") != std::string::npos);
  CHECK(Catalogue::open(folder.path(), Access::read).entries().size() == 2);
  CHECK(message_of<Error>([&] { make_test_catalogue(folder.path(), 2); }).find("in use by") !=
        std::string::npos);
}

TEST_CASE("tables that were lost or are of another state are written anew") {
  const TemporaryFolder folder;
  { make_test_catalogue(folder.path(), 2); }
  const std::string csv = test::read_file(folder / "specimens.csv");
  const std::string json = test::read_file(folder / "specimens.json");
  std::filesystem::remove(folder / "specimens.csv");
  { Catalogue::open(folder.path(), Access::write); }
  CHECK(test::read_file(folder / "specimens.csv") == csv);
  test::write_file(folder / "specimens.json", "{\"type\": \"FeatureCollection\", \"revision\": 0,");
  { Catalogue::open(folder.path(), Access::write); }
  CHECK(test::read_file(folder / "specimens.json") == json);
}

// Step k makes the fossil 1 of 1000 + k voxels, says so in two files, and replaces the newest
// fossil by another.
void step(Catalogue& catalogue) {
  Catalogue::Change change(catalogue);
  Specimen s = catalogue_test_specimen(1);
  s.voxels = catalogue.entry(1).specimen.voxels + 1;
  change.replace(s);
  for (const char* name : {"crops/1.nrrd", "crops/1_mask.nrrd"}) {
    test::write_file(change.new_file(name), std::to_string(s.voxels));
  }
  const std::uint32_t newest = catalogue.highest_id_given();
  const std::uint32_t id = change.new_id();
  change.add(std::vector{catalogue_test_specimen(id)});
  test::write_file(change.new_file("crops/" + std::to_string(id) + ".nrrd"), "new");
  if (newest > 1) {
    change.retire(newest, id, "replaced");
    change.remove_file("crops/" + std::to_string(newest) + ".nrrd");
  }
  change.commit();
}

void work_until_killed(const std::filesystem::path& folder) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    try {
      Catalogue catalogue = Catalogue::open(folder, Access::write);
      for (;;) {
        step(catalogue);
      }
    } catch (...) {
    }
    ::_exit(1);
  }
  static std::mt19937 random(17);
  std::this_thread::sleep_for(std::chrono::microseconds(5'000 + random() % 120'000));
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));  // it did not fail before
}

// All that `step` makes must be of one number of steps.
void check_whole(const std::filesystem::path& folder, const Catalogue& catalogue) {
  const std::int64_t voxels = catalogue.entry(1).specimen.voxels;
  const auto id = static_cast<std::uint32_t>(voxels - 1000 + 1);
  CHECK(catalogue.entries().size() == (id == 1 ? 1 : 2));
  CHECK(catalogue.highest_id_given() == id);
  CHECK(catalogue.has(id));
  if (id == 1) {
    return;
  }
  CHECK(test::read_file(catalogue.path_of("crops/1.nrrd")) == std::to_string(voxels));
  CHECK(test::read_file(catalogue.path_of("crops/1_mask.nrrd")) == std::to_string(voxels));
  CHECK(test::read_file(catalogue.path_of("crops/" + std::to_string(id) + ".nrrd")) == "new");
  CHECK(std::filesystem::exists(folder));
}

TEST_CASE("killed at ten random moments, a catalogue is as before or after the step") {
  const TemporaryFolder folder;
  { make_test_catalogue(folder.path(), 1); }
  // Ten, and more on a machine so busy that few steps were made between them.
  std::int64_t revision = 0;
  for (int kill = 0; kill < 10 || (revision <= 5 && kill < 200); ++kill) {
    work_until_killed(folder.path());
    check_whole(folder.path(), Catalogue::open(folder.path(), Access::read));
    const Catalogue catalogue = Catalogue::open(folder.path(), Access::write);
    check_whole(folder.path(), catalogue);
    revision = catalogue.revision();
    const std::string id = std::to_string(catalogue.highest_id_given());
    if (id != "1") {
      CHECK(test::read_file(folder / "crops/1.nrrd") ==
            std::to_string(catalogue.entry(1).specimen.voxels));
      CHECK(std::filesystem::exists(folder / ("crops/" + id + ".nrrd")));
      std::size_t files = 0;
      for ([[maybe_unused]] const auto& file :
           std::filesystem::directory_iterator(folder / "crops")) {
        ++files;
      }
      CHECK(files == 3);
    }
    CHECK(parse_json(test::read_file(folder / "specimens.json"))["revision"] ==
          catalogue.revision());
    CHECK(test::read_file(folder / "specimens.csv").find("," + id + ",") != std::string::npos);
  }
  CHECK(revision > 5);
}

TEST_CASE("a catalogue inside an output that is renamed leaves no lock behind") {
  const TemporaryFolder folder;
  AtomicOutput output(folder / "core.fossils", AtomicKind::folder, IfExists::refuse);
  { make_test_catalogue(output.temporary_path(), 2); }
  output.commit();
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "core.fossils")) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  CHECK(names == std::vector<std::string>{"catalogue.sqlite", "specimens.csv", "specimens.json"});
}

}  // namespace
}  // namespace fossilct
