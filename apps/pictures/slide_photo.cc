// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/slide_photo.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <vector>

#include "apps/cli/facts.h"
#include "apps/cli/output_check.h"
#include "apps/pictures/picture_files.h"
#include "base/atomic_file.h"
#include "base/csv.h"
#include "base/error.h"
#include "base/text.h"
#include "base/threads.h"
#include "io/image_files.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

std::uint8_t byte_of(double value, double low, double high) {
  const double at = high > low ? (value - low) / (high - low) : 0;
  return at > 0 ? static_cast<std::uint8_t>(255 * std::min(at, 1.0) + 0.5) : 0;
}

// 8 bits, opacity away: 1 or 3 channels.
Picture picture_of(const ImageShape& shape, const std::vector<std::byte>& pixels) {
  const int channels = shape.channels < 3 ? 1 : 3;
  Picture picture(shape.width, shape.height, channels);
  dispatch(shape.type, [&]<typename T>(std::type_identity<T>) {
    std::vector<T> values(pixels.size() / sizeof(T));
    std::memcpy(values.data(), pixels.data(), pixels.size());
    double low = static_cast<double>(std::numeric_limits<T>::min());
    double high = static_cast<double>(std::numeric_limits<T>::max());
    if constexpr (std::is_floating_point_v<T>) {
      const auto [least, largest] = std::ranges::minmax_element(values);
      low = static_cast<double>(*least);
      high = static_cast<double>(*largest);
    }
    const auto step = static_cast<std::size_t>(shape.channels);
    for (std::size_t i = 0; i < values.size() / step; ++i) {
      for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
        picture.pixels[i * static_cast<std::size_t>(channels) + c] =
            byte_of(static_cast<double>(values[i * step + c]), low, high);
      }
    }
  });
  return picture;
}

Picture read_photo(const fs::path& path) {
  const std::optional<ImageFormat> format = image_format_of(path);
  if (!format) {
    throw format_error(path, "is no picture that can be read (TIFF, PNG, JPEG, BMP)");
  }
  const auto source = open_image_files({path}, *format);
  const ImageShape shape = source->shape(0);
  std::vector<std::byte> pixels(shape.bytes());
  source->read(0, pixels);
  return picture_of(shape, pixels);
}

Volume<float> grey_of(const Picture& picture) {
  Volume<float> grey({picture.width, picture.height, 1});
  for (std::int64_t y = 0; y < picture.height; ++y) {
    for (std::int64_t x = 0; x < picture.width; ++x) {
      const std::uint8_t* p = picture.at(x, y);
      grey(x, y, 0) = (picture.channels == 1
                           ? static_cast<float>(p[0])
                           : 0.299F * static_cast<float>(p[0]) + 0.587F * static_cast<float>(p[1]) +
                                 0.114F * static_cast<float>(p[2])) /
                      255;
    }
  }
  return grey;
}

std::array<std::uint8_t, 3> median_colour(const Picture& picture) {
  std::array<std::uint8_t, 3> median{};
  for (int c = 0; c < picture.channels; ++c) {
    std::array<std::int64_t, 256> counts{};
    for (std::size_t i = static_cast<std::size_t>(c); i < picture.pixels.size();
         i += static_cast<std::size_t>(picture.channels)) {
      ++counts[picture.pixels[i]];
    }
    std::int64_t below = 0;
    std::size_t value = 0;
    while (2 * (below += counts[value]) < picture.width * picture.height) {
      ++value;
    }
    median[static_cast<std::size_t>(c)] = static_cast<std::uint8_t>(value);
  }
  return median;
}

Picture cut_out(const Picture& photo, const SlideCrop& crop,
                const std::array<std::uint8_t, 3>& beyond) {
  Picture picture(crop.edge, crop.edge, photo.channels);
  for (std::int64_t y = 0; y < crop.edge; ++y) {
    for (std::int64_t x = 0; x < crop.edge; ++x) {
      const std::int64_t from_x = crop.begin_x + x;
      const std::int64_t from_y = crop.begin_y + y;
      const bool is_in =
          from_x >= 0 && from_y >= 0 && from_x < photo.width && from_y < photo.height;
      std::copy_n(is_in ? photo.at(from_x, from_y) : beyond.data(), photo.channels,
                  picture.at(x, y));
    }
  }
  return picture;
}

std::string fault_text(ParticleFault fault) {
  switch (fault) {
    case ParticleFault::too_small:
      return "too small";
    case ParticleFault::too_concave:
      return "too concave";
    case ParticleFault::cut_by_border:
      return "cut by the border";
    case ParticleFault::none:
      break;
  }
  return "";
}

std::string csv_row(const std::string& name, const SlideParticle& p, const SlideCrop& crop) {
  std::string row = csv_field(name);
  for (const double value : {p.centre_x, p.centre_y, static_cast<double>(p.pixels),
                             p.largest_radius, p.solidity, static_cast<double>(crop.begin_x),
                             static_cast<double>(crop.begin_y), static_cast<double>(crop.edge)}) {
    row += "," + format_rounded(value);
  }
  return row + "," + fault_text(p.fault) + "\r\n";
}

void take_threshold(const std::string& text, SlideOptions& slide) {
  if (text == "otsu" || text == "background") {
    slide.threshold_by = text == "otsu" ? SlideThreshold::otsu : SlideThreshold::background;
    return;
  }
  const auto value = parse_double(trim(text));
  if (!value || !(*value >= 0 && *value <= 1)) {
    throw option_error("--threshold", "'" + printable(text) +
                                          "' is neither otsu, background nor a grey from 0 to 1");
  }
  slide.threshold_by = SlideThreshold::fixed;
  slide.threshold = *value;
}

