// SPDX-License-Identifier: Apache-2.0
#include "segment/segmentation.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <future>
#include <limits>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/process_memory.h"
#include "base/read_ahead.h"
#include "networks/inference.h"
#include "segment/slice_reader.h"

namespace fossilct {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t batches_ahead = 2;
constexpr std::int64_t pixels_of_a_mean = 4;
constexpr int largest_batch = 64;
constexpr double least_gain = 1.05;

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

// What one reader or another takes next.
class SlabQueue {
 public:
  explicit SlabQueue(const SlabStore& store) {
    for (std::size_t slab = 0; slab < store.slabs().size(); ++slab) {
      if (!store.has(slab)) {
        left_.push_back(slab);
      }
    }
  }
  std::optional<std::size_t> take() {
    const std::size_t i = next_++;
    return i < left_.size() ? std::optional(left_[i]) : std::nullopt;
  }
  void stop() { next_ = left_.size(); }
  const std::vector<std::size_t>& left() const { return left_; }

 private:
  std::vector<std::size_t> left_;
  std::atomic<std::size_t> next_{0};
};

// Some slices of a slab that are to be predicted.
struct SliceBatch {
  std::size_t slab = 0;
  std::vector<std::int64_t> slices;  // from the slab's first
  at::Tensor images;                 // N,C,H,W; undefined where there are none
  std::int64_t air_slices = 0;       // left out before or between them
  bool last = false;                 // of the slab
};

// Makes batches of the slabs that it takes from the queue.
class BatchReader {
 public:
  BatchReader(VolumeSource& scan, std::mutex& scan_mutex, const SliceRecipe& recipe, int batch,
              const SlabStore& store, SlabQueue& queue)
      : scan_(scan),
        scan_mutex_(scan_mutex),
        recipe_(recipe),
        batch_(batch),
        store_(store),
        queue_(queue) {}

  std::optional<SliceBatch> next() {
    if (!slab_ && !begin_slab()) {
      return std::nullopt;
    }
    SliceBatch batch;
    batch.slab = *slab_;
    std::vector<at::Tensor> images;
    while (at_ < slab().end && std::ssize(images) < batch_) {
      const at::Tensor image = read_slice(at_);
      if (recipe_.air_below && holds_only_air(image, *recipe_.air_below)) {
        ++batch.air_slices;
      } else {
        images.push_back(image);
        batch.slices.push_back(at_ - slab().begin);
      }
      ++at_;
    }
    if (!images.empty()) {
      batch.images = at::stack(images);
    }
    batch.last = at_ == slab().end;
    if (batch.last) {
      slab_.reset();
    }
    return batch;
  }

 private:
  const AxisSlab& slab() const { return store_.slabs()[*slab_]; }

  bool begin_slab() {
    voxels_ = AnyVolume();
    slab_ = queue_.take();
    if (!slab_) {
      return false;
    }
    at_ = slab().begin;
    box_ = box_of(slab(), recipe_.context, scan_.grid().size);
    const std::lock_guard lock(scan_mutex_);
    voxels_ = scan_.read(box_);
    return true;
  }

  at::Tensor read_slice(std::int64_t slice) const {
    SlicePart part = whole_slices(scan_.grid().size, slab().axis);
    part.slice = slice;
    return part_of(std::as_const(voxels_).view(), box_, scan_.grid().size, part, recipe_.context,
                   recipe_.scale)
        .nan_to_num_(0, 0, 0);  // an infinite voxel would take its surroundings along
  }

  VolumeSource& scan_;
  std::mutex& scan_mutex_;
  const SliceRecipe& recipe_;
  const std::int64_t batch_;
  const SlabStore& store_;
  SlabQueue& queue_;
  std::optional<std::size_t> slab_;
  std::int64_t at_ = 0;
  Box box_;
  AnyVolume voxels_;
};

// Planes of batches, halved where the device's memory asks for it.
class BatchPredictor {
 public:
  BatchPredictor(const NetworkFunction& network, const SliceRecipe& recipe, Progress& progress)
      : network_(network), recipe_(recipe), progress_(progress) {}

  // P,N,H,W.
  at::Tensor planes(const at::Tensor& images) {
    const std::int64_t count = images.size(0);
    if (count > most_) {
      return at::cat({planes(images.slice(0, 0, count / 2)), planes(images.slice(0, count / 2))},
                     1);
    }
    try {
      return predict_planes([&](const at::Tensor& tile) { return logits(tile); }, images,
                            recipe_.prediction, is_air());
    } catch (const OutOfDeviceMemory& error) {
      if (count == 1) {
        throw Error(ErrorKind::device, std::string(error.what()) +
                                           "; a single slice does not fit: give a smaller --tile");
      }
      most_ = count / 2;
      progress_.notice("no memory on the device for batches of " + std::to_string(count) +
                       " slices; going on with " + std::to_string(most_));
      return planes(images);
    }
  }

