// SPDX-License-Identifier: Apache-2.0
#include "base/threads.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <vector>

using namespace fossilct;

TEST_CASE("every index is handed out once, whatever the threads") {
  for (const int threads : {-1, 0, 1, 2, 7}) {
    for (const std::int64_t count : {0, 1, 3, 1000}) {
      std::vector<std::atomic<int>> calls(static_cast<std::size_t>(count));
      parallel_for(count, threads,
                   [&](std::int64_t i) { ++calls.at(static_cast<std::size_t>(i)); });
      CHECK(std::all_of(calls.begin(), calls.end(), [](const auto& n) { return n == 1; }));
    }
  }
}

TEST_CASE("the exception of a body reaches the caller and stops the handing out") {
  for (const int threads : {1, 4}) {
    std::atomic<int> calls{0};
    const auto body = [&](std::int64_t i) {
      ++calls;
      if (i == 5) {
        throw std::out_of_range("at 5");
      }
    };
    CHECK_THROWS_WITH_AS(parallel_for(1'000'000, threads, body), "at 5", std::out_of_range);
    CHECK(calls < 1'000'000);
  }
}

TEST_CASE("of many exceptions one is thrown") {
  CHECK_THROWS_AS(
      parallel_for(100, 4, [](std::int64_t) { throw std::runtime_error("each fails"); }),
      std::runtime_error);
}

TEST_CASE("there is a thread on every machine") { CHECK(available_threads() >= 1); }
