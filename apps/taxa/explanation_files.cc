// SPDX-License-Identifier: Apache-2.0
#include "apps/taxa/explanation_files.h"

#include <ATen/ATen.h>

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
#include "classify/explanation.h"
#include "classify/taxon_predictor.h"
#include "report/html_page.h"
#include "report/html_parts.h"
#include "report/numbers.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

// Where the maps of each convolution come from; an empty picture of the model's form tells.
std::vector<FeatureLayer> convolutions(const TaxonModel& model, const Program& program) {
  const at::Tensor picture = at::zeros({1, model.network->spec().channels, model.size, model.size});
  std::vector<FeatureLayer> layers = feature_layers(program, picture);
  std::erase_if(layers, [](const FeatureLayer& layer) { return layer.kind != "convolution"; });
  return layers;
}

std::vector<FeatureLayer> chosen_layers(const TaxonModel& model, const Program& program,
                                        const std::vector<int>& numbers) {
  if (numbers.empty()) {
    return {};
  }
  const std::vector<FeatureLayer> all = convolutions(model, program);
  std::vector<FeatureLayer> chosen;
  for (const int number : numbers) {
    if (number < 1 || std::cmp_greater(number, all.size())) {
      throw option_error("--layers", "'" + std::to_string(number) +
                                         "': the model's network has convolutions 1 to " +
                                         std::to_string(all.size()));
    }
    chosen.push_back(all[static_cast<std::size_t>(number - 1)]);
  }
  return chosen;
}

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

std::vector<float> values_of(const at::Tensor& tensor) {
  const at::Tensor plain = tensor.contiguous();
  const auto* begin = plain.data_ptr<float>();
  return {begin, begin + plain.numel()};
}

PictureReasons reasons_of(const Explanation& explanation, std::int64_t picture) {
  return {.grad_cam = values_of(explanation.grad_cam[picture]),
          .guided = values_of(explanation.guided[picture].mean(0)),
          .guided_grad_cam = values_of(explanation.guided_grad_cam[picture].mean(0))};
}

LayerMaps maps_of(const at::Tensor& maps) {
  return {.channels = static_cast<int>(maps.size(0)),
          .rows = static_cast<int>(maps.size(1)),
          .columns = static_cast<int>(maps.size(2)),
          .values = values_of(maps)};
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

// Writes the pictures of specimens one by one and gathers what the page shows.
class Explainer {
 public:
  Explainer(const fs::path& folder, const TaxonModel& model, const ImageSet& set,
            const ExplanationOptions& options)
      : folder_(folder),
        model_(model),
        set_(set),
        threshold_(options.threshold),
        program_(model.network->program()),
        layers_(chosen_layers(model, program_, options.layers)),
        numbers_(options.layers) {}

  PageSection specimen(std::size_t specimen, std::size_t first, std::size_t count,
                       const TaxonAnswer& answer, const std::string& place) const {
    const at::Tensor input = network_input(model_, set_, first, count);
    const Explanation explanation =
        explain(program_, input, std::vector<std::int64_t>(count, first_taxon(answer.scores)));
    std::vector<at::Tensor> maps;
    for (const FeatureLayer& layer : layers_) {
      maps.push_back(feature_maps(program_, input, layer.value));
    }
    Markup content = paragraph(answer_words(model_, set_, specimen, answer, threshold_));
    for (std::size_t i = 0; i < count; ++i) {
      const SpecimenImage& image = set_.images[first + i];
      const std::string picture = fs::path(image.name).stem().string();
      const std::string stem =
          place + "_" + file_name_of(set_.specimens[specimen].name + "_" + picture);
      const auto at = static_cast<std::int64_t>(i);
      write_bytes(folder_ / (stem + ".png"), reasons_png(set_, image, reasons_of(explanation, at)));
      content += picture_figure(stem + ".png", picture);
      for (std::size_t layer = 0; layer < maps.size(); ++layer) {
        const std::string number = std::to_string(numbers_[layer]);
        const std::string file = stem + "_layer-" + number + ".png";
        write_bytes(folder_ / file, layer_png(maps_of(maps[layer][at])));
        content += folded("Maps of convolution " + number, picture_figure(file, picture));
      }
    }
    return {set_.specimens[specimen].name, content};
  }

 private:
  fs::path folder_;
  const TaxonModel& model_;
  const ImageSet& set_;
  double threshold_;
  Program program_;
  std::vector<FeatureLayer> layers_;
  std::vector<int> numbers_;
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
  chosen_layers(model, model.network->program(), layers);
}

std::int64_t write_explanations(const fs::path& folder, const TaxonModel& model,
                                const ImageSet& set, const std::vector<TaxonAnswer>& answers,
                                const ExplanationOptions& options, Progress& progress) {
  const Explainer explainer(folder, model, set, options);
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
    page.sections.push_back(explainer.specimen(specimen, pictures[specimen],
                                               pictures[specimen + 1] - pictures[specimen],
                                               answers[specimen], place));
    progress.advance(1);
  }
  progress.end();
  const std::string html = html_text(page);
  write_bytes(folder / "index.html", std::as_bytes(std::span(html)));
  return std::ssize(order);
}

}  // namespace fossilct
