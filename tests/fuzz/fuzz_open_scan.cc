// SPDX-License-Identifier: Apache-2.0
// libFuzzer target over open_scan (-DFOSSILCT_FUZZ=ON, clang): finds what random damage does not,
// given hours. `fuzz_readers --write-seeds FOLDER` gives it a first corpus.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <fstream>

#include "base/error.h"
#include "fuzz/probe.h"
#include "support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const fossilct::test::TemporaryFolder folder;
  const auto path = folder / "scan";
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    fossilct::fuzz::probe_scan(path);
  } catch (const fossilct::Error&) {
    // Refused: as right as read.
  }
  return 0;
}
