// SPDX-License-Identifier: Apache-2.0
#include "specimens/well.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/specimens/catalogue_files.h"
#include "volumes/class_colours.h"

namespace fossilct {
namespace {

using test::make_test_catalogue;
using test::message_of;

std::string table_error(const std::string& text) {
  return message_of<Error>([&] { parse_depth_table("cores.csv", text); });
}

TEST_CASE("a depth table is read by the names of its columns") {
  const auto [path, rows] = parse_depth_table(
      "cores.csv", "\xEF\xBB\xBFtop_m,box,scan,bottom_m\r\n12.5,7,\"core-t\",13\r\n\r\n14,8,b,15");
  CHECK(path == "cores.csv");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].scan == "core-t");
  CHECK(rows[0].top_m == 12.5);
  CHECK(rows[1].bottom_m == 15);
}

TEST_CASE("a wrong depth table is told by its line") {
  CHECK(table_error("").find("is empty; expected a first line that names the columns") !=
        std::string::npos);
  CHECK(table_error("scan,top_m,bottom_m\n").find("holds no row") != std::string::npos);
  CHECK(table_error("scan;top_m;bottom_m\na;1;2")
            .find("line 1: its columns are separated by "
                  "semicolons") != std::string::npos);
  CHECK(table_error("scan\ttop_m\tbottom_m\n").find("separated by tabs") != std::string::npos);
  CHECK(table_error("scan,top_m\na,1")
            .find("the column 'bottom_m' is missing; the first "
                  "line names the columns, and has: scan, top_m") != std::string::npos);
  CHECK(table_error("scan,top_m,top_m\n").find("line 1: the column 'top_m' stands twice") !=
        std::string::npos);
  const std::string header = "scan,top_m,bottom_m\n";
  CHECK(table_error(header + "a,1,2\nb,x,3").find("line 3: top_m 'x' is no number") !=
        std::string::npos);
  CHECK(table_error(header + "a,,2").find("line 2: top_m is empty") != std::string::npos);
  CHECK(table_error(header + ",1,2").find("line 2: the name of the scan is empty") !=
        std::string::npos);
  CHECK(table_error(header + "a,1200,5,1201").find("numbers have points") != std::string::npos);
  CHECK(table_error(header + "a,2,2").find("line 2: the top, 2 m, is not above") !=
        std::string::npos);
  CHECK(table_error(header + "a,1").find("line 2: has 2 fields") != std::string::npos);
  CHECK(table_error(header + "a,1,2\na,3,4")
            .find("line 3: the scan 'a' stands twice, first in line 2") != std::string::npos);
}

TEST_CASE("a depth table may begin with a byte order mark, and quote names with commas") {
  const auto rows =
      parse_depth_table("cores.csv", "\xEF\xBB\xBFscan,top_m,bottom_m\r\n\"core 1, half\",1,2\r\n")
          .rows;
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].scan == "core 1, half");
}

TEST_CASE("scans of a well are joined with their depths, decisions and signatures") {
  const test::TemporaryFolder folder;
  {
    Catalogue one = make_test_catalogue(folder / "a", 3, "core-t");
    Catalogue two = make_test_catalogue(folder / "b", 2, "core-u");
    Catalogue::Change change(two);
    change.decide({2, DecisionKind::reject, "", "A. Reader"});
    change.sign("A. Reader");
    change.commit();
  }
  const std::vector folders = {folder / "a", folder / "b"};
  merge_catalogues(folders, {"cores.csv", {{"core-u", 20, 21}, {"core-t", 10, 11}}},
                   folder / "well.sqlite");
  const Catalogue well = Catalogue::open(folder / "well.sqlite", Catalogue::Access::read);
  const auto scans = well.scans();
  REQUIRE(scans.size() == 2);
  CHECK(scans[0].top_m == 10);
  CHECK(scans[1].bottom_m == 21);
  const auto entries = well.entries();
  REQUIRE(entries.size() == 5);
  CHECK(entries[3].scan == "core-u");
  CHECK(entries[4].specimen.id == 2);
  CHECK(entries[4].verdict == Verdict::rejected);
  CHECK(entries[1].verdict == Verdict::undecided);
  CHECK(entries[4].specimen.measurements == test::catalogue_test_specimen(2).measurements);
  CHECK(well.signatures().size() == 1);
  CHECK(message_of<Error>([&] {
          Catalogue::open(folder / "well.sqlite", Catalogue::Access::write);
        }).find("only read") != std::string::npos);
}

TEST_CASE("a signature of what another program altered does not hold in the well, which is said") {
  const test::TemporaryFolder folder;
  for (const char* name : {"core-t", "core-u"}) {
    Catalogue catalogue = make_test_catalogue(folder / name, 2, name);
    Catalogue::Change change(catalogue);
    change.sign("A. Reader");
    change.commit();
  }
  test::alter_catalogue(folder / "core-u", "UPDATE measurement SET value = value * 2");
  const auto warnings = merge_catalogues(std::vector{folder / "core-t", folder / "core-u"}, {},
                                         folder / "well.sqlite");
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].find("core-u: the signature by A. Reader is void") != std::string::npos);
  const Catalogue well = Catalogue::open(folder / "well.sqlite", Catalogue::Access::read);
  CHECK(well.signatures().size() == 1);
  CHECK(well.is_merged());
}

