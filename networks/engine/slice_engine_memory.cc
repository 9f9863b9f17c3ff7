// SPDX-License-Identifier: Apache-2.0
#include "networks/engine/slice_engine_memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace fossilct::slice_engine {

AlignedMemory::AlignedMemory(std::size_t bytes) : bytes_(bytes) {
  constexpr std::size_t large_page = std::size_t{2} << 20;
  // The transforms write to many places at once, each in a small page of its own otherwise.
  constexpr std::size_t worth_a_page = std::size_t{128} << 10;
  const std::size_t alignment = bytes >= worth_a_page ? large_page : 64;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  memory_.reset(std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded));
  if (!memory_) {
    throw std::bad_alloc();
  }
#ifdef MADV_HUGEPAGE
  if (alignment == large_page) {
    // Only advice: without large pages all is the same, but slower.
    static_cast<void>(::madvise(memory_.get(), rounded, MADV_HUGEPAGE));
  }
#endif
  std::memset(memory_.get(), 0, rounded);
}

void AlignedMemory::Free::operator()(void* memory) const { std::free(memory); }

}  // namespace fossilct::slice_engine
