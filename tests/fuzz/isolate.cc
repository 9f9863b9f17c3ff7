// SPDX-License-Identifier: Apache-2.0
#include "fuzz/isolate.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

#include "base/error.h"
#include "fuzz/mutate.h"

namespace fossilct::fuzz {
namespace {

constexpr int exit_wrong_exception = 3;
constexpr int exit_seed_refused = 4;
#if defined(__SANITIZE_ADDRESS__)
constexpr bool with_asan = true;  // its shadow memory takes terabytes of addresses
#else
constexpr bool with_asan = false;
#endif

// Written by the child, read by the parent once the child is gone, however it went.
struct Shared {
  int input;
  int accepted;
  int refused;
};

class SharedMemory {
 public:
  SharedMemory()
      : memory_(::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                       -1, 0)) {
    if (memory_ == MAP_FAILED) {
      throw std::runtime_error("mmap of a page failed");
    }
  }
  ~SharedMemory() { ::munmap(memory_, sizeof(Shared)); }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  volatile Shared* get() { return static_cast<volatile Shared*>(memory_); }

 private:
  void* memory_;
};

std::uint64_t state_of(const Seed& seed, int input, std::uint64_t random_seed) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a: std::hash differs between libraries
  for (const char c : seed.name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
  return hash ^ (random_seed << 32) ^ static_cast<std::uint64_t>(input);
}

// Writes input number `input` of the seed into `folder`; returns what is to be opened.
std::filesystem::path write_input(const Seed& seed, int input, std::uint64_t random_seed,
                                  const std::filesystem::path& folder) {
  std::mt19937_64 random(state_of(seed, input, random_seed));
  const std::size_t damaged = random() % seed.files.size();
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < seed.files.size(); ++i) {
    const SeedFile& file = seed.files[i];
    std::ofstream stream(folder / file.name, std::ios::binary | std::ios::trunc);
    stream << (input > 0 && i == damaged ? mutate(file.bytes, random) : file.bytes);
    if (!stream.flush()) {
      throw std::runtime_error("can't write " + (folder / file.name).string());
    }
  }
  return seed.opened.empty() ? folder : folder / seed.opened;
}

[[noreturn]] void leave(int code, const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::fflush(stderr);
  ::_exit(code);
}

void try_input(const std::filesystem::path& path, int input, const Target& target,
               volatile Shared* shared) {
  try {
    target(path);
    shared->accepted = shared->accepted + 1;
  } catch (const Error& error) {
    if (input == 0) {
      leave(exit_seed_refused, error.what());
    }
    shared->refused = shared->refused + 1;
  } catch (const std::exception& error) {
    leave(exit_wrong_exception, error.what());
  } catch (...) {
    leave(exit_wrong_exception, "something that is no std::exception");
  }
}

[[noreturn]] void run_child(const Seed& seed, int first, const FuzzOptions& options,
                            const Target& target, volatile Shared* shared) {
  const int log = ::open((options.scratch / "stderr").c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0600);
  ::dup2(log, STDERR_FILENO);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (!with_asan) {
    const auto bytes = static_cast<rlim_t>(4 * options.memory_bytes);  // addresses, not pages
    const rlimit addresses{bytes, bytes};
    ::setrlimit(RLIMIT_AS, &addresses);
  }
  for (int input = first; input <= options.inputs; ++input) {
    shared->input = input;
    const auto path = write_input(seed, input, options.random_seed, options.scratch / "input");
    ::alarm(options.seconds_per_input);
    try_input(path, input, target, shared);
    ::alarm(0);
  }
  ::_exit(0);
}

std::string meaning_of(int status) {
  if (WIFSIGNALED(status)) {
    const int number = WTERMSIG(status);
    return number == SIGALRM ? "hangs" : std::string("is killed by: ") + ::strsignal(number);
  }
  const int code = WEXITSTATUS(status);
  if (code == exit_seed_refused) {
    return "the undamaged seed is refused";
  }
  return code == exit_wrong_exception ? "lets out an exception other than Error"
                                      : "ends the process with code " + std::to_string(code);
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

// Input number `input` again, where a person finds it.
Finding keep(const Seed& seed, int input, const std::string& what, const FuzzOptions& options) {
  const auto folder = options.findings / (seed.name + "-" + std::to_string(input));
  std::filesystem::remove_all(folder);
  return {seed.name, input, what, write_input(seed, input, options.random_seed, folder)};
}

}  // namespace

SeedReport fuzz_seed(const Seed& seed, const FuzzOptions& options, const Target& target) {
  SeedReport report;
  SharedMemory memory;
  volatile Shared* shared = memory.get();
  std::filesystem::remove_all(options.scratch / "input");
  std::filesystem::create_directories(options.scratch);
  for (int first = 0; first <= options.inputs;) {
    shared->input = first;
    const pid_t child = ::fork();
    if (child == 0) {
      run_child(seed, first, options, target, shared);
    }
    int status = 0;
    rusage usage{};
    if (child < 0 || ::wait4(child, &status, 0, &usage) != child) {
      throw std::runtime_error("can't start a child process");
    }
    const std::int64_t peak_bytes = usage.ru_maxrss * std::int64_t{1024};
    report.peak_bytes = std::max(report.peak_bytes, peak_bytes);
    const std::string log = text_of(options.scratch / "stderr");
    if (status == 0) {
      report.noise = report.noise.empty() ? log.substr(0, log.find('\n')) : report.noise;
      break;
    }
    report.findings.push_back(keep(seed, shared->input, meaning_of(status) + "\n" + log, options));
    if (static_cast<int>(report.findings.size()) >= options.findings_per_seed) {
      break;
    }
    first = shared->input + 1;
  }
  report.accepted = shared->accepted;
  report.refused = shared->refused;
  if (report.peak_bytes > options.memory_bytes) {
    report.findings.push_back({seed.name,
                               -1,
                               "takes " + std::to_string(report.peak_bytes >> 20) +
                                   " MiB of memory for some input, allowed are " +
                                   std::to_string(options.memory_bytes >> 20),
                               {}});
  }
  return report;
}

}  // namespace fossilct::fuzz
