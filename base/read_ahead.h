// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace fossilct {

// Things made one after the other on a thread of its own while those before them are used: whoever
// uses them waits only where making them takes longer.
template <typename T>
class ReadAhead {
 public:
  // `make` is called, never twice at once, until it returns nothing; at most `most` of what it made
  // wait to be taken. What `make` refers to must outlive this object.
  ReadAhead(std::size_t most, std::function<std::optional<T>()> make)
      : most_(most), make_(std::move(make)), thread_([this] { run(); }) {}

  // Waits for the call of `make` that is under way.
  ~ReadAhead() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // The next one in the order they were made; nothing after the last. Throws what making it threw.
  std::optional<T> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !ready_.empty() || done_; });
    if (ready_.empty()) {
      if (failure_) {
        std::rethrow_exception(failure_);
      }
      return std::nullopt;
    }
    std::optional<T> first = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return first;
  }

 private:
  void run() {
    try {
      while (has_room()) {
        std::optional<T> made = make_();
        if (!made) {
          break;
        }
        const std::lock_guard lock(mutex_);
        ready_.push_back(std::move(*made));
        changed_.notify_all();
      }
    } catch (...) {
      failure_ = std::current_exception();  // read only once done_ is set
    }
    const std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }

  bool has_room() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_.size() < most_ || stopping_; });
    return !stopping_;
  }

  const std::size_t most_;
  const std::function<std::optional<T>()> make_;
  std::mutex mutex_;  // guards those below
  std::condition_variable changed_;
  std::deque<T> ready_;
  std::exception_ptr failure_;
  bool stopping_ = false;
  bool done_ = false;
  std::thread thread_;  // last, so that it starts when all else is there
};

}  // namespace fossilct
