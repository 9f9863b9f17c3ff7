// SPDX-License-Identifier: Apache-2.0
#include "segment/slice_predictor.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "segment/tiles.h"

namespace fossilct {
namespace {

struct View {
  int quarter_turns = 0;
  bool mirrored = false;  // columns, before it is turned
};

std::vector<View> list_of(Views views) {
  switch (views) {
    case Views::none:
      return {{}};
    case Views::flips:
      return {{}, {0, true}, {2, true}, {2, false}};
    case Views::full:
      break;
  }
  return {{}, {1, false}, {2, false}, {3, false}, {0, true}, {1, true}, {2, true}, {3, true}};
}

at::Tensor shown(const at::Tensor& images, const View& view) {
  const at::Tensor mirrored = view.mirrored ? images.flip({3}) : images;
  return view.quarter_turns == 0 ? mirrored : mirrored.rot90(view.quarter_turns, {2, 3});
}

at::Tensor shown_back(const at::Tensor& images, const View& view) {
  const at::Tensor turned =
      view.quarter_turns == 0 ? images : images.rot90(-view.quarter_turns, {2, 3});
  return view.mirrored ? turned.flip({3}) : turned;
}

at::Tensor part_of(const at::Tensor& images, const TileSpan& rows, const TileSpan& columns) {
  return images.slice(-2, rows.begin, rows.end).slice(-1, columns.begin, columns.end);
}

// Of each pixel, between 0 and 1: N,1,H,W.
at::Tensor entropy_of(const at::Tensor& probabilities) {
  const double most = std::log(static_cast<double>(probabilities.size(1)));
  const at::Tensor logs = probabilities.clamp_min(std::numeric_limits<float>::min()).log_();
  return logs.mul_(probabilities).sum(1, true).mul_(-1 / most);
}

// Means over the views of a tile: N,P,H,W between 0 and 1, background left out.
at::Tensor mean_of_views(const NetworkFunction& network, const at::Tensor& images,
                         const PredictionOptions& options) {
  at::Tensor sum;
  const std::vector<View> views = list_of(options.views);
  for (const View& view : views) {
    const at::Tensor logits = shown_back(network(shown(images, view).contiguous()), view);
    const at::Tensor probabilities = at::softmax(logits, 1);
    at::Tensor planes = probabilities.slice(1, 1);
    if (options.entropy) {
      planes = at::cat({planes, entropy_of(probabilities)}, 1);
    }
    sum = sum.defined() ? sum.add_(planes) : planes.clone();
  }
  return views.size() == 1 ? sum : sum.div_(static_cast<double>(views.size()));
}

// The sums of overlapping tiles and of their weights. What is not added to the planes is 0.
class TiledMean {
 public:
  TiledMean(const at::Tensor& images, int planes)
      : sum_(at::zeros({images.size(0), planes, images.size(2), images.size(3)},
                       images.options().dtype(at::kFloat))),
        weight_(at::zeros({images.size(2), images.size(3)}, sum_.options())) {}

  // Undefined planes are 0.
  void add(const at::Tensor& planes, const TileSpan& rows, const TileSpan& columns) {
    const at::Tensor weight =
        (weight_of(rows, weight_.size(0)).unsqueeze(1) * weight_of(columns, weight_.size(1)))
            .to(weight_.device());
    if (planes.defined()) {
      part_of(sum_, rows, columns).add_(planes.to(sum_.device()) * weight);
    }
    part_of(weight_, rows, columns).add_(weight);
  }
  at::Tensor mean() const { return sum_ / weight_; }

 private:
  // A tile that has its direction for itself counts evenly along it.
  static at::Tensor weight_of(const TileSpan& span, std::int64_t length) {
    return span.length() == length ? at::ones({length}) : at::tensor(tile_weights(span.length()));
  }

  at::Tensor sum_, weight_;
};

// P,N,H,W u8 of N,P,H,W between 0 and 1.
at::Tensor quantised(const at::Tensor& planes) {
  if (!std::isfinite(planes.sum().item<double>())) {
    throw Error(
        ErrorKind::device,
        "the network gave values that are no numbers: its weights, or the precision's range "
        "(--precision fp32 has the widest)");
  }
  return (planes * 255).round_().to(at::kByte).transpose(0, 1).contiguous().to(at::kCPU);
}

// Means over the views of those images of a tile that are not air, 0 for the others; undefined
// where all are. Each image by itself, so that it does not matter which are in a batch together.
at::Tensor predicted_but_air(const NetworkFunction& network, const at::Tensor& tile,
                             const PredictionOptions& options,
                             const std::function<bool(const at::Tensor&)>& is_air) {
  std::vector<std::int64_t> others;
  for (std::int64_t i = 0; i < tile.size(0); ++i) {
    if (!is_air || !is_air(tile[i])) {
      others.push_back(i);
    }
  }
  if (others.empty()) {
    return {};
  }
  if (std::ssize(others) == tile.size(0)) {
    return mean_of_views(network, tile, options);
  }
  const at::Tensor index = at::tensor(others, at::kLong).to(tile.device());
  const at::Tensor means = mean_of_views(network, tile.index_select(0, index), options);
  return at::zeros({tile.size(0), means.size(1), means.size(2), means.size(3)}, means.options())
      .index_copy_(0, index.to(means.device()), means);
}

}  // namespace

int count_of(Views views) { return static_cast<int>(list_of(views).size()); }

at::Tensor predict_planes(const NetworkFunction& network, const at::Tensor& images,
                          const PredictionOptions& options,
                          const std::function<bool(const at::Tensor&)>& is_air) {
  const auto rows = tiles_along(images.size(2), options.tile, options.tile_multiple);
  const auto columns = tiles_along(images.size(3), options.tile, options.tile_multiple);
  const auto predicted = [&](const at::Tensor& tile) {
    return predicted_but_air(network, tile, options, is_air);
  };
  if (rows.size() == 1 && columns.size() == 1) {
    const at::Tensor planes = predicted(images);
    return planes.defined()
               ? quantised(planes)
               : at::zeros({options.planes(), images.size(0), images.size(2), images.size(3)},
                           at::kByte);
  }
  TiledMean mean(images, options.planes());
  for (const TileSpan& r : rows) {
    for (const TileSpan& c : columns) {
      mean.add(predicted(part_of(images, r, c)), r, c);
    }
  }
  return quantised(mean.mean());
}

}  // namespace fossilct
