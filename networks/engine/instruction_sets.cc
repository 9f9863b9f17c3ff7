// SPDX-License-Identifier: Apache-2.0
#include "networks/engine/instruction_sets.h"

#if defined(FOSSILCT_X86_KERNELS)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

namespace fossilct {
namespace {

#if defined(FOSSILCT_X86_KERNELS)

// Bits of CPUID leaf 7: subleaf 0 (EDX) and subleaf 1 (EAX).
constexpr unsigned int amx_bf16_bit = 1U << 22, amx_tile_bit = 1U << 24, avx512_bf16_bit = 1U << 5;

bool has_avx512_bf16() {
  unsigned int a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & avx512_bf16_bit) != 0;
}

// Linux hands out the tiles' state (component 18 of XSAVE) only to processes that ask for it.
bool system_grants_tiles() {
#if defined(__linux__) && defined(SYS_arch_prctl)
  constexpr long request_permission = 0x1023, tile_data = 18;
  return ::syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
#else
  return false;
#endif
}

bool has_amx_bf16() {
  unsigned int a = 0, b = 0, c = 0, d = 0;
  constexpr unsigned int both = amx_bf16_bit | amx_tile_bit;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & both) == both &&
         system_grants_tiles();
}

std::vector<InstructionSet> find_sets() {
  std::vector<InstructionSet> sets{InstructionSet::portable};
  __builtin_cpu_init();
  // These ask the operating system's part (XGETBV) too.
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    return sets;
  }
  sets.push_back(InstructionSet::avx2);
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq")) {
    return sets;
  }
  sets.push_back(InstructionSet::avx512);
  if (has_avx512_bf16()) {
    sets.push_back(InstructionSet::avx512_bf16);
  }
  if (has_amx_bf16()) {
    sets.push_back(InstructionSet::amx_bf16);
  }
  return sets;
}

#else

std::vector<InstructionSet> find_sets() { return {InstructionSet::portable}; }

#endif

}  // namespace

std::vector<InstructionSet> available_instruction_sets() {
  static const std::vector<InstructionSet> sets = find_sets();
  return sets;
}

bool multiplies_bf16(InstructionSet set) {
  return set == InstructionSet::avx512_bf16 || set == InstructionSet::amx_bf16;
}

std::string name_of(InstructionSet set) {
  switch (set) {
    case InstructionSet::avx2:
      return "avx2";
    case InstructionSet::avx512:
      return "avx512";
    case InstructionSet::avx512_bf16:
      return "avx512_bf16";
    case InstructionSet::amx_bf16:
      return "amx_bf16";
    default:
      return "portable";
  }
}

const kernels::KernelSet& kernels_of(InstructionSet set, bool bf16) {
#if defined(FOSSILCT_X86_KERNELS)
  switch (set) {
    case InstructionSet::avx2:
      return bf16 ? kernels::avx2_bf16() : kernels::avx2_fp32();
    case InstructionSet::avx512:
      return bf16 ? kernels::avx2_bf16() : kernels::avx512_fp32();
    case InstructionSet::avx512_bf16:
      return bf16 ? kernels::avx512_bf16() : kernels::avx512_fp32();
    case InstructionSet::amx_bf16:
      return bf16 ? kernels::amx_bf16() : kernels::avx512_fp32();
    default:
      break;
  }
#endif
  static_cast<void>(set);
  return bf16 ? kernels::portable_bf16() : kernels::portable_fp32();
}

}  // namespace fossilct
