// SPDX-License-Identifier: Apache-2.0
#include "base/child_process.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <stdexcept>

using namespace fossilct;

TEST_CASE("a child that comes back, returning or throwing, is no failure") {
  int value = 1;
  CHECK_FALSE(failure_in_child([&] { value = 2; }, 5).has_value());
  CHECK(value == 1);  // the child's memory was its own
  CHECK_FALSE(failure_in_child([] { throw std::runtime_error("x"); }, 5).has_value());
}

TEST_CASE("a crash, an abort and a hang are told") {
  const auto crash = failure_in_child([] { ::raise(SIGSEGV); }, 5);
  REQUIRE(crash.has_value());
  CHECK(crash->find("crashes (Segmentation fault)") != std::string::npos);
  CHECK(failure_in_child([] { ::raise(SIGABRT); }, 5).has_value());
  CHECK(failure_in_child([] { ::pause(); }, 1) == "does not end within 1 s");
  CHECK(failure_in_child([] { ::_exit(3); }, 5) == "ends with exit code 3");
}
