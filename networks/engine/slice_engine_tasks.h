// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "networks/engine/kernels/kernels.h"

#ifdef _OPENMP
#include <omp.h>
#endif

namespace fossilct::slice_engine {

// Calls work(task, thread) for each task, each thread taking the next one that is left. LibTorch's
// threads are OpenMP's too, so both use the same ones. `work` must not throw.
template <typename Work>
void run_tasks(kernels::Index tasks, int threads, const Work& work) {
  std::atomic<kernels::Index> next{0};
  const auto take = [&](int thread) {
    for (kernels::Index task = next++; task < tasks; task = next++) {
      work(task, thread);
    }
  };
#ifdef _OPENMP
  if (threads > 1 && tasks > 1) {
#pragma omp parallel num_threads(threads)
    take(omp_get_thread_num());
    return;
  }
#endif
  static_cast<void>(threads);
  take(0);
}

}  // namespace fossilct::slice_engine