// How many particles there are of each fault.
std::array<std::int64_t, 4> counts_of(const SlideParticles& found) {
  std::array<std::int64_t, 4> counts{};
  for (const SlideParticle& particle : found.particles) {
    ++counts[static_cast<std::size_t>(particle.fault)];
  }
  return counts;
}

std::string refused_text(const std::array<std::int64_t, 4>& counts) {
  std::string text;
  for (const ParticleFault fault :
       {ParticleFault::too_small, ParticleFault::too_concave, ParticleFault::cut_by_border}) {
    const std::int64_t count = counts[static_cast<std::size_t>(fault)];
    text += count == 0 ? ""
                       : (text.empty() ? "" : ", ") + format_count(count) + " " + fault_text(fault);
  }
  return text.empty() ? "none" : text;
}

void write_crops(const fs::path& folder, const std::string& stem, const Picture& photo,
                 const SlideParticles& found, const SlidePhotoOptions& options, int threads) {
  struct Cut {
    std::string name;
    SlideCrop crop;
  };
  std::vector<Cut> cuts;
  std::string table =
      "path,centre_x,centre_y,pixels,largest_radius,solidity,begin_x,begin_y,edge,refused\r\n";
  for (const SlideParticle& particle : found.particles) {
    const SlideCrop crop = crop_of(particle, options.crop_pixels);
    const bool is_kept = particle.fault == ParticleFault::none;
    const std::string name =
        is_kept ? stem + "_" + std::to_string(cuts.size() + 1) + ".png" : std::string();
    if (is_kept) {
      cuts.push_back({name, crop});
    }
    table += csv_row(name, particle, crop);
  }
  const std::array<std::uint8_t, 3> beyond = median_colour(photo);
  parallel_for(static_cast<std::int64_t>(cuts.size()), threads, [&](std::int64_t i) {
    const Cut& cut = cuts[static_cast<std::size_t>(i)];
    write_png(folder / cut.name, cut_out(photo, cut.crop, beyond), 0);
  });
  write_file_atomically(folder / "particles.csv", table);
}

}  // namespace

void declare_slide_options(OptionSet& options, SlidePhotoOptions& photo) {
  SlideOptions& slide = photo.slide;
  options.section("From a photograph of a slide");
  options.path("from-photo", "FILE", &photo.photo,
               "Cut the particles out of this picture, in place of drawing a catalogue");
  options.path("output,o", "FOLDER", &photo.output, "The folder of crops, and particles.csv");
  options.flag("overwrite", &photo.overwrite, "Replace a folder that exists");
  options.parsed(
      "threshold", "HOW", [&slide](const std::string& text) { take_threshold(text, slide); },
      "otsu; background: by the difference from the ground around, for uneven light; or a grey "
      "from 0 to 1",
      "otsu");
  options.flag("dark", &slide.dark_particles, "Particles are darker than the ground");
  options.number("sigma", "PIXELS", &slide.sigma_pixels, 0, 50, "Of the Gaussian before it");
  options.number("opening", "PIXELS", &slide.opening_radius_pixels, 0, 100,
                 "Radius of the discs that open particles, which takes threads away");
  options.integer("fewest-pixels", "N", &slide.fewest_pixels, 1,
                  std::numeric_limits<std::int64_t>::max(), "Smaller particles are refused");
  options.number("solidity", "X", &slide.least_solidity, 0, 1,
                 "Particles that fill less of their convex hull are refused: several that touch");
  options.integer("crop", "PIXELS", &photo.crop_pixels, 0, 4096,
                  "Edge of every crop, as 224; 0: 2.2 times the particle's largest radius");
}

CommandResult cut_slide_photo(const SlidePhotoOptions& options, const CommandContext& context) {
  options.slide.check();
  if (options.output.empty()) {
    throw option_error("--output", "is missing: the folder for what --from-photo cuts out");
  }
  const IfExists if_exists = options.overwrite ? IfExists::replace : IfExists::refuse;
  require_apart("--output", options.output, AtomicKind::folder, {options.photo});
  require_output(options.output, AtomicKind::folder, if_exists);
  const Picture photo = read_photo(options.photo);
  SlideParticles found;
  try {
    found = find_slide_particles(grey_of(photo).view(), options.slide);
  } catch (const Error&) {
    rethrow_with_context(options.photo.string());
  }
  const std::array<std::int64_t, 4> counts = counts_of(found);
  if (counts[0] == 0) {
    throw format_error(options.photo,
                       "no particle was found on it; refused: " + refused_text(counts) +
                           " (--threshold, --dark, --fewest-pixels, --solidity)");
  }
  AtomicOutput output(options.output, AtomicKind::folder, if_exists);
  write_crops(output.temporary_path(), options.photo.stem().string(), photo, found, options,
              context.common.threads);
  output.commit();
  const Facts facts = {{"written", options.output.string()},
                       {"particles", format_count(counts[0])},
                       {"refused", refused_text(counts)},
                       {"threshold", format_rounded(found.threshold)}};
  return {{{"output", options.output.string()},
           {"particles", counts[0]},
           {"too_small", counts[1]},
           {"too_concave", counts[2]},
           {"cut_by_border", counts[3]},
           {"threshold", found.threshold}},
          facts_text(facts),
          true};
}

}  // namespace fossilct
