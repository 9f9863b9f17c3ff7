// SPDX-License-Identifier: Apache-2.0
#include "view/worker.h"

#include <algorithm>
#include <utility>

namespace fossilct {

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Worker::post(Job job) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({std::nullopt, std::move(job)});
  }
  changed_.notify_all();
}

void Worker::post_first(Job job) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_front({std::nullopt, std::move(job)});
  }
  changed_.notify_all();
}

void Worker::post_latest(int key, Job job) {
  {
    const std::lock_guard lock(mutex_);
    const auto same = std::ranges::find(waiting_, std::optional(key), &Item::key);
    if (same != waiting_.end()) {
      same->job = std::move(job);
    } else {
      waiting_.push_back({key, std::move(job)});
    }
  }
  changed_.notify_all();
}

void Worker::wait_until_idle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && !busy_; });
}

void Worker::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) {
      return;
    }
    Job job = std::move(waiting_.front().job);
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace fossilct
