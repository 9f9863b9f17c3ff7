// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace fossilct::test {

// A forked child that runs `work`, then waits until it is killed, as a crash would: no destructor
// of it runs. The constructor returns when `work` is done.
class ChildProcess {
 public:
  template <typename F>
  explicit ChildProcess(F&& work) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0 || (id_ = ::fork()) < 0) {
      throw std::runtime_error("can't start a child process");
    }
    if (id_ == 0) {
      run(work, ends[1]);
    }
    ::close(ends[1]);
    char ready = 0;
    const ssize_t n = ::read(ends[0], &ready, 1);
    ::close(ends[0]);
    if (n != 1) {
      kill();
      throw std::runtime_error("the child process failed at its work");
    }
  }
  ~ChildProcess() { kill(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t id() const { return id_; }
  void kill() {
    if (id_ > 0) {
      ::kill(id_, SIGKILL);
      ::waitpid(id_, nullptr, 0);
      id_ = -1;
    }
  }

 private:
  template <typename F>
  [[noreturn]] static void run(F& work, int ready_end) {
    try {
      work([ready_end] {
        const ssize_t n = ::write(ready_end, "r", 1);
        while (n == 1) {
          ::pause();
        }
      });
    } catch (...) {
    }
    ::_exit(1);
  }

  pid_t id_ = -1;
};

}  // namespace fossilct::test
