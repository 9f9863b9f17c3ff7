// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <string>

#include "base/version.h"
#include "volumes/volume.h"
#ifdef WITH_IO
#include "base/error.h"
#include "base/progress.h"
#include "io/open_scan.h"
#endif

namespace {

// True where the library does what its headers say of an owning volume.
bool volume_works() {
  fossilct::Volume<unsigned char> volume({4, 3, 2});
  volume(3, 2, 1) = 7;
  return fossilct::voxel_count(volume.size()) == 24 && volume.data()[23] == 7;
}

#ifdef WITH_IO
// open_scan reaches every reader, so this links all that the room io brings with it.
bool io_works() {
  fossilct::Progress progress;
  try {
    fossilct::open_scan("no-such-scan.nrrd", {}, progress);
  } catch (const fossilct::Error& error) {
    return error.kind() == fossilct::ErrorKind::file;
  }
  return false;
}
#else
bool io_works() { return true; }
#endif

}  // namespace

int main() {
  std::printf("fossilct %s\n", std::string(fossilct::version()).c_str());
  return volume_works() && io_works() ? 0 : 1;
}