TEST_CASE("depths that overlap are told, those that touch are not; a scan must have its line") {
  const test::TemporaryFolder folder;
  { make_test_catalogue(folder / "a", 1, "core-t"); }
  { make_test_catalogue(folder / "b", 1, "core-u"); }
  const auto merged = [&](double top_of_u) {
    std::filesystem::remove(folder / "well.sqlite");
    return merge_catalogues(std::vector{folder / "a", folder / "b"},
                            {"cores.csv", {{"core-t", 10, 11}, {"core-u", top_of_u, 12}}},
                            folder / "well.sqlite");
  };
  CHECK(merged(11).empty());
  REQUIRE(merged(10.5).size() == 1);
  CHECK(merged(10.5)[0].find("core-t (10 to 11 m) and core-u (10.5 to 12 m) overlap") !=
        std::string::npos);
  std::filesystem::remove(folder / "well.sqlite");
  const std::string missing = message_of<Error>([&] {
    merge_catalogues(std::vector{folder / "b"}, {"cores.csv", {{"core-t", 10, 11}}},
                     folder / "well.sqlite");
  });
  CHECK(missing.find("cores.csv: has no line for the scan 'core-u'") != std::string::npos);
  CHECK(missing.find("its lines are for 'core-t'") != std::string::npos);
}

TEST_CASE("classes of a well are one where their names are, whatever their values") {
  const test::TemporaryFolder folder;
  const auto create = [&](const char* name, const std::vector<LabelClass>& classes,
                          const std::vector<std::int64_t>& of_specimens) {
    std::filesystem::create_directories(folder / name);
    ScanRecord scan = test::catalogue_test_scan(name);
    scan.sha256 = name;
    Catalogue catalogue =
        Catalogue::create(folder / name, scan, {}, classes, test::catalogue_test_kinds());
    Catalogue::Change change(catalogue);
    for (const std::int64_t value : of_specimens) {
      Specimen specimen = test::catalogue_test_specimen(change.new_id());
      specimen.class_value = value;
      change.add(std::vector{specimen});
    }
    change.commit();
  };
  create("a", {{1, "foram", {}}, {2, "diatom", {}}}, {1, 2});
  create("b", {{1, "diatom", {}}, {2, "shell", {}}, {3, "foram", {}}}, {1, 2, 3});
  create("c", {{1, "foram", {}}, {4, "spicule", own_class_colour(4)}}, {4, 1});
  const std::vector<std::string> warnings = merge_catalogues(
      std::vector{folder / "a", folder / "b", folder / "c"}, {}, folder / "well.sqlite");
  REQUIRE(warnings.size() == 2);
  CHECK(warnings[1].find("'spicule' is 5 instead of 4") != std::string::npos);
  CHECK(warnings[0].find("/b: its labels number classes otherwise") != std::string::npos);
  CHECK(warnings[0].find("'diatom' is 2 instead of 1, 'shell' is 4 instead of 2, 'foram' is 1 "
                         "instead of 3") != std::string::npos);
  const Catalogue well = Catalogue::open(folder / "well.sqlite", Catalogue::Access::read);
  for (const LabelClass& of_well : well.classes()) {
    if (of_well.name == "spicule") {  // not that of its old number, which is the shell's
      CHECK(of_well.colour == own_class_colour(5));
    }
  }
  std::vector<std::string> names;
  for (const CatalogueEntry& entry : well.entries()) {
    names.push_back(entry.class_name);
  }
  CHECK(names == std::vector<std::string>{"foram", "diatom", "diatom", "shell", "foram", "spicule",
                                          "foram"});
}

TEST_CASE("catalogues that mean different things are not joined") {
  const test::TemporaryFolder folder;
  { make_test_catalogue(folder / "a", 1); }
  const auto merged_with_a = [&](const char* other) {
    std::filesystem::remove(folder / "well.sqlite");
    return message_of<Error>([&] {
      merge_catalogues(std::vector{folder / "a", folder / other}, {}, folder / "well.sqlite");
    });
  };
  CHECK(merged_with_a("a").find("of the same scan") != std::string::npos);
  {
    std::filesystem::create_directories(folder / "labels");
    ScanRecord unnamed = test::catalogue_test_scan("core-w");
    unnamed.sha256 = "";
    Catalogue::create(folder / "labels", unnamed, {"copy.h5", std::string(64, 'b'), {}, {}, {}}, {},
                      test::catalogue_test_kinds());
  }
  CHECK(merged_with_a("labels").find("is of the same labels as another one") != std::string::npos);
  ScanRecord scan = test::catalogue_test_scan("core-v");
  const auto create = [&](const char* name, const std::vector<LabelClass>& classes) {
    std::filesystem::create_directories(folder / name);
    Catalogue::create(folder / name, scan, {}, classes, test::catalogue_test_kinds());
  };
  scan.grid.spacing_known = false;
  create("unit", {});
  CHECK(merged_with_a("unit").find("in another unit") != std::string::npos);
  scan = test::catalogue_test_scan("core-t");
  scan.sha256 = "";
  create("name", {});
  CHECK(merged_with_a("name").find("has the name of another scan") != std::string::npos);
}

}  // namespace
}  // namespace fossilct
