// SPDX-License-Identifier: Apache-2.0
#include "view/worker.h"

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <vector>

using namespace fossilct;

namespace {

// Keeps a worker busy until told.
class Gate {
 public:
  explicit Gate(Worker& worker) {
    worker.post([this] {
      began_.set_value();
      open_.get_future().wait();
    });
    began_.get_future().wait();
  }
  void open() { open_.set_value(); }

 private:
  std::promise<void> began_, open_;
};

}  // namespace

TEST_CASE("jobs are done in their order, those put first before the others") {
  std::vector<int> done;
  Worker worker;
  Gate gate(worker);
  worker.post([&] { done.push_back(1); });
  worker.post([&] { done.push_back(2); });
  worker.post_first([&] { done.push_back(3); });
  gate.open();
  worker.wait_until_idle();
  CHECK(done == std::vector{3, 1, 2});
}

TEST_CASE("a newer job takes the place of the waiting one of its key") {
  std::vector<int> done;
  Worker worker;
  Gate gate(worker);
  worker.post_latest(7, [&] { done.push_back(1); });
  worker.post_latest(8, [&] { done.push_back(2); });
  worker.post_latest(7, [&] { done.push_back(3); });
  gate.open();
  worker.wait_until_idle();
  CHECK(done == std::vector{3, 2});
}

TEST_CASE("a worker that ends waits for its job, and lets go of all jobs") {
  const auto held = std::make_shared<int>(0);
  bool ended = false;
  {
    Worker worker;
    Gate gate(worker);
    worker.post([&ended] { ended = true; });
    gate.open();
    worker.wait_until_idle();
    worker.post([held] { ++*held; });
  }
  CHECK(ended);
  CHECK(held.use_count() == 1);
}
