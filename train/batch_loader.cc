// SPDX-License-Identifier: Apache-2.0
#include "train/batch_loader.h"

#include <ATen/ATen.h>

#include <array>
#include <cassert>
#include <optional>
#include <utility>

#include "networks/padding.h"
#include "segment/scores.h"
#include "segment/slice_reader.h"

namespace fossilct {
namespace {

constexpr std::size_t batches_ahead = 2;

// H,W labels at 1/resolution.
at::Tensor majority(const at::Tensor& labels, std::int64_t resolution) {
  const std::int64_t height = labels.size(0) / resolution, width = labels.size(1) / resolution;
  const at::Tensor out = at::empty({height, width}, at::kByte);
  const auto from = labels.accessor<std::uint8_t, 2>();
  auto to = out.accessor<std::uint8_t, 2>();
  std::array<int, 256> counts{};
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      std::uint8_t best = ignored_label;
      int most = 0;
      for (std::int64_t i = 0; i < resolution * resolution; ++i) {
        const std::uint8_t label =
            from[y * resolution + i / resolution][x * resolution + i % resolution];
        const int count = label == ignored_label ? 0 : ++counts[label];
        if (count > most || (count == most && count > 0 && label > best)) {
          most = count;
          best = label;
        }
      }
      for (std::int64_t i = 0; i < resolution * resolution; ++i) {
        counts[from[y * resolution + i / resolution][x * resolution + i % resolution]] = 0;
      }
      to[y][x] = best;
    }
  }
  return out;
}

// Labels of rows that no training slice holds; the rows of y and x slices run along z.
void ignore_others(const at::Tensor& labels, const ScanSplit& split, const SlicePart& part) {
  for (std::int64_t row = 0; row < part.rows; ++row) {
    const std::int64_t z = part.axis == Axis::z ? part.slice : part.row + row;
    if (split.roles[static_cast<std::size_t>(z)] != SliceRole::training) {
      labels[row].fill_(ignored_label);
    }
  }
}

LabelledImages enlarged_to(const LabelledImages& sample, std::int64_t edge) {
  const std::int64_t rows = edge - sample.labels.size(1), columns = edge - sample.labels.size(2);
  if (rows <= 0 && columns <= 0) {
    return sample;
  }
  const Padding padding{rows / 2, rows - rows / 2, columns / 2, columns - columns / 2};
  return {
      padded(sample.images, padding),
      at::constant_pad_nd(sample.labels, {padding.left, padding.right, padding.top, padding.bottom},
                          ignored_label)};
}

}  // namespace

LabelledImages read_sample(LabelledScan& scan, const ScanSplit& split, const SlicePart& part,
                           int context, const Stage& stage) {
  at::Tensor image = read_part(*scan.scan, part, context, scan.scale).unsqueeze(0);
  at::Tensor labels = read_label_part(*scan.labels, part);
  ignore_others(labels, split, part);
  if (stage.resolution > 1) {
    image = at::avg_pool2d(image, stage.resolution);
    labels = majority(labels, stage.resolution);
  }
  const LabelledImages sample{image, labels.unsqueeze(0)};
  return stage.crop == 0 ? sample : enlarged_to(sample, stage.crop);
}

class BatchLoader::Reader {
 public:
  Reader(std::vector<LabelledScan>& scans, const std::vector<SampledScan>& sampled,
         const Sampler& sampler, const Stage& stage, int context, std::int64_t epoch,
         std::int64_t first_step)
      : scans_(scans),
        sampled_(sampled),
        sampler_(sampler),
        stage_(stage),
        context_(context),
        epoch_(epoch),
        step_(first_step) {}

  // Of the next step; nothing after the epoch's last.
  std::optional<LabelledImages> read() {
    if (step_ == sampler_.steps_an_epoch()) {
      return std::nullopt;
    }
    return batch_of(sampler_.step(epoch_, step_++));
  }

 private:
  LabelledImages batch_of(const std::vector<SamplePlan>& plans) {
    std::vector<at::Tensor> images, labels;
    for (const SamplePlan& plan : plans) {
      const auto i = static_cast<std::size_t>(plan.scan);
      const LabelledImages sample =
          read_sample(scans_[i], sampled_[i].split, plan.part, context_, stage_);
      images.push_back(sample.images);
      labels.push_back(sample.labels);
    }
    return {at::cat(images), at::cat(labels)};
  }

  std::vector<LabelledScan>& scans_;
  const std::vector<SampledScan>& sampled_;
  const Sampler& sampler_;
  const Stage stage_;
  const int context_;
  const std::int64_t epoch_;
  std::int64_t step_;
};

BatchLoader::BatchLoader(std::vector<LabelledScan>& scans, const std::vector<SampledScan>& sampled,
                         const Sampler& sampler, const Stage& stage, int context,
                         std::int64_t epoch, std::int64_t first_step)
    : reader_(std::make_unique<Reader>(scans, sampled, sampler, stage, context, epoch, first_step)),
      ahead_(batches_ahead, [this] { return reader_->read(); }) {}

BatchLoader::~BatchLoader() = default;

LabelledImages BatchLoader::next() {
  std::optional<LabelledImages> batch = ahead_.next();
  assert(batch);  // nobody asks for more batches than an epoch has
  return std::move(*batch);
}

}  // namespace fossilct
