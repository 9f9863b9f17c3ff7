// SPDX-License-Identifier: Apache-2.0
#include "night/arrivals.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/support.h"

namespace fossilct {
namespace {

std::vector<std::string> names(const std::vector<std::filesystem::path>& paths) {
  std::vector<std::string> names;
  for (const auto& path : paths) {
    names.push_back(path.filename().string());
  }
  return names;
}

using Names = std::vector<std::string>;

TEST_CASE("a scan is complete when nothing of it changed for so long, and comes once") {
  const test::TemporaryFolder folder;
  Arrivals arrivals(folder.path(), 60);
  CHECK(arrivals.look(0).empty());
  test::write_file(folder / "b.tif", "12");
  CHECK(arrivals.look(10).empty());
  CHECK(arrivals.look(60).empty());
  test::write_file(folder / "b.tif", "1234");  // it grows
  CHECK(arrivals.look(69).empty());
  CHECK(arrivals.look(128).empty());
  CHECK(names(arrivals.look(129)) == Names{"b.tif"});
  CHECK(arrivals.look(500).empty());
}

TEST_CASE("a folder rests when all files in it do") {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "core" / "slices");
  Arrivals arrivals(folder.path(), 60);
  CHECK(arrivals.look(0).empty());
  CHECK(arrivals.look(1000).empty());  // empty
  test::write_file(folder / "core" / "slices" / "1.tif", "x");
  CHECK(arrivals.look(1001).empty());
  test::write_file(folder / "core" / "slices" / "2.tif", "x");
  CHECK(arrivals.look(1061).empty());
  CHECK(names(arrivals.look(1121)) == Names{"core"});
}

TEST_CASE("unfinished and hidden names never come, others in the order of their numbers") {
  const test::TemporaryFolder folder;
  for (const char* name :
       {"core10.tif", "core2.tif", ".hidden.tif", "a.tif.part", "B.TMP", "empty"}) {
    test::write_file(folder / name, std::string(name) == "empty" ? "" : "x");
  }
  Arrivals arrivals(folder.path(), 5);
  CHECK(arrivals.look(0).empty());
  CHECK(names(arrivals.look(5)) == Names{"core2.tif", "core10.tif"});
}

TEST_CASE("what was taken away while it rested begins anew") {
  const test::TemporaryFolder folder;
  Arrivals arrivals(folder.path(), 60);
  test::write_file(folder / "a.tif", "x");
  CHECK(arrivals.look(0).empty());
  std::filesystem::remove(folder / "a.tif");
  CHECK(arrivals.look(59).empty());
  test::write_file(folder / "a.tif", "x");
  CHECK(arrivals.look(60).empty());
  CHECK(arrivals.look(119).empty());
  CHECK(arrivals.look(120).size() == 1);
}

TEST_CASE("a folder that is not there is told") {
  const test::TemporaryFolder folder;
  Arrivals arrivals(folder / "none", 60);
  CHECK(test::message_of<Error>([&] { arrivals.look(0); }).find("none: can't read this folder") !=
        std::string::npos);
}

}  // namespace
}  // namespace fossilct
