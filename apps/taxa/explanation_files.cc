// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/explanation_files.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <numeric>
#include <span>
#include <utility>

#include "apps/taxa/explanation_pictures.h"
#include "base/error.h"
#include "base/text.h"
#include "base/version.h"
#include "classify/taxon_reasons.h"
#include "report/html_page.h"
#include "report/html_parts.h"
#include "report/numbers.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

// The least sure first; those like nothing seen before all others.
std::vector<std::size_t> by_doubt(const std::vector<TaxonAnswer>& answers, std::int64_t most) {
  std::vector<std::size_t> order(answers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto sureness = [&](std::size_t i) {
    return first_score(answers[i]) - (is_like_nothing_seen(answers[i]) ? 1 : 0);
  };
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return sureness(a) < sureness(b); });
  if (most > 0 && std::cmp_less(most, order.size())) {
    order.resize(static_cast<std::size_t>(most));
  }
  return order;
}

// Of each specimen the place of its first picture, and behind the last their number.
std::vector<std::size_t> first_pictures(const ImageSet& set) {
  std::vector<std::size_t> first(set.specimens.size() + 1, set.images.size());
  for (std::size_t i = set.images.size(); i > 0; --i) {
    first[set.images[i - 1].specimen] = i - 1;
  }
  return first;
}

std::string file_name_of(std::string text) {
  for (char& letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    letter = std::isalnum(byte) != 0 || letter == '-' || letter == '.' ? letter : '_';
  }
  return text;
}

void write_bytes(const fs::path& path, std::span<const std::byte> bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
  if (!stream.flush()) {
    throw file_errno_error(path, "can't write");
  }
}

Markup picture_figure(const std::string& file, const std::string& title) {
  return figure(empty_element("img", {{"src", file}, {"alt", title}, {"loading", "lazy"}}), title);
}

std::string answer_words(const TaxonModel& model, const ImageSet& set, std::size_t specimen,
                         const TaxonAnswer& answer, double threshold) {
  std::string words = model.taxa[static_cast<std::size_t>(first_taxon(answer.scores))] +
                      ", score " + decimal_text(first_score(answer), 2);
  if (is_like_nothing_seen(answer)) {
    words += ", like nothing seen (" + decimal_text(*answer.novelty, 1) + ")";
  } else if (!is_sure(answer, threshold)) {
    words += ", unsure";
  }
  const std::optional<int>& taxon = set.specimens[specimen].taxon;
  return taxon ? words + "; known as " + set.taxa[static_cast<std::size_t>(*taxon)] : words;
}

// Consecutive pictures of one specimen.
struct Pictures {
  std::size_t first = 0;
  std::size_t count = 0;
};

// Writes the pictures of specimens one by one and gathers what the page shows.
class ExplanationWriter {
 public:
  ExplanationWriter(const fs::path& folder, const TaxonModel& model, const ImageSet& set,
                    const ExplanationOptions& options)
      : folder_(folder), model_(model), set_(set), options_(options), explainer_(model) {}

  // `place`: what file names begin with.
  PageSection specimen(std::size_t specimen, const Pictures& pictures, const TaxonAnswer& answer,
                       const std::string& place) const {
    const auto& [first, count] = pictures;
    const std::vector<PictureReasons> reasons =
        explainer_.reasons(set_, first, count, first_taxon(answer.scores));
    std::vector<std::vector<LayerMaps>> maps;
    for (const int layer : options_.layers) {
      maps.push_back(explainer_.maps(set_, first, count, layer));
    }
    const std::string& name = set_.specimens[specimen].name;
    Markup content = paragraph(answer_words(model_, set_, specimen, answer, options_.threshold));
    for (std::size_t i = 0; i < count; ++i) {
      const SpecimenImage& image = set_.images[first + i];
      const std::string picture = fs::path(image.name).stem().string();
      const std::string stem = place + "_" + file_name_of(name + "_" + picture);
      write_bytes(folder_ / (stem + ".png"), reasons_png(set_, image, reasons[i]));
      content += picture_figure(stem + ".png", picture);
      for (std::size_t layer = 0; layer < maps.size(); ++layer) {
        const std::string number = std::to_string(options_.layers[layer]);
        const std::string file = stem + "_layer-" + number + ".png";
        write_bytes(folder_ / file, layer_png(maps[layer][i]));
        content += folded("Maps of convolution " + number, picture_figure(file, picture));
      }
    }
    return {name, content};
  }

 private:
  fs::path folder_;
  const TaxonModel& model_;
  const ImageSet& set_;
  const ExplanationOptions& options_;
  TaxonExplainer explainer_;
};

HtmlPage empty_page(std::int64_t shown, std::size_t all) {
  HtmlPage page = {.title = "Why the model answers so"};
  page.subtitle = "fossilct classify --explain, " + std::string(version());
  page.summary =
      lead_paragraph(format_count(shown) + " of " + format_count(static_cast<std::int64_t>(all)) +
                     " specimens, the least sure first.") +
      paragraph(
          "From left to right: the picture as the network gets it; Grad-CAM, where the last "
          "convolution speaks for the answer (bright: most); guided backpropagation, which pixels "
          "would raise the score if they were brighter (white) or darker (black); the product of "
          "both.");
  page.footer = "fossilct " + std::string(version());
  return page;
}

}  // namespace

void check_layers(const std::vector<int>& layers, const TaxonModel& model) {
  const int most = layers.empty() ? 0 : TaxonExplainer(model).convolutions();
  for (const int layer : layers) {
    if (layer < 1 || layer > most) {
      throw option_error("--layers", "'" + std::to_string(layer) +
                                         "': the model's network has convolutions 1 to " +
                                         std::to_string(most));
    }
  }
}

std::int64_t write_explanations(const fs::path& folder, const TaxonModel& model,
                                const ImageSet& set, const std::vector<TaxonAnswer>& answers,
                                const ExplanationOptions& options, Progress& progress) {
  check_layers(options.layers, model);
  const ExplanationWriter writer(folder, model, set, options);
  const std::vector<std::size_t> order = by_doubt(answers, options.most);
  const std::vector<std::size_t> pictures = first_pictures(set);
  HtmlPage page = empty_page(std::ssize(order), set.specimens.size());
  const std::size_t digits = std::to_string(order.size()).size();
  progress.begin("explain", std::ssize(order), WorkUnit::items);
  for (std::size_t i = 0; i < order.size(); ++i) {
    progress.check();
    std::string place = std::to_string(i + 1);
    place.insert(0, digits - place.size(), '0');
    const std::size_t specimen = order[i];
    const Pictures its = {pictures[specimen], pictures[specimen + 1] - pictures[specimen]};
    page.sections.push_back(writer.specimen(specimen, its, answers[specimen], place));
    progress.advance(1);
  }
  progress.end();
  const std::string html = html_text(page);
  write_bytes(folder / "index.html", std::as_bytes(std::span(html)));
  return std::ssize(order);
}

}  // namespace fossilct
