// SPDX-License-Identifier: Apache-2.0
#include "apps/pictures/fossil_pictures.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string>
#include <utility>

#include "apps/cli/facts.h"
#include "apps/fossils/open_catalogue.h"
#include "apps/pictures/fossil_card.h"
#include "apps/pictures/fossil_solids.h"
#include "apps/pictures/picture_files.h"
#include "base/atomic_file.h"
#include "base/text.h"
#include "base/threads.h"
#include "specimens/measured_body.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t pictures_a_step = 12;
constexpr const char* card_part = "card.png";
constexpr const char* card_svg_part = "card.svg";
constexpr const char* cut_part = "cut.png";
constexpr const char* projection_part = "projection.png";
constexpr std::array section_parts = {"section-front.png", "section-left.png", "section-top.png"};

struct NamedPicture {
  std::string part;  // "front.png" of 7_front.png
  Picture picture;
};

std::string view_part(StandardView view) { return std::string(name_of(view)) + ".png"; }

// The parts every fossil has; the cut is only there where its wall is known.
std::vector<std::string> parts_of_all(const FossilPictureOptions& options) {
  std::vector<std::string> parts(section_parts.begin(), section_parts.end());
  for (const StandardView view : all_standard_views) {
    parts.push_back(view_part(view));
  }
  parts.emplace_back(projection_part);
  if (options.cards) {
    parts.emplace_back(card_part);
  }
  if (options.cards && options.svg) {
    parts.emplace_back(card_svg_part);
  }
  return parts;
}

std::string picture_name(std::uint32_t id, const std::string& part) {
  return "views/" + std::to_string(id) + "_" + part;
}

std::vector<NamedPicture> pictures_of(const FossilPictures& drawn) {
  std::vector<NamedPicture> pictures;
  for (const StandardView view : all_standard_views) {
    pictures.push_back({view_part(view), on_black(drawn.views[static_cast<std::size_t>(view)])});
  }
  for (std::size_t i = 0; i < section_parts.size(); ++i) {
    pictures.push_back({section_parts[i], on_black(drawn.sections[i])});
  }
  pictures.push_back({projection_part, on_black(drawn.projection)});
  if (drawn.cut) {
    pictures.push_back({cut_part, on_black(*drawn.cut)});
  }
  return pictures;
}

class PictureMaking {
 public:
  PictureMaking(const fs::path& path, const FossilPictureOptions& options,
                const CommandContext& context)
      : options_(options),
        pictures_(options.pictures),
        context_(context),
        catalogue_(open_catalogue(path, Catalogue::Access::write)),
        grid_(catalogue_.scan().grid),
        crops_(catalogue_),
        painter_(options.backend) {
    for (CatalogueEntry& entry : chosen_fossils(catalogue_, options.ids)) {
      if (!options.again && is_there(entry)) {
        ++kept_;
      } else {
        to_draw_.push_back(std::move(entry));
      }
    }
    settle_scale();
  }

  void make_all() {
    context_.progress.begin("pictures", static_cast<std::int64_t>(to_draw_.size()),
                            WorkUnit::items);
    SolidsAhead solids(crops_, to_draw_, true);
    for (std::size_t first = 0; first < to_draw_.size(); first += pictures_a_step) {
      const std::size_t count = std::min(pictures_a_step, to_draw_.size() - first);
      make(std::span(to_draw_).subspan(first, count), solids);
    }
    context_.progress.end();
    warn_of_failed(failed_, context_.progress);
  }

  CommandResult result(double seconds) const {
    const auto made = static_cast<std::int64_t>(to_draw_.size() - failed_.size());
    const std::string folder = (catalogue_.folder() / "views").string();
    const Facts facts = {
        {"written", folder},
        {"fossils", format_count(made) + " drawn" +
                        (kept_ == 0 ? ""
                                    : ", " + format_count(kept_) +
                                          " there already (--again draws them anew)")},
        {"failed", failed_text(failed_)},
        {"drawn by", painter_.renderer()},
        {"took", format_duration(seconds)}};
    return {{{"output", folder},
             {"made", made},
             {"kept", kept_},
             {"failed", to_json(failed_)},
             {"renderer", painter_.renderer()},
             {"seconds", seconds}},
            facts_text(facts),
            true,
            !failed_.empty()};
  }

