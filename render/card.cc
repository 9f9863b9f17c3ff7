// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "render/lettering.h"
#include "render/pictures.h"

namespace fossilct {
namespace {

constexpr Colour paper{255, 255, 255};
constexpr Colour plate{0, 0, 0};
constexpr Colour ink{20, 20, 20};
constexpr Colour chalk{235, 235, 235};
constexpr Colour faint_chalk{150, 150, 150};
constexpr std::int64_t columns = 5;

// Lengths of a card, from the edge of its pictures.
struct Layout {
  explicit Layout(std::int64_t edge_pixels) : edge(edge_pixels) {}
  std::int64_t edge;
  int small = static_cast<int>(std::max<std::int64_t>(edge / 17, 9));
  int large = small * 8 / 5;
  std::int64_t gap = edge / 16;
  std::int64_t header = gap + large * 8 / 5 + 3 * (small * 3 / 2) + gap / 2;
  std::int64_t width = columns * edge;
  std::int64_t height = header + 2 * edge;
};

// Three lines a column, as many columns as there are.
void write_header(Picture& card, const CardText& text, const Layout& layout) {
  write_text(card, layout.gap, layout.gap / 2, text.title, {layout.large, ink, true});
  std::int64_t x = layout.gap;
  std::int64_t widest = 0;
  const std::int64_t top = layout.gap / 2 + layout.large * 8 / 5;
  for (std::size_t i = 0; i < text.lines.size() && x + layout.gap < layout.width; ++i) {
    const auto row = static_cast<std::int64_t>(i % 3);
    const Lettering lettering{layout.small, ink};
    write_text(card, x, top + row * (layout.small * 3 / 2), text.lines[i], lettering);
    widest = std::max(widest, text_width(text.lines[i], lettering));
    if (row == 2) {
      x += widest + 2 * layout.gap;
      widest = 0;
    }
  }
}

void draw_scale_bar(Picture& card, std::int64_t x, std::int64_t y, const FossilPictures& pictures,
                    const Layout& layout) {
  const ScaleBar bar = scale_bar(pictures.um_per_pixel, 0.4 * static_cast<double>(layout.edge),
                                 pictures.spacing_known);
  const std::int64_t thick = std::max<std::int64_t>(layout.edge / 90, 2);
  const std::int64_t bottom = y + layout.edge - layout.gap / 2;
  fill(card, x + layout.gap / 2, bottom - thick, std::llround(bar.pixels), thick, chalk);
  write_text(card, x + layout.gap / 2, bottom - thick - layout.small * 3 / 2, bar.label,
             {layout.small, chalk});
}

// On a patch of the plate, as sections are bright.
void write_caption(Picture& card, std::int64_t x, std::int64_t y, const std::string& caption,
                   const Layout& layout) {
  const Lettering lettering{layout.small * 4 / 5, faint_chalk};
  const std::int64_t pad = layout.gap / 4;
  fill(card, x - pad, y - pad / 2, text_width(caption, lettering) + 2 * pad,
       lettering.height_pixels * 5 / 4 + pad, plate);
  write_text(card, x, y, caption, lettering);
}

struct Tile {
  const Picture* picture = nullptr;
  std::string caption;
};

std::vector<Tile> tiles_of(const FossilPictures& pictures) {
  const auto view = [&](StandardView which) {
    return Tile{&pictures.views[static_cast<std::size_t>(which)], std::string(name_of(which))};
  };
  std::vector<Tile> tiles{view(StandardView::front),
                          view(StandardView::left),
                          view(StandardView::back),
                          view(StandardView::right),
                          {},
                          view(StandardView::top),
                          view(StandardView::bottom)};
  if (pictures.cut) {
    tiles[4] = {&*pictures.cut, "cut, from " + std::string(name_of(pictures.cut_from))};
  }
  const std::array<const char*, 3> names{"section, front", "section, left", "section, top"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    tiles.push_back({&pictures.sections[i], names[i]});
  }
  return tiles;
}

}  // namespace

Picture card_of(const FossilPictures& pictures, const CardText& text) {
  const Layout layout(pictures.views.front().width);
  Picture card(layout.width, layout.height, 3);
  fill(card, 0, 0, card.width, layout.header, paper);
  fill(card, 0, layout.header, card.width, card.height - layout.header, plate);
  write_header(card, text, layout);
  std::int64_t place = 0;
  for (const Tile& tile : tiles_of(pictures)) {
    const std::int64_t x = place % columns * layout.edge;
    const std::int64_t y = layout.header + place / columns * layout.edge;
    ++place;
    if (tile.picture == nullptr) {
      continue;
    }
    lay_over(card, x, y, *tile.picture);
    write_caption(card, x + layout.gap / 2, y + layout.gap / 3, tile.caption, layout);
  }
  draw_scale_bar(card, 0, layout.header, pictures, layout);
  return card;
}

}  // namespace fossilct
