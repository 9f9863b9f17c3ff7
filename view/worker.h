// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace fossilct {

// A thread that does jobs one after the other, in the order they came. For what a window must not
// wait for: reading, meshing, drawing, saving. Jobs hand their results on by themselves and must
// not throw.
class Worker {
 public:
  using Job = std::function<void()>;

  Worker() : thread_([this] { run(); }) {}
  // Waits for the job under way; those that wait are dropped.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void post(Job job);
  // Before all that wait.
  void post_first(Job job);
  // In place of a waiting job with the same key, whose result nobody wants any more.
  void post_latest(int key, Job job);
  // Until nothing waits and nothing is under way.
  void wait_until_idle();

 private:
  struct Item {
    std::optional<int> key;
    Job job;
  };
  void run();

  std::mutex mutex_;  // guards those below
  std::condition_variable changed_;
  std::deque<Item> waiting_;
  bool busy_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last, so that it starts when all else is there
};

}  // namespace fossilct
