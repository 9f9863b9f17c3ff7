// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "volumes/adaptor.h"
#include "volumes/adaptors.h"

namespace fossilct {

namespace {

template <typename T>
constexpr double lowest_of = static_cast<double>(std::numeric_limits<T>::lowest());
template <typename T>
constexpr double highest_of = static_cast<double>(std::numeric_limits<T>::max());

// NaN becomes `low`; written so that the compiler makes a maximum and a minimum of it.
double clamped(double value, double low, double high) {
  const double above = value > low ? value : low;
  return above < high ? above : high;
}

// Half to even, for |value| < 2^51: beyond 2^52 a double has no fraction. Unlike std::rint this
// needs no SSE4.1 to become vector code.
double rounded(double value) {
  constexpr double no_fraction = 6755399441055744.0;  // 1.5 * 2^52
  return value + no_fraction - no_fraction;
}

template <typename To>
To from_whole_number(double value) {
  using Via = std::conditional_t<std::is_same_v<To, std::uint32_t>, std::int64_t, std::int32_t>;
  return static_cast<To>(static_cast<Via>(value));
}

template <typename From, typename To>
To kept(From voxel) {
  const auto value = static_cast<double>(voxel);
  if constexpr (std::is_integral_v<To>) {
    return from_whole_number<To>(rounded(clamped(value, lowest_of<To>, highest_of<To>)));
  } else if constexpr (sizeof(From) > sizeof(To) && std::is_floating_point_v<From>) {
    const bool beyond = std::isfinite(voxel) && std::abs(value) > highest_of<To>;
    return static_cast<To>(beyond ? std::copysign(highest_of<To>, value) : value);
  } else {
    return static_cast<To>(voxel);
  }
}

template <typename From, typename To>
To windowed(From voxel, const Window& window) {
  const auto value = static_cast<double>(voxel);
  const double range = window.high - window.low;
  if constexpr (std::is_integral_v<To>) {
    const double part = (clamped(value, window.low, window.high) - window.low) / range;
    return from_whole_number<To>(rounded(part * (highest_of<To> - lowest_of<To>)+lowest_of<To>));
  } else {
    const double inside = value < window.low ? window.low : value;  // NaN stays NaN
    return static_cast<To>(((inside > window.high ? window.high : inside) - window.low) / range);
  }
}

template <typename From, typename To, typename F>
void convert_rows(const VolumeView<const From>& in, const VolumeView<To>& out, F&& converted) {
  for (std::int64_t z = 0; z < in.size().z; ++z) {
    for (std::int64_t y = 0; y < in.size().y; ++y) {
      const From* const from = in.row(y, z);
      To* const to = out.row(y, z);
      const std::int64_t width = in.size().x;
      for (std::int64_t x = 0; x < width; ++x) {
        to[x] = converted(from[x]);
      }
    }
  }
}

void convert_voxels(const AnyConstView& in, const AnyView& out,
                    const std::optional<Window>& window) {
  dispatch(in.type(), [&]<typename From>(std::type_identity<From>) {
    dispatch(out.type(), [&]<typename To>(std::type_identity<To>) {
      if (window) {
        const Window w = *window;
        convert_rows(in.as<From>(), out.as<To>(), [w](From v) { return windowed<From, To>(v, w); });
      } else {
        convert_rows(in.as<From>(), out.as<To>(), [](From v) { return kept<From, To>(v); });
      }
    });
  });
}

// Whether `to` holds every value of `from` unchanged.
bool holds_all(PixelType from, PixelType to) {
  return dispatch(from, [to]<typename From>(std::type_identity<From>) {
    return dispatch(to, []<typename To>(std::type_identity<To>) {
      using A = std::numeric_limits<From>;
      using B = std::numeric_limits<To>;
      return (B::is_integer <= A::is_integer) && A::digits <= B::digits &&
             lowest_of<From> >= lowest_of<To> && highest_of<From> <= highest_of<To>;
    });
  });
}

// Whether a value of `description` may lie outside the range of `to`, or be NaN where `to` has
// none.
bool may_clamp(const ScanDescription& description, PixelType to) {
  const auto [low, high] = dispatch(to, []<typename To>(std::type_identity<To>) {
    return std::pair{lowest_of<To>, highest_of<To>};
  });
  if (const std::optional<VolumeStatistics>& known = description.statistics) {
    const bool any_odd = is_integer(to) && known->nan_count + known->infinite_count > 0;
    return any_odd || known->minimum < low || known->maximum > high;
  }
  return dispatch(description.type, [&, low = low, high = high]<typename T>(std::type_identity<T>) {
    return lowest_of<T> < low || highest_of<T> > high;
  });
}

std::string clamp_notice(PixelType from, PixelType to) {
  const std::string lowest = dispatch(
      to, []<typename To>(std::type_identity<To>) { return format_number(lowest_of<To>); });
  const std::string highest = dispatch(
      to, []<typename To>(std::type_identity<To>) { return format_number(highest_of<To>); });
  std::string notice = "converted from " + std::string(name_of(from)) + " to " +
                       std::string(name_of(to)) + ": values outside " + lowest + " to " + highest +
                       " are clamped";
  if (!is_integer(from) && is_integer(to)) {
    notice += ", others rounded";
  }
  return notice + "; --window low:high maps a range of your choice instead";
}

std::string range_of(PixelType type) {
  return dispatch(type, []<typename To>(std::type_identity<To>) {
    return format_number(lowest_of<To>) + " to " + format_number(highest_of<To>);
  });
}

// Labels are names: clamped or rounded, two of them would become one.
Error lost_label(double label, const std::string& place, PixelType to) {
  const std::string what = is_integer(to) ? "holds " + range_of(to) : "can't hold it exactly";
  return option_error("--type", "the label " + format_number(label) + place + " does not fit " +
                                    std::string(name_of(to)) + ", which " + what +
                                    "; leave --type out, or give a type that holds every label");
}

template <typename From, typename To>
void require_labels_kept(const VolumeView<const From>& in, const VolumeView<To>& out,
                         const Box& box) {
  for (std::int64_t z = 0; z < in.size().z; ++z) {
    for (std::int64_t y = 0; y < in.size().y; ++y) {
      const From* const from = in.row(y, z);
      const To* const to = out.row(y, z);
      for (std::int64_t x = 0; x < in.size().x; ++x) {
        if (static_cast<double>(from[x]) != static_cast<double>(to[x])) {
          const Index3 at{box.begin.x + x, box.begin.y + y, box.begin.z + z};
          throw lost_label(static_cast<double>(from[x]),
                           " of voxel (" + std::to_string(at.x) + ", " + std::to_string(at.y) +
                               ", " + std::to_string(at.z) + ")",
                           pixel_type_of<To>());
        }
      }
    }
  }
}

void require_labels_kept(const AnyConstView& in, const AnyView& out, const Box& box) {
  dispatch(in.type(), [&]<typename From>(std::type_identity<From>) {
    dispatch(out.type(), [&]<typename To>(std::type_identity<To>) {
      require_labels_kept(in.as<From>(), out.as<To>(), box);
    });
  });
}

// Found before a voxel is read where the file has stored its largest label.
void require_known_labels_fit(const ScanDescription& description, PixelType to) {
  if (description.statistics && may_clamp(description, to)) {
    throw lost_label(description.statistics->maximum, ", the largest of the scan,", to);
  }
}

class Converted final : public Adaptor {
 public:
  Converted(std::unique_ptr<VolumeSource> source, PixelType type, std::optional<Window> window)
      : Adaptor(std::move(source)), window_(window) {
    ScanDescription& description = mutable_description();
    checks_labels_ = description.kind == VolumeKind::labels && !holds_all(description.type, type);
    if (checks_labels_) {
      require_known_labels_fit(description, type);
    } else if (!window && may_clamp(description, type)) {
      description.notices.push_back(clamp_notice(description.type, type));
    }
    if (window || !holds_all(description.type, type)) {
      description.statistics.reset();
    }
    description.type = type;
  }

