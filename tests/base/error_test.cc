// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include <doctest/doctest.h>

#include <cerrno>
#include <new>
#include <stdexcept>
#include <string>

#include "base/progress.h"

using namespace fossilct;

namespace {

// What `exception` becomes on its way through rethrow_with_context.
template <typename E>
Error with_context(const E& exception, ErrorKind kind_of_others) {
  try {
    try {
      throw exception;
    } catch (...) {
      rethrow_with_context("while reading", kind_of_others);
    }
  } catch (const Error& error) {
    return error;
  }
}

}  // namespace

TEST_CASE("an Error keeps its kind and gains the context") {
  for (const ErrorKind kind :
       {ErrorKind::file, ErrorKind::format, ErrorKind::option, ErrorKind::device}) {
    const Error error = with_context(Error(kind, "a reason"), ErrorKind::file);
    CHECK(error.kind() == kind);
    CHECK(std::string(error.what()) == "while reading: a reason");
  }
}

TEST_CASE("other exceptions become an Error of the kind asked for") {
  const Error error = with_context(std::runtime_error("oops"), ErrorKind::format);
  CHECK(error.kind() == ErrorKind::format);
  CHECK(std::string(error.what()) == "while reading: oops");
  const Error memory = with_context(std::bad_alloc(), ErrorKind::format);
  CHECK(memory.kind() == ErrorKind::device);
  CHECK(std::string(memory.what()).find("out of memory") != std::string::npos);
}

TEST_CASE("what is no std::exception becomes an Error too") {
  CHECK(with_context(42, ErrorKind::format).kind() == ErrorKind::format);
}

TEST_CASE("a wish to stop passes unchanged") {
  Progress progress;
  progress.check();
  progress.request_cancel();
  CHECK(progress.cancel_requested());
  CHECK_THROWS_AS(with_context(Cancelled(), ErrorKind::file), Cancelled);
  CHECK_THROWS_AS(progress.check(), Cancelled);
}

TEST_CASE("errors name their subject, and the system's reason") {
  CHECK(std::string(format_error("/a/b", "is short").what()) == "/a/b: is short");
  CHECK(option_error("--roi", "is odd").kind() == ErrorKind::option);
  errno = ENOSPC;
  const Error full = file_errno_error("/a/b", "can't write");
  const std::string message = full.what();
  CHECK(message.starts_with("/a/b: can't write: No space left on device ("));
  CHECK(message.ends_with(" free there); free some, or write to another disk"));
  CHECK(full.kind() == ErrorKind::file);
}
