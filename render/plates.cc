// SPDX-License-Identifier: Apache-2.0
#include "render/plates.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/text.h"
#include "render/canvas.h"
#include "render/mesh_output.h"

namespace fossilct {
namespace {

constexpr Colour plate{0, 0, 0};
constexpr Colour ink{20, 20, 20};
constexpr Colour faint_ink{110, 110, 110};
constexpr Colour chalk{235, 235, 235};
constexpr Colour faint_chalk{170, 170, 170};

// Points, on A4.
constexpr double page_width = 595.28;
constexpr double page_height = 841.89;
constexpr double margin = 34;
constexpr double heading = 46;
constexpr double inset = 8;  // from the edge of the plate to its fossils
constexpr std::int64_t columns = 4;
constexpr std::int64_t rows = PlateFile::fossils_a_page / columns;
constexpr double plate_top = margin + heading;
constexpr double plate_width = page_width - 2 * margin;
constexpr double plate_height = page_height - plate_top - margin;
constexpr double cell_width = (plate_width - 2 * inset) / static_cast<double>(columns);
constexpr double cell_height = (plate_height - 2 * inset) / static_cast<double>(rows);
constexpr double letters = 7.5;
constexpr double below_view = 2.1 * letters;  // for the scale bar and its words
constexpr double view_edge = std::min(cell_width - 6, cell_height - below_view - 6);

// The bar with its length above it, ending at `right`.
void draw_scale_bar(Canvas& page, double right, double bottom, const PosedPicture& view) {
  const double um_per_point =
      view.um_per_pixel * static_cast<double>(view.picture.width) / view_edge;
  const ScaleBar bar = scale_bar(um_per_point, 0.42 * view_edge, view.spacing_known);
  page.fill(right - bar.pixels, bottom - 1.6, bar.pixels, 1.6, chalk);
  page.write(right, bottom - 4.4, bar.label, {letters, faint_chalk, false, Align::right});
}

void draw_fossil_at(Canvas& page, double left, double top, const PlateFossil& fossil) {
  const bool is_missing = !fossil.missing.empty();
  if (is_missing) {
    page.write(left + cell_width / 2, top + 3 + view_edge / 2, fossil.missing,
               {letters, faint_chalk, false, Align::centre});
  } else {
    page.place(fossil.view.picture, left + (cell_width - view_edge) / 2, top + 3, view_edge,
               view_edge);
  }
  const double bottom = top + cell_height - 5;
  const Lettering number{1.35 * letters, chalk, true};
  page.write(left + 7, bottom, fossil.number, number);
  page.write(left + 11 + page.width_of(fossil.number, number), bottom, fossil.size,
             {letters, faint_chalk});
  if (!is_missing) {
    draw_scale_bar(page, left + cell_width - 7, bottom, fossil.view);
  }
}

// "Bolivina (12), Cibicides (8)".
std::string classes_text(const std::vector<PlateFossil>& fossils) {
  std::vector<std::pair<std::string, std::int64_t>> counts;
  for (const PlateFossil& fossil : fossils) {
    if (counts.empty() || counts.back().first != fossil.class_name) {
      counts.emplace_back(fossil.class_name, 0);
    }
    ++counts.back().second;
  }
  std::string text;
  for (const auto& [name, count] : counts) {
    text += (text.empty() ? "" : ", ") + name + " (" + format_count(count) + ")";
  }
  return text;
}

}  // namespace

struct PlateFile::Impl {
  Impl(const std::filesystem::path& path, const PlateOptions& of)
      : options(of),
        output(path, of.if_exists),
        pages(page_width, page_height, of.title,
              [this](std::span<const std::byte> bytes) { output.bytes(bytes); }) {}

  std::int64_t page_count() const {
    return std::max<std::int64_t>(1, (options.count + fossils_a_page - 1) / fossils_a_page);
  }

  void draw_page() {
    ++page;
    pages.write(margin, margin + 17, options.title, {17, ink, true});
    pages.write(page_width - margin, margin + 17,
                "Plate " + format_count(page) + " of " + format_count(page_count()),
                {11, ink, false, Align::right});
    pages.write(margin, margin + 34, classes_text(waiting), {9, faint_ink});
    pages.fill(margin, plate_top, plate_width, plate_height, plate);
    std::int64_t place = 0;
    for (const PlateFossil& fossil : waiting) {
      draw_fossil_at(pages, margin + inset + static_cast<double>(place % columns) * cell_width,
                     plate_top + inset + static_cast<double>(place / columns) * cell_height,
                     fossil);
      ++place;
    }
    waiting.clear();
  }

  PlateOptions options;
  MeshOutput output;
  PdfCanvas pages;
  std::vector<PlateFossil> waiting;  // of the page that is not drawn yet
  std::int64_t page = 0;
};

std::int64_t PlateFile::edge_pixels(double dpi) {
  constexpr double points_an_inch = 72;
  return std::llround(view_edge / points_an_inch * dpi);
}

PlateFile::PlateFile(const std::filesystem::path& path, const PlateOptions& options)
    : impl_(std::make_unique<Impl>(path, options)) {}
PlateFile::~PlateFile() = default;

void PlateFile::add(PlateFossil fossil) {
  if (impl_->waiting.size() == fossils_a_page) {
    impl_->draw_page();
    impl_->pages.next_page();
  }
  impl_->waiting.push_back(std::move(fossil));
}

void PlateFile::finish() {
  impl_->draw_page();
  impl_->pages.finish();
  impl_->output.finish();
}

}  // namespace fossilct
