// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

namespace fossilct::slice_engine {

// Memory that starts at a multiple of 64 bytes; large ones in large pages where the system has
// them.
class AlignedMemory {
 public:
  AlignedMemory() = default;
  // Zeros. Throws std::bad_alloc.
  explicit AlignedMemory(std::size_t bytes);

  template <typename T = void>
  T* data() const {
    return static_cast<T*>(memory_.get());
  }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Free {
    void operator()(void* memory) const;
  };
  std::unique_ptr<void, Free> memory_;
  std::size_t bytes_ = 0;
};

}  // namespace fossilct::slice_engine
