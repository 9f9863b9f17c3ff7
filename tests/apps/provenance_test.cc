// SPDX-License-Identifier: Apache-2.0
#include "apps/scans/scan_provenance.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/sha256.h"
#include "support.h"

namespace fossilct {

namespace {

struct Scan {
  test::TemporaryFolder folder;
  std::vector<std::filesystem::path> files;
  Scan() {
    for (const char* name : {"s1.tif", "s2.tif"}) {
      test::write_file(folder / name, std::string("content of ") + name);
      files.push_back(folder / name);
    }
  }
  std::vector<HashedFile> hashed() const {
    Progress progress;
    return FileHasher(files).wait(progress);
  }
};

}  // namespace

TEST_CASE("files are hashed in order, by their content") {
  const Scan scan;
  const auto hashed = scan.hashed();
  REQUIRE(hashed.size() == 2);
  CHECK(hashed[0].path == scan.files[0]);
  CHECK(hashed[0].bytes == 17);
  CHECK(hashed[0].sha256 == sha256_of("content of s1.tif"));
  CHECK(hashed[1].sha256 == sha256_of("content of s2.tif"));
}

TEST_CASE("a file larger than the buffer is hashed whole, an empty one too") {
  const test::TemporaryFolder folder;
  const std::string content(3'000'001, 'x');
  test::write_file(folder / "large", content);
  test::write_file(folder / "empty", "");
  Progress progress;
  const auto hashed = FileHasher({folder / "large", folder / "empty"}).wait(progress);
  CHECK(hashed[0].sha256 == sha256_of(content));
  CHECK(hashed[1].sha256 == sha256_of(""));
}

TEST_CASE("a file that is gone is named; a hasher nobody waits for ends") {
  const test::TemporaryFolder folder;
  const std::string message = test::message_of<Error>([&] {
    Progress progress;
    FileHasher({folder / "gone.tif"}).wait(progress);
  });
  CHECK(message.find("gone.tif") != std::string::npos);
  test::write_file(folder / "there", std::string(5'000'000, 'x'));
  const FileHasher unused({folder / "there", folder / "gone.tif"});
}

TEST_CASE("a folder is known by the hash of its manifest, a file by its own") {
  const Scan scan;
  const auto hashed = scan.hashed();
  const std::string manifest = manifest_of(hashed, scan.folder.path());
  CHECK(manifest == sha256_of("content of s1.tif") + "  17  s1.tif\n" +
                        sha256_of("content of s2.tif") + "  17  s2.tif\n");
  ScanDescription description;
  description.format = "TIFF folder";
  const Json folder = source_json(scan.folder.path() / "", description, hashed);
  CHECK(folder["sha256"] == sha256_of(manifest));
  CHECK(folder["name"] == scan.folder.path().filename().string());
  CHECK(folder["files"] == 2);
  CHECK(folder["bytes"] == 34);
  CHECK_FALSE(folder.contains("provenance"));
  description.provenance = {{"command", "fossilct import"}};
  const Json file = source_json(scan.files[0], description, {hashed[0]});
  CHECK(file["sha256"] == hashed[0].sha256);
  CHECK(file["name"] == "s1.tif");
  CHECK(file["provenance"]["command"] == "fossilct import");
}

TEST_CASE("the provenance says who said the voxel size, and which options were given") {
  TerminalProgress progress(
      TerminalStyle{}, [](std::string_view) {}, [] { return 80; });
  const CommonOptions common;
  ScanDescription description;
  description.notices = {"one image"};
  const CommandContext context{
      progress,
      common,
      "fossilct import a --class 1=a --class 2=b --spacing-um 2",
      {{"class", "1=a", ""}, {"class", "2=b", ""}, {"spacing-um", "2", "x.ini line 3"}}};
  const Json json = scan_provenance_json(context, Json::array(), description);
  CHECK(json["options"]["class"] == Json::array({"1=a", "2=b"}));
  CHECK(json["options"]["spacing-um"] == "2");
  CHECK(json["spacing"] == "--spacing-um");
  CHECK(json["notices"] == Json::array({"one image"}));
  CHECK(json["time"].get<std::string>().size() == std::string("2024-01-31T23:59:59Z").size());
  description.grid.spacing_known = false;
  CHECK(scan_provenance_json(context, Json::array(), description)["spacing"] == "unknown");
  CHECK_FALSE(provenance_json(context, Json::array()).contains("spacing"));
}

TEST_CASE("names of files that are no UTF-8 do not keep the provenance from being written") {
  TerminalProgress progress(
      TerminalStyle{}, [](std::string_view) {}, [] { return 80; });
  const CommonOptions common;
  const CommandContext context{progress, common, "fossilct import 2\xB5m.tif", {}};
  ScanDescription description;
  description.notices = {"2\xB5m.tif: one image"};
  const Json source =
      source_json("/scans/2\xB5m.tif", description, {{"/scans/2\xB5m.tif", 1, "0"}});
  const Json json = scan_provenance_json(context, Json::array({source}), description);
  CHECK_NOTHROW(exact_json_text(json));
  CHECK(json["sources"][0]["name"] == "2\xEF\xBF\xBDm.tif");
}

}  // namespace fossilct
