// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "base/error.h"
#include "night/job.h"
#include "tests/support.h"

namespace fossilct {
namespace {

TEST_CASE("scans that arrived are as if a pattern had matched them, and there may be none") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "job.ini", "[job]\n[defaults]\nmin-diameter-um = 30\n");
  CHECK_FALSE(test::message_of<Error>([&] { read_job(folder / "job.ini"); }).empty());
  CHECK(read_job(folder / "job.ini", {}).scans.empty());
  const Job job = read_job(folder / "job.ini", {folder / "b.tif", folder / "b.nrrd"});
  REQUIRE(job.scans.size() == 2);
  CHECK(job.scans[0].name == "b");
  CHECK(job.scans[1].name == "b-2");
  CHECK(job.scans[1].path == folder / "b.nrrd");
  REQUIRE(job.scans[0].options.size() == 1);
  CHECK(job.scans[0].options[0].name == "min-diameter-um");
}

TEST_CASE("a scan that has a section of its own does not arrive once more") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "job.ini", "[scan mine]\npath = b.tif\n");
  const Job job = read_job(folder / "job.ini", {folder / "b.tif"});
  REQUIRE(job.scans.size() == 1);
  CHECK(job.scans[0].name == "mine");
}

TEST_CASE("where some scans have depths and others none, that is said") {
  const test::TemporaryFolder folder;
  test::write_file(folder / "job.ini",
                   "[scan a]\npath = a.tif\ntop-depth-m = 1\nbottom-depth-m = 2\n"
                   "[scan b]\npath = b.tif\n");
  const Job job = read_job(folder / "job.ini");
  REQUIRE(job.notices.size() == 1);
  CHECK(job.notices[0].find("b has no top-depth-m") != std::string::npos);
}

}  // namespace
}  // namespace fossilct
