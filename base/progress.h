// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <string_view>

namespace fossilct {

// Thrown out of a long job when its user asked it to stop (Ctrl-C, SIGTERM). Not an Error: nothing
// went wrong. Exit code 130.
class Cancelled : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

// What a stage counts; the terminal shows rates in it (bytes as MB/s).
enum class WorkUnit { bytes, voxels, slices, items };

// Observer of a long job, handed in by whoever starts it: reports go out, the wish to stop comes
// in. Algorithms call check() at least once per slab; all functions may be called from any thread.
// The base class is silent and is what tests and quiet callers use.
class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  virtual ~Progress() = default;

  // A stage of `total` units begins ("import", "hash"); ends when the next begins or end() is
  // called.
  virtual void begin(std::string_view /*stage*/, std::int64_t /*total*/, WorkUnit /*unit*/) {}
  virtual void advance(std::int64_t /*done*/) {}
  virtual void end() {}
  // One line the user should read: a notice is information, a warning asks for attention.
  virtual void notice(std::string_view /*line*/) {}
  virtual void warning(std::string_view /*line*/) {}

  // Safe inside a signal handler.
  void request_cancel() noexcept { cancel_requested_.store(true, std::memory_order_relaxed); }
  bool cancel_requested() const noexcept {
    return cancel_requested_.load(std::memory_order_relaxed);
  }
  // Throws Cancelled once a stop was requested.
  void check() const;

 private:
  std::atomic<bool> cancel_requested_{false};
};

}  // namespace fossilct