  double network_seconds() const { return network_seconds_; }

 private:
  at::Tensor logits(const at::Tensor& images) {
    const at::Tensor input = network_input(images, recipe_.normalisation, recipe_.repeat_grey);
    const auto began = Clock::now();
    at::Tensor out = network_(input);
    network_seconds_ += seconds_since(began);
    return out;
  }

  std::function<bool(const at::Tensor&)> is_air() const {
    if (!recipe_.air_below) {
      return {};
    }
    return [level = *recipe_.air_below](const at::Tensor& tile) {
      return holds_only_air(tile, level);
    };
  }

  const NetworkFunction& network_;
  const SliceRecipe& recipe_;
  Progress& progress_;
  std::int64_t most_ = std::numeric_limits<std::int64_t>::max();
  double network_seconds_ = 0;
};

// The planes of a slab while they come in, [plane][slice][row][column].
struct SlabPlanes {
  std::size_t slab = 0;
  std::vector<std::uint8_t> bytes;
};

void place(const at::Tensor& planes, const SliceBatch& batch, std::int64_t slab_slices,
           std::vector<std::uint8_t>& bytes) {
  const std::int64_t slice_bytes = planes.size(2) * planes.size(3);
  const auto* from = planes.data_ptr<std::uint8_t>();
  for (std::int64_t plane = 0; plane < planes.size(0); ++plane) {
    for (const std::int64_t slice : batch.slices) {
      std::memcpy(bytes.data() + (plane * slab_slices + slice) * slice_bytes, from,
                  static_cast<std::size_t>(slice_bytes));
      from += slice_bytes;
    }
  }
}

// One device's part of the work: reading ahead, predicting, writing behind.
class SlabWorker {
 public:
  SlabWorker(VolumeSource& scan, std::mutex& scan_mutex, const SliceRecipe& recipe, int batch,
             const NetworkFunction& network, SlabStore& store, std::mutex& store_mutex,
             SlabQueue& queue, Progress& progress)
      : reader_(scan, scan_mutex, recipe, batch, store, queue),
        predictor_(network, recipe, progress),
        store_(store),
        store_mutex_(store_mutex),
        progress_(progress) {}

  void run() {
    ReadAhead<SliceBatch> ahead(batches_ahead, [this] { return reader_.next(); });
    SlabPlanes planes;
    while (const std::optional<SliceBatch> batch = ahead.next()) {
      progress_.check();
      const AxisSlab& slab = store_.slabs()[batch->slab];
      const SlicePart slice = whole_slices(store_.size(), slab.axis);
      if (planes.bytes.empty()) {
        planes.slab = batch->slab;
        planes.bytes.resize(
            static_cast<std::size_t>(store_.planes() * slab.slices() * slice.rows * slice.columns));
      }
      if (batch->images.defined()) {
        place(predictor_.planes(batch->images), *batch, slab.slices(), planes.bytes);
      }
      slices_ += std::ssize(batch->slices);
      air_slices_ += batch->air_slices;
      progress_.advance((std::ssize(batch->slices) + batch->air_slices) * slice.rows *
                        slice.columns);
      if (batch->last) {
        write_behind(std::exchange(planes, {}));
      }
    }
    wait_for_writing();
  }

  double network_seconds() const { return predictor_.network_seconds(); }
  std::int64_t slices() const { return slices_; }
  std::int64_t air_slices() const { return air_slices_; }

 private:
  void write_behind(SlabPlanes planes) {
    wait_for_writing();
    writing_ = std::async(std::launch::async, [this, written = std::move(planes)] {
      const std::lock_guard lock(store_mutex_);
      store_.put(written.slab, written.bytes);
    });
  }
  void wait_for_writing() {
    if (writing_.valid()) {
      writing_.get();
    }
  }

  BatchReader reader_;
  BatchPredictor predictor_;
  SlabStore& store_;
  std::mutex& store_mutex_;
  Progress& progress_;
  std::future<void> writing_;
  std::int64_t slices_ = 0;
  std::int64_t air_slices_ = 0;
};

std::int64_t voxels_of(const SlabStore& store, const std::vector<std::size_t>& slabs) {
  std::int64_t voxels = 0;
  for (const std::size_t i : slabs) {
    const AxisSlab& slab = store.slabs()[i];
    const SlicePart slice = whole_slices(store.size(), slab.axis);
    voxels += slab.slices() * slice.rows * slice.columns;
  }
  return voxels;
}

// Runs all workers, the first one on this thread; the first failure stops the others.
void run_all(std::vector<std::unique_ptr<SlabWorker>>& workers, SlabQueue& queue) {
  const auto run = [&](SlabWorker& worker) {
    try {
      worker.run();
    } catch (...) {
      queue.stop();
      throw;
    }
  };
  std::vector<std::future<void>> others;
  for (std::size_t i = 1; i < workers.size(); ++i) {
    others.push_back(std::async(std::launch::async, [&, i] { run(*workers[i]); }));
  }
  run(*workers.front());
  for (std::future<void>& other : others) {
    other.get();
  }
}

double seconds_of_batch(const NetworkFunction& network, const at::Tensor& images) {
  network(images).cpu();  // the first one allocates
  const auto began = Clock::now();
  network(images).cpu();
  return seconds_since(began);
}

}  // namespace

