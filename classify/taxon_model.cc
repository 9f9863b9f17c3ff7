// SPDX-License-Identifier: Apache-2.0
#include "classify/taxon_model.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/text.h"
#include "networks/weights/load_weights.h"

namespace fossilct {

namespace {

constexpr const char* centres_name = "places.centres";
constexpr const char* deviations_name = "places.inverse_deviations";

Json record_of(const TaxonModel& model) {
  Json measurements = Json::array();
  for (const MeasurementScale& scale : model.measurements) {
    measurements.push_back(
        {{"name", scale.name}, {"mean", scale.mean}, {"deviation", scale.deviation}});
  }
  const std::optional<double>& usual = model.places.usual_distance;
  return {{"network", to_json(model.network->spec())},
          {"taxa", model.taxa},
          {"size", model.size},
          {"scaling", name_of(model.scaling)},
          {"measurements", std::move(measurements)},
          {"temperature", model.temperature},
          {"usual_distance", usual ? Json(*usual) : Json()},
          {"training", model.training}};
}

void take_record(const Json& json, TaxonModel& model) {
  json.at("taxa").get_to(model.taxa);
  json.at("size").get_to(model.size);
  model.scaling = picture_scaling_from_name(json.at("scaling").get<std::string>());
  for (const Json& scale : json.at("measurements")) {
    model.measurements.push_back({scale.at("name").get<std::string>(),
                                  scale.at("mean").get<double>(),
                                  scale.at("deviation").get<double>()});
  }
  json.at("temperature").get_to(model.temperature);
  if (!json.at("usual_distance").is_null()) {
    model.places.usual_distance = json.at("usual_distance").get<double>();
  }
  model.training = json.at("training");
}

void require_record(bool holds, const std::string& what) {
  if (!holds) {
    throw Error(ErrorKind::format, what);
  }
}

void check_record(const TaxonModel& model, const NetworkSpec& spec) {
  require_record(spec.architecture == "classifier", "its network is no classifier");
  require_record(std::ssize(model.taxa) == spec.classes,
                 "it names " + std::to_string(model.taxa.size()) + " taxa, its network has " +
                     std::to_string(spec.classes) + " classes");
  require_record(std::ssize(model.measurements) == spec.measurements,
                 "it has " + std::to_string(model.measurements.size()) +
                     " measurements, its network " + std::to_string(spec.measurements));
  constexpr int most_size = 4096;
  require_record(
      model.size >= 1 && model.size <= most_size && (spec.size == 0 || spec.size == model.size),
      "its pictures are of size " + std::to_string(model.size));
  require_record(model.temperature > 0, "its temperature is not above 0");
  for (const MeasurementScale& scale : model.measurements) {
    require_record(scale.deviation > 0 && std::isfinite(scale.mean),
                   "measurement '" + printable(scale.name) + "' has no deviation above 0");
  }
}

at::Tensor place_tensor(const WeightFile& file, const char* name, at::IntArrayRef sizes) {
  const at::Tensor* found = file.find(name);
  require_record(found != nullptr && found->sizes() == sizes,
                 std::string("its tensor ") + name + " is missing or of another shape");
  return found->to(at::kFloat);
}

}  // namespace

void write_taxon_model(const std::filesystem::path& path, const TaxonModel& model) {
  std::vector<NamedTensor> tensors;
  for (const auto& [name, tensor] : state_dict(*model.network)) {
    tensors.push_back({name, tensor});
  }
  // A taxon without specimens has no place: infinity is no number a reader of weights takes.
  constexpr double nowhere = 1e30;
  tensors.push_back({centres_name, at::nan_to_num(model.places.centres, nowhere)});
  tensors.push_back({deviations_name, model.places.inverse_deviations});
  write_safetensors(path, tensors, model_metadata(record_of(model)));
}

TaxonModel read_taxon_model(const std::filesystem::path& path) {
  WeightFile file = read_weight_file(path);
  const std::optional<Json> json = model_record(file);
  if (!json || !json->contains("taxa")) {
    throw format_error(path,
                       "holds weights without the record of taxa: expected a file that `fossilct "
                       "train-classifier` wrote");
  }
  TaxonModel model;
  try {
    const NetworkSpec spec = network_spec_from_json(json->at("network"));
    take_record(*json, model);
    check_record(model, spec);
    model.network = as_classifier(make_network(spec));
    const std::int64_t width = model.network->head().embedding_width();
    model.places.centres = place_tensor(file, centres_name, {spec.classes, width});
    model.places.inverse_deviations = place_tensor(file, deviations_name, {width});
  } catch (const std::exception& error) {
    // Whatever its kind: it is not the user's options that are wrong.
    throw format_error(path, std::string("the model's record: ") + error.what());
  }
  std::erase_if(file.tensors,
                [](const NamedTensor& named) { return named.name.starts_with("places."); });
  load_weights(*model.network, file, {});
  model.network->eval();
  return model;
}

at::Tensor model_measurements(const ImageSet& set, const std::vector<MeasurementScale>& scales) {
  if (scales.empty()) {
    return {};
  }
  std::vector<float> values;
  for (const ImagedSpecimen& specimen : set.specimens) {
    for (const MeasurementScale& scale : scales) {
      const auto found = std::find(set.measurements.begin(), set.measurements.end(), scale.name);
      const double value =
          found == set.measurements.end()
              ? std::numeric_limits<double>::quiet_NaN()
              : specimen.measurements[static_cast<std::size_t>(found - set.measurements.begin())];
      values.push_back(static_cast<float>((value - scale.mean) / scale.deviation));
    }
  }
  return at::tensor(values).view({std::ssize(set.specimens), std::ssize(scales)});
}

std::vector<MeasurementScale> measurement_scales(const ImageSet& set) {
  std::vector<MeasurementScale> scales;
  for (std::size_t m = 0; m < set.measurements.size(); ++m) {
    double count = 0;
    double mean = 0;
    double squares = 0;
    for (const ImagedSpecimen& specimen : set.specimens) {
      if (const double value = specimen.measurements[m]; std::isfinite(value)) {
        count += 1;
        const double step = value - mean;
        mean += step / count;
        squares += step * (value - mean);
      }
    }
    const double deviation = count > 1 ? std::sqrt(squares / (count - 1)) : 0;
    scales.push_back({set.measurements[m], mean, deviation > 0 ? deviation : 1});
  }
  return scales;
}

void require_fitting(const ImageSet& set, const TaxonModel& model) {
  const int channels = model.network->spec().channels;
  if (set.size != model.size || set.channels != channels) {
    const auto shape = [](int n, int size) {
      const std::string side = std::to_string(size);
      return (n == 1 ? "grey, " : std::to_string(n) + " channels, ") + side + " x " + side;
    };
    throw Error(ErrorKind::format, "the pictures are " + shape(set.channels, set.size) +
                                       ", the model was trained on " + shape(channels, model.size));
  }
}

}  // namespace fossilct
