// SPDX-License-Identifier: Apache-2.0
// bench_components CONTENDER SCAN EDGE THREADS [ROUNDS]: 26-connected components of SCAN, split by
// Otsu's threshold and mirrored to EDGE^3 voxels (u8, 0 and 1); each round prints elapsed
// seconds, those of the processor (all threads), and Mvoxel/s by both. CONTENDER:
//   facts     find_components: facts of each component, one pass
//   ids       the same, and the ids of all voxels in a second pass; both stream
//   memory    label_components: facts and ids of a volume in memory
//   clean     clean_labels: opening by 1.5 voxels, holes, bodies below 100 voxels
//   itk       ITK's ConnectedComponentImageFilter: ids
//   write     no measuring: the volume goes to standard output, for others:
//             bench_components write SCAN 400 1 > v.u8; then in python3, with scipy:
//             scipy.ndimage.label(numpy.fromfile("v.u8", "u1").reshape(400, 400, 400),
//                                 numpy.ones((3, 3, 3)))
#include <itkConnectedComponentImageFilter.h>
#include <itkImportImageFilter.h>
#include <itkMultiThreaderBase.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <memory>
#include <string>
#include <utility>

#include "filters/clean_labels.h"
#include "filters/components.h"
#include "filters/intensity_scale.h"
#include "filters/otsu.h"
#include "io/open_scan.h"

namespace {

using namespace fossilct;

class MemorySource final : public VolumeSource {
 public:
  explicit MemorySource(const Volume<std::uint8_t>& volume)
      : VolumeSource(description_of(volume)), volume_(volume) {}

 private:
  static ScanDescription description_of(const Volume<std::uint8_t>& volume) {
    ScanDescription description;
    description.grid.size = volume.size();
    description.kind = VolumeKind::labels;
    return description;
  }
  void read_box(const Box& box, const AnyView& out) override {
    copy_voxels(AnyConstView(volume_.view().part(box)), out);
  }