SliceRecipe slice_recipe(const ModelRecord& model, const IntensityScale& scale) {
  SliceRecipe recipe;
  recipe.prediction.classes = model.network.classes;
  recipe.normalisation = model.normalisation;
  recipe.context = model.context;
  recipe.repeat_grey = model.repeat_grey;
  recipe.scale = scale;
  return recipe;
}

std::optional<double> air_level(const IntensityScale& rock, const IntensityScale& scale) {
  if (!rock.without_air) {
    return std::nullopt;
  }
  return ((rock.air + rock.air_threshold) / 2 - scale.centre) / scale.deviation;
}

bool holds_only_air(const at::Tensor& images, double air_below) {
  const at::Tensor middle = images.select(-3, images.size(-3) / 2);
  const at::Tensor means =
      at::avg_pool2d(middle.dim() == 2 ? middle.unsqueeze(0) : middle, pixels_of_a_mean,
                     pixels_of_a_mean, 0, /*ceil_mode=*/true);
  return means.max().item<double>() < air_below;
}

SegmentationProbe probe_segmentation(VolumeSource& scan, const SliceRecipe& recipe,
                                     const std::vector<Axis>& axes, const NetworkFunction& network,
                                     Progress& progress) {
  // What else runs on the machine makes some of them slow: the fastest of a second's work counts.
  constexpr int least_times = 2, most_times = 8;
  constexpr double enough_seconds = 1;
  SegmentationProbe probe;
  progress.begin("probe", std::ssize(axes), WorkUnit::slices);
  BatchPredictor predictor(network, recipe, progress);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    SlicePart part = whole_slices(scan.grid().size, axes[i]);
    part.slice /= 2;
    const at::Tensor image =
        read_part(scan, part, recipe.context, recipe.scale).unsqueeze(0).nan_to_num_(0, 0, 0);
    if (i == 0) {
      predictor.planes(image);  // finds no memory yet, and cold caches
    }
    double best = std::numeric_limits<double>::infinity(), spent = 0;
    for (int n = 0; n < least_times || (n < most_times && spent < enough_seconds); ++n) {
      progress.check();
      const auto began = Clock::now();
      predictor.planes(image);
      const double seconds = seconds_since(began);
      best = std::min(best, seconds);
      spent += seconds;
    }
    progress.advance(1);
    probe.seconds_a_slice.push_back(best);
  }
  progress.end();
  probe.peak_bytes = peak_resident_bytes();
  return probe;
}

int probe_batch(const NetworkFunction& network, int channels, std::int64_t rows,
                std::int64_t columns, at::Device device) {
  if (device.is_cpu()) {
    return 1;
  }
  int best = 1;
  double best_seconds = 0;
  try {
    for (int batch = 1; batch <= largest_batch; batch *= 2) {
      const at::Tensor images = at::zeros({batch, channels, rows, columns}, device);
      const double seconds = seconds_of_batch(network, images) / batch;
      if (batch > 1 && seconds * least_gain > best_seconds) {
        break;
      }
      best = batch;
      best_seconds = seconds;
    }
  } catch (const OutOfDeviceMemory&) {
    return best;
  }
  return best;
}

SegmentationTimes predict_slabs(VolumeSource& scan, const SliceRecipe& recipe, int batch,
                                const std::vector<NetworkFunction>& networks, SlabStore& store,
                                Progress& progress) {
  const auto began = Clock::now();
  SlabQueue queue(store);
  std::mutex scan_mutex, store_mutex;
  std::vector<std::unique_ptr<SlabWorker>> workers;
  for (const NetworkFunction& network : networks) {
    workers.push_back(std::make_unique<SlabWorker>(scan, scan_mutex, recipe, batch, network, store,
                                                   store_mutex, queue, progress));
  }
  progress.begin("segment", voxels_of(store, queue.left()), WorkUnit::voxels);
  run_all(workers, queue);
  progress.end();
  SegmentationTimes times;
  times.seconds = seconds_since(began);
  for (const auto& worker : workers) {
    times.network_seconds += worker->network_seconds() / static_cast<double>(workers.size());
    times.slices += worker->slices();
    times.air_slices += worker->air_slices();
  }
  return times;
}

}  // namespace fossilct
