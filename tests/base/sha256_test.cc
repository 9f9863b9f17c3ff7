// SPDX-License-Identifier: Apache-2.0
#include "base/sha256.h"

#include <doctest/doctest.h>

#include <span>
#include <string>

#include "base/error.h"
#include "support.h"

using namespace fossilct;

namespace {

// FIPS 180-4, and its collection of examples.
constexpr const char* of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* of_abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* of_million_a =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

}  // namespace

TEST_CASE("SHA-256 of the standard's examples") {
  CHECK(sha256_of("") == of_nothing);
  CHECK(sha256_of("abc") == of_abc);
  CHECK(sha256_of(std::string(1'000'000, 'a')) == of_million_a);
}

TEST_CASE("a stream hashes the same in any pieces") {
  const std::string text(1'000'000, 'a');
  const auto bytes = std::as_bytes(std::span(text));
  Sha256 hash;
  for (std::size_t begin = 0; begin < bytes.size(); begin += 997) {
    hash.update(bytes.subspan(begin, std::min<std::size_t>(997, bytes.size() - begin)));
  }
  CHECK(hash.finish() == of_million_a);
}

TEST_CASE("files are hashed whole") {
  const test::TemporaryFolder folder;
  const Progress silent;
  test::write_file(folder / "empty", "");
  test::write_file(folder / "million", std::string(1'000'000, 'a'));
  CHECK(sha256_of_file(folder / "empty", silent) == of_nothing);
  CHECK(sha256_of_file(folder / "million", silent) == of_million_a);
}

TEST_CASE("a file that can't be read is an error that names it, a wish to stop is heard") {
  const test::TemporaryFolder folder;
  Progress progress;
  const std::string message =
      test::message_of<Error>([&] { sha256_of_file(folder / "absent", progress); });
  CHECK(message.find((folder / "absent").string()) != std::string::npos);
  CHECK(message.find("No such file") != std::string::npos);
  CHECK_THROWS_AS(sha256_of_file(folder.path(), progress), Error);
  test::write_file(folder / "there", "abc");
  progress.request_cancel();
  CHECK_THROWS_AS(sha256_of_file(folder / "there", progress), Cancelled);
}