 private:
  void settle_scale() {
    if (options_.scale != PictureScale::fixed || pictures_.um_per_pixel) {
      return;
    }
    double longest_um = 0;
    for (const CatalogueEntry& entry : to_draw_) {
      longest_um = std::max(
          longest_um, measured_value(entry.specimen.measurements, "feret_maximum").value_or(0));
    }
    if (longest_um > 0) {
      pictures_.um_per_pixel =
          longest_um / (1 - 2 * pictures_.margin) / static_cast<double>(pictures_.edge_pixels);
      context_.progress.notice("all pictures have " + format_rounded(*pictures_.um_per_pixel) +
                               (grid_.spacing_known ? " um" : " voxels") +
                               " a pixel (--um-per-pixel): the longest fossil fits");
    }
  }

  bool is_there(const CatalogueEntry& entry) const {
    return !entry.views_stale &&
           std::ranges::all_of(parts_of_all(options_), [&](const std::string& part) {
             std::error_code ignored;
             return fs::exists(catalogue_.folder() / picture_name(entry.specimen.id, part),
                               ignored);
           });
  }

  void make(std::span<const CatalogueEntry> entries, SolidsAhead& solids) {
    Catalogue::Change change(catalogue_);
    for (const CatalogueEntry& entry : entries) {
      context_.progress.check();
      const FossilSolid solid = solids.next();
      if (!solid.fault.empty()) {
        failed_.push_back({entry.specimen.id, solid.fault});
        context_.progress.advance(1);
        continue;
      }
      const FossilPictures drawn = draw_fossil(
          painter_, solid.body, solid.wall ? &*solid.wall : nullptr, solid.crop, pictures_);
      write(change, entry, drawn);
      change.mark_views_made(entry.specimen.id);
      context_.progress.advance(1);
    }
    change.commit();
  }

  void write(Catalogue::Change& change, const CatalogueEntry& entry,
             const FossilPictures& drawn) const {
    const std::uint32_t id = entry.specimen.id;
    for (const char* part : {cut_part, card_part, card_svg_part}) {  // of an earlier body
      change.remove_file(picture_name(id, part));
    }
    std::vector<NamedPicture> pictures = pictures_of(drawn);
    if (options_.cards) {
      pictures.push_back({card_part, card_of(drawn, card_text(entry, grid_))});
    }
    if (options_.cards && options_.svg) {
      write_file_atomically(change.new_file(picture_name(id, card_svg_part)),
                            card_svg_of(drawn, card_text(entry, grid_)));
    }
    std::vector<fs::path> paths;
    for (const NamedPicture& named : pictures) {
      paths.push_back(change.new_file(picture_name(id, named.part)));
    }
    parallel_for(static_cast<std::int64_t>(pictures.size()), context_.common.threads,
                 [&](std::int64_t i) {
                   const auto at = static_cast<std::size_t>(i);
                   write_png(paths[at], pictures[at].picture, options_.dpi);
                 });
  }

  const FossilPictureOptions& options_;
  PictureOptions pictures_;
  const CommandContext& context_;
  Catalogue catalogue_;
  Grid grid_;
  CropReader crops_;
  MeshPainter painter_;
  std::vector<CatalogueEntry> to_draw_;
  std::vector<FailedFossil> failed_;
  std::int64_t kept_ = 0;
};

}  // namespace

void declare_drawing_options(OptionSet& options, FossilPictureOptions& drawing) {
  options.parsed(
      "ids", "ID,ID-ID",
      [&drawing](const std::string& text) { drawing.ids = parse_ids("--ids", text); },
      "These fossils", "all");
  options.integer("size", "PIXELS", &drawing.pictures.edge_pixels, 32, 2048,
                  "Edge of every picture");
  options.choice<RenderBackend>("backend", &drawing.backend,
                                {{"auto", RenderBackend::automatic},
                                 {"egl", RenderBackend::egl},
                                 {"x11", RenderBackend::x11}},
                                "What draws: egl needs no display, x11 that of DISPLAY; auto "
                                "tries one after the other");
  options.flag("again", &drawing.again, "Draw those too that are there");
}

CommandResult draw_fossils(const fs::path& path, const FossilPictureOptions& options,
                           const CommandContext& context) {
  const auto began = std::chrono::steady_clock::now();
  options.pictures.check();
  PictureMaking making(path, options, context);
  try {
    making.make_all();
  } catch (const Cancelled&) {
    throw Interrupted("interrupted; the pictures made so far are kept: the same command goes on");
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  return making.result(took.count());
}

}  // namespace fossilct
