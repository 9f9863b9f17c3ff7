// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "render/canvas.h"
#include "render/pictures.h"

namespace fossilct {
namespace {

constexpr Colour paper{255, 255, 255};
constexpr Colour plate{0, 0, 0};
constexpr Colour ink{20, 20, 20};
constexpr Colour chalk{235, 235, 235};
constexpr Colour faint_chalk{165, 165, 165};
constexpr std::int64_t columns = 5;
constexpr int lines_a_column = 3;

// Lengths of a card, from the edge of its pictures.
struct Layout {
  explicit Layout(std::int64_t edge_pixels)
      : edge(static_cast<double>(edge_pixels)),
        small(std::max(edge / 15, 9.0)),
        gap(edge / 14),
        header(std::round(1.7 * gap + 1.6 * small + lines_a_column * line())) {}
  double line() const { return 1.45 * small; }
  // Of a tile: the pictures stand below their captions, which cover nothing.
  double caption() const { return std::round(1.35 * small); }
  double tile_height() const { return caption() + edge; }
  double height() const { return header + 2 * tile_height(); }

  double edge;
  double small;  // height of the letters
  double gap;
  double header;
};

// Three lines a column, as many columns as there are room and lines.
void write_header(Canvas& card, const CardText& text, const Layout& layout) {
  const double title = layout.gap + 1.2 * layout.small;
  card.write(layout.gap, title, text.title, {1.6 * layout.small, ink, true});
  const Lettering lettering{layout.small, ink};
  double x = layout.gap;
  double widest = 0;
  int row = 0;
  for (const std::string& line : text.lines) {
    if (row == lines_a_column) {
      x += widest + 2 * layout.gap;
      widest = 0;
      row = 0;
    }
    ++row;
    card.write(x, title + row * layout.line() + 0.3 * layout.small, line, lettering);
    widest = std::max(widest, card.width_of(line, lettering));
  }
}

void draw_scale_bar(Canvas& card, double x, double y, const FossilPictures& pictures,
                    const Layout& layout) {
  const ScaleBar bar = scale_bar(pictures.um_per_pixel, 0.4 * layout.edge, pictures.spacing_known);
  const double thick = std::max(std::round(layout.edge / 90), 2.0);
  const double left = x + std::round(layout.gap / 2);
  const double bottom = y + layout.edge - std::round(layout.gap / 2);
  card.fill(left, bottom - thick, bar.pixels, thick, chalk);
  card.write(left, bottom - thick - 0.5 * layout.small, bar.label, {layout.small, chalk});
}

struct Tile {
  const Picture* picture = nullptr;
  const Picture* outline = nullptr;
  std::string caption;
};

std::vector<Tile> tiles_of(const FossilPictures& pictures) {
  const auto view = [&](StandardView which) {
    return Tile{&pictures.views[static_cast<std::size_t>(which)], nullptr,
                std::string(name_of(which))};
  };
  std::vector<Tile> tiles{view(StandardView::front),
                          view(StandardView::left),
                          view(StandardView::back),
                          view(StandardView::right),
                          {},
                          view(StandardView::top),
                          view(StandardView::bottom)};
  if (pictures.cut) {
    tiles[4] = {&*pictures.cut, nullptr, "cut, from " + std::string(name_of(pictures.cut_from))};
  }
  const std::array<const char*, 3> names{"section, front", "section, left", "section, top"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    tiles.push_back({&pictures.sections[i], &pictures.outlines[i], names[i]});
  }
  return tiles;
}

void draw_tile(Canvas& card, double x, double y, const Tile& tile, const Layout& layout) {
  for (const Picture* layer : {tile.picture, tile.outline}) {
    if (layer != nullptr) {
      card.place(*layer, x, y + layout.caption(), layout.edge, layout.edge);
    }
  }
  card.write(x + 0.4 * layout.small, y + layout.small, tile.caption,
             {0.85 * layout.small, faint_chalk});
}

void draw_card(Canvas& card, const FossilPictures& pictures, const CardText& text,
               const Layout& layout) {
  const double width = static_cast<double>(columns) * layout.edge;
  card.fill(0, 0, width, layout.header, paper);
  card.fill(0, layout.header, width, 2 * layout.tile_height(), plate);
  write_header(card, text, layout);
  std::int64_t place = 0;
  for (const Tile& tile : tiles_of(pictures)) {
    draw_tile(card, static_cast<double>(place % columns) * layout.edge,
              layout.header + static_cast<double>(place / columns) * layout.tile_height(), tile,
              layout);
    ++place;
  }
  draw_scale_bar(card, 0, layout.header + layout.caption(), pictures, layout);
}

}  // namespace

Picture card_of(const FossilPictures& pictures, const CardText& text) {
  const std::int64_t edge = pictures.views.front().width;
  const Layout layout(edge);
  PictureCanvas card(columns * edge, std::llround(layout.height()));
  draw_card(card, pictures, text, layout);
  return card.picture();
}

std::string card_svg_of(const FossilPictures& pictures, const CardText& text) {
  const std::int64_t edge = pictures.views.front().width;
  const Layout layout(edge);
  std::string file;
  SvgCanvas card(columns * edge, std::llround(layout.height()),
                 [&](std::span<const std::byte> bytes) {
                   file.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                 });
  draw_card(card, pictures, text, layout);
  card.finish();
  return file;
}

}  // namespace fossilct