 private:
  void read_box(const Box& box, const AnyView& out) override {
    read_in_pieces(box, [&](const Box& piece, const AnyConstView& voxels) {
      const Box part = slab(out.size(), piece.begin.z - box.begin.z, piece.end.z - box.begin.z);
      convert_voxels(voxels, out.part(part), window_);
      if (checks_labels_) {
        require_labels_kept(voxels, out.part(part), piece);
      }
    });
  }

  std::optional<Window> window_;
  bool checks_labels_ = false;
};

void check_window(const Window& window, const ScanDescription& description) {
  const double range = window.high - window.low;
  const bool usable =
      std::isfinite(window.low) && std::isfinite(window.high) && std::isfinite(range) && range > 0;
  if (!usable) {
    throw option_error("--window", format_number(window.low) + ":" + format_number(window.high) +
                                       " spans nothing; expected low:high, two numbers, low < "
                                       "high");
  }
  if (description.kind == VolumeKind::labels) {
    throw option_error("--window",
                       "the scan holds labels, whose values are names, not "
                       "intensities; leave the option out");
  }
}

}  // namespace

std::unique_ptr<VolumeSource> convert(std::unique_ptr<VolumeSource> source, PixelType type,
                                      std::optional<Window> window) {
  if (window) {
    check_window(*window, source->description());
  } else if (type == source->type()) {
    return source;
  }
  return std::make_unique<Converted>(std::move(source), type, window);
}

}  // namespace fossilct
