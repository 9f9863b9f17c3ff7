// SPDX-License-Identifier: Apache-2.0
#include "specimens/intensities.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "filters/distance_transform.h"

namespace fossilct {
namespace {

// Squares of the distances, in voxels, between which the shell lies.
constexpr float shell_begin = 1.5F * 1.5F;
constexpr auto shell_end = static_cast<float>(shell_reach_voxels * shell_reach_voxels);

struct MeanDeviation {
  double mean, deviation;
};

MeanDeviation mean_deviation(const std::vector<float>& values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const float v : values) {
    sum += static_cast<double>(v);
  }
  const double mean = sum / n;
  double squares = 0;
  for (const float v : values) {
    squares += (static_cast<double>(v) - mean) * (static_cast<double>(v) - mean);
  }
  return {mean, std::sqrt(squares / n)};
}

double percentile(std::vector<float>& values, double fraction) {
  const double rank = fraction * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(rank);
  const auto at = values.begin() + below;
  std::nth_element(values.begin(), at, values.end());
  const auto low = static_cast<double>(*at);
  if (at + 1 == values.end()) {
    return low;
  }
  const auto high = static_cast<double>(*std::min_element(at + 1, values.end()));
  return low + (rank - static_cast<double>(below)) * (high - low);
}

Volume<float> squared_distance_to(const BodyCrop& crop, std::uint8_t what, double limit) {
  Volume<std::uint8_t> mask = Volume<std::uint8_t>::uninitialised(crop.mask.size());
  std::transform(crop.mask.data(), crop.mask.data() + voxel_count(mask.size()), mask.data(),
                 [what](std::uint8_t v) { return static_cast<std::uint8_t>(v == what); });
  DistanceOptions options;
  options.limit = limit;
  return squared_distance_transform(mask.view(), options);
}

struct Values {
  std::vector<float> inside, outside;
};

Values values_of(const BodyCrop& crop) {
  const std::int64_t count = voxel_count(crop.mask.size());
  const std::uint8_t* const mask = crop.mask.data();
  const Volume<float> to_body = squared_distance_to(crop, mask_body, shell_reach_voxels + 1);
  const bool others = std::find(mask, mask + count, mask_other_body) != mask + count;
  const Volume<float> to_others =
      others ? squared_distance_to(crop, mask_other_body, 2) : Volume<float>();
  Values values;
  for (std::int64_t i = 0; i < count; ++i) {
    const float grey = crop.grey.data()[i];
    if (!std::isfinite(grey)) {
      continue;
    }
    if (mask[i] == mask_body) {
      values.inside.push_back(grey);
    } else if (const float square = to_body.data()[i];
               square >= shell_begin && square <= shell_end &&
               (!others || to_others.data()[i] > shell_begin)) {
      values.outside.push_back(grey);
    }
  }
  return values;
}

struct Row {
  MeasurementKind kind;
  std::optional<double> (*value)(const Intensities&);
};

template <double Intensities::Inside::*member>
std::optional<double> inside(const Intensities& i) {
  return i.inside ? std::optional((*i.inside).*member) : std::nullopt;
}
template <double Intensities::Outside::*member>
std::optional<double> outside(const Intensities& i) {
  return i.outside ? std::optional((*i.outside).*member) : std::nullopt;
}

using In = Intensities::Inside;
using Out = Intensities::Outside;
constexpr std::array rows = {
    Row{{"grey_mean", Unit::intensity, "mean grey value of the body", ""}, inside<&In::mean>},
    Row{{"grey_deviation", Unit::intensity, "standard deviation of the body's grey values", ""},
        inside<&In::deviation>},
    Row{{"grey_percentile_5", Unit::intensity, "5% of the body's grey values are below", ""},
        inside<&In::percentile_5>},
    Row{{"grey_median", Unit::intensity, "half of the body's grey values are below", ""},
        inside<&In::median>},
    Row{{"grey_percentile_95", Unit::intensity, "95% of the body's grey values are below", ""},
        inside<&In::percentile_95>},
    Row{{"outside_grey_mean", Unit::intensity,
         "mean grey value 1.5 to 4 voxels outside the body, other bodies left out", ""},
        outside<&Out::mean>},
    Row{{"outside_grey_deviation", Unit::intensity,
         "standard deviation of the grey values 1.5 to 4 voxels outside", ""},
        outside<&Out::deviation>},
    Row{{"contrast_to_noise", Unit::none,
         "(grey_mean - outside_grey_mean) / outside_grey_deviation", "Bushberg et al. 2012, ch. 4"},
        [](const Intensities& i) { return i.contrast_to_noise; }},
};

constexpr auto kinds = [] {
  std::array<MeasurementKind, rows.size()> made;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    made[i] = rows[i].kind;
  }
  return made;
}();

}  // namespace

Intensities measure_intensities(const BodyCrop& crop) {
  Intensities result;
  if (crop.grey.size() != crop.mask.size()) {
    return result;
  }
  Values values = values_of(crop);
  if (!values.inside.empty()) {
    const auto [mean, deviation] = mean_deviation(values.inside);
    result.inside = In{mean, deviation, percentile(values.inside, 0.05),
                       percentile(values.inside, 0.5), percentile(values.inside, 0.95)};
  }
  if (!values.outside.empty()) {
    const auto [mean, deviation] = mean_deviation(values.outside);
    result.outside = Out{mean, deviation};
  }
  if (result.inside && result.outside && result.outside->deviation > 0) {
    result.contrast_to_noise =
        (result.inside->mean - result.outside->mean) / result.outside->deviation;
  }
  return result;
}

std::span<const MeasurementKind> intensity_kinds() { return kinds; }

void append_measurements(const Intensities& intensities, std::vector<Measurement>& measurements) {
  for (const Row& row : rows) {
    const std::optional<double> value = row.value(intensities);
    measurements.push_back({std::string(row.kind.name), value, value ? "" : "no grey values"});
  }
}

}  // namespace fossilct
