// SPDX-License-Identifier: Apache-2.0
#include "base/journal.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/killable_child.h"
#include "support.h"

using namespace fossilct;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;

namespace {

using Entries = std::vector<Json>;

Entries entries_of(const std::filesystem::path& path) {
  Entries entries;
  const Journal journal(path, [&](const Json& entry) { entries.push_back(entry); });
  return entries;
}

void write_entries(const std::filesystem::path& path, const Entries& entries) {
  Journal journal(path, [](const Json&) {});
  for (const Json& entry : entries) {
    journal.append(entry);
  }
}

// Writes beyond `bytes` fail as on a full disk while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::size_t bytes) : old_handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    rlimit limit = old_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    ::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit old_{};
  void (*old_handler_)(int);
};

const Entries three = {{{"slab", 0}}, {{"slab", 1}, {"name", "a\nb \"c\""}}, {{"slab", 2}}};

}  // namespace

TEST_CASE("a journal replays what was appended, in order, and goes on after it") {
  const TemporaryFolder folder;
  CHECK(entries_of(folder / "journal").empty());
  write_entries(folder / "journal", three);
  CHECK(entries_of(folder / "journal") == three);
  write_entries(folder / "journal", {{{"slab", 3}}});
  const Entries four = entries_of(folder / "journal");
  REQUIRE(four.size() == 4);
  CHECK(four[3] == Json{{"slab", 3}});
}

TEST_CASE("a torn last line is dropped, wherever it was torn, and written over") {
  const TemporaryFolder folder;
  write_entries(folder / "journal", three);
  const std::string whole = read_file(folder / "journal");
  const std::size_t last_line = whole.rfind('\n', whole.size() - 2) + 1;
  for (std::size_t length = last_line; length < whole.size(); ++length) {
    write_file(folder / "torn", whole.substr(0, length));
    CHECK(entries_of(folder / "torn") == Entries{three[0], three[1]});
    write_entries(folder / "torn", {three[2]});
    CHECK(read_file(folder / "torn") == whole);
  }
}

TEST_CASE("a last line of the wrong content is dropped as torn") {
  const TemporaryFolder folder;
  write_entries(folder / "journal", three);
  std::string text = read_file(folder / "journal");
  text[text.size() - 3] = '7';
  write_file(folder / "journal", text);
  CHECK(entries_of(folder / "journal").size() == 2);
}

TEST_CASE("a damaged line before the last is an error that names its place") {
  const TemporaryFolder folder;
  write_entries(folder / "journal", three);
  std::string text = read_file(folder / "journal");
  const std::size_t second = text.find('\n') + 1;
  text[second + 25] ^= 1;
  write_file(folder / "journal", text);
  try {
    entries_of(folder / "journal");
    FAIL("a damaged journal was taken");
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK(error.kind() == ErrorKind::format);
    CHECK(message.find((folder / "journal").string()) != std::string::npos);
    CHECK(message.find("byte " + std::to_string(second)) != std::string::npos);
  }
  CHECK(read_file(folder / "journal") == text);
}

TEST_CASE("entries of a process that was killed are there") {
  const TemporaryFolder folder;
  test::ChildProcess child([&](const auto& wait) {
    Journal journal(folder / "journal", [](const Json&) {});
    journal.append(three[0]);
    wait();
  });
  child.kill();
  CHECK(entries_of(folder / "journal") == Entries{three[0]});
}

TEST_CASE("a journal that can't be opened says why") {
  const TemporaryFolder folder;
  const std::string message =
      test::message_of<Error>([&] { entries_of(folder / "absent" / "journal"); });
  CHECK(message.find("No such file or directory") != std::string::npos);
  CHECK_THROWS_AS(entries_of(folder.path()), Error);
}

TEST_CASE("a disk that fills up leaves the journal at its last whole entry") {
  const TemporaryFolder folder;
  write_entries(folder / "journal", three);
  const std::string before = read_file(folder / "journal");
  const FileSizeLimit limit(before.size() + 10);  // the next line fits in part
  Journal journal(folder / "journal", [](const Json&) {});
  const std::string message = test::message_of<Error>([&] { journal.append({{"slab", 3}}); });
  CHECK(message.find("can't append to the journal: File too large") != std::string::npos);
  CHECK(read_file(folder / "journal") == before);
}

TEST_CASE("an entry that is no JSON text is refused and not written") {
  const TemporaryFolder folder;
  Journal journal(folder / "journal", [](const Json&) {});
  CHECK_THROWS_AS(journal.append({{"name", "\xff"}}), Error);
  CHECK(read_file(folder / "journal").empty());
}