  const Volume<std::uint8_t>& volume_;
};

double otsu_threshold(VolumeSource& scan, Progress& progress) {
  const VolumeStatistics statistics = sampled_statistics(scan, progress);
  constexpr int bins = 4096;
  return otsu(sampled_histogram(scan, statistics.minimum, statistics.maximum, bins,
                                scan.grid().size.z, progress))
      .threshold;
}

Volume<std::uint8_t> thresholded(VolumeSource& scan, double threshold) {
  const AnyVolume voxels = scan.read(whole(scan.grid().size));
  Volume<std::uint8_t> split(voxels.size());
  dispatch(scan.type(), [&]<typename T>(std::type_identity<T>) {
    const T* const from = voxels.view().as<T>().data();
    for (std::int64_t i = 0; i < voxel_count(split.size()); ++i) {
      split.data()[i] = static_cast<double>(from[i]) >= threshold;
    }
  });
  return split;
}

Volume<std::uint8_t> mirrored(const Volume<std::uint8_t>& volume, std::int64_t edge) {
  const auto inside = [](std::int64_t i, std::int64_t n) {
    const std::int64_t k = i % (2 * n);
    return k < n ? k : 2 * n - 1 - k;
  };
  const Size3& size = volume.size();
  Volume<std::uint8_t> large({edge, edge, edge});
  for (std::int64_t z = 0; z < edge; ++z) {
    for (std::int64_t y = 0; y < edge; ++y) {
      for (std::int64_t x = 0; x < edge; ++x) {
        large(x, y, z) = volume(inside(x, size.x), inside(y, size.y), inside(z, size.z));
      }
    }
  }
  return large;
}

Volume<std::uint8_t> labels_of(const std::string& path, std::int64_t edge) {
  Progress silent;
  OpenOptions options;
  options.spacing.unknown = true;
  const auto scan = open_scan(path, options, silent);
  return mirrored(thresholded(*scan, otsu_threshold(*scan, silent)), edge);
}

// Reads a source upwards and lets the voxels go, as writing a file would.
void drain(VolumeSource& source) {
  const Size3& size = source.grid().size;
  const std::int64_t depth = std::min(size.z, source.preferred_slab());
  AnyVolume voxels(source.type(), {size.x, size.y, depth});
  for (std::int64_t z = 0; z < size.z; z += depth) {
    const Box box = slab(size, z, std::min(size.z, z + depth));
    source.read(box, voxels.view().part(whole(box.size())));
  }
}

std::size_t facts(const Volume<std::uint8_t>& volume, int threads, bool ids) {
  Progress silent;
  auto source = std::make_unique<MemorySource>(volume);
  ComponentOptions options;
  options.threads = threads;
  const Components found = find_components(*source, options, "components", silent);
  if (ids) {
    drain(*component_ids(std::move(source), found));
  }
  return found.list.size();
}

std::size_t in_memory(const Volume<std::uint8_t>& volume, int threads) {
  ComponentOptions options;
  options.threads = threads;
  return label_components(volume.view(), options).components.size();
}

std::size_t cleaned(const Volume<std::uint8_t>& volume, int threads) {
  Progress silent;
  const CleanLabelsOptions options = {
      .every_class = {.opening_radius_voxels = 1.5, .fill_holes = true, .fewest_voxels = 100},
      .threads = threads};
  drain(*clean_labels(std::make_unique<MemorySource>(volume), options, silent));
  return 0;
}

std::size_t itk_components(const Volume<std::uint8_t>& volume, int threads) {
  using Mask = itk::Image<std::uint8_t, 3>;
  using Ids = itk::Image<std::uint32_t, 3>;
  itk::MultiThreaderBase::SetGlobalMaximumNumberOfThreads(static_cast<unsigned>(threads));
  const auto count = static_cast<std::size_t>(voxel_count(volume.size()));
  const auto mask = itk::ImportImageFilter<std::uint8_t, 3>::New();
  const Size3& size = volume.size();
  mask->SetRegion(Mask::RegionType({static_cast<itk::SizeValueType>(size.x),
                                    static_cast<itk::SizeValueType>(size.y),
                                    static_cast<itk::SizeValueType>(size.z)}));
  mask->SetImportPointer(const_cast<std::uint8_t*>(volume.data()), count, false);
  const auto filter = itk::ConnectedComponentImageFilter<Mask, Ids>::New();
  filter->SetInput(mask->GetOutput());
  filter->FullyConnectedOn();
  filter->Update();
  return filter->GetObjectCount();
}

std::size_t run(const std::string& contender, const Volume<std::uint8_t>& volume, int threads) {
  if (contender == "itk") {
    return itk_components(volume, threads);
  }
  if (contender == "clean") {
    return cleaned(volume, threads);
  }
  return contender == "memory" ? in_memory(volume, threads)
                               : facts(volume, threads, contender == "ids");
}

void measure(const std::string& contender, const Volume<std::uint8_t>& volume, int threads) {
  const auto begin = std::chrono::steady_clock::now();
  const std::clock_t processor_begin = std::clock();
  const std::size_t count = run(contender, volume, threads);
  const auto processor =
      static_cast<double>(std::clock() - processor_begin) / static_cast<double>(CLOCKS_PER_SEC);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  const double millions = static_cast<double>(voxel_count(volume.size())) / 1e6;
  std::printf("%.3f s %.0f Mvoxel/s; processor %.3f s %.0f Mvoxel/s%s\n", seconds.count(),
              millions / seconds.count(), processor, millions / processor,
              count > 0 ? ("; " + std::to_string(count) + " components").c_str() : "");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("see the head of bench/components_speed.cc\n", stderr);
    return 2;
  }
  try {
    const std::string contender = argv[1];
    const Volume<std::uint8_t> volume = labels_of(argv[2], std::atoll(argv[3]));
    if (contender == "write") {
      std::fwrite(volume.data(), 1, static_cast<std::size_t>(voxel_count(volume.size())), stdout);
      return 0;
    }
    for (int round = 0; round < (argc > 5 ? std::atoi(argv[5]) : 5); ++round) {
      measure(contender, volume, std::atoi(argv[4]));
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
