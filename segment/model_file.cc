// SPDX-License-Identifier: Apache-2.0
#include "segment/model_file.h"

#include "base/error.h"
#include "base/text.h"
#include "networks/weights/load_weights.h"

namespace fossilct {
namespace {

constexpr std::int64_t largest_class_value = 255;  // of labels of 8 bit

Json to_json(const ModelScan& scan) {
  return {{"name", scan.name},
          {"type", scan.type},
          {"scale", to_json(scan.scale)},
          {"histogram", to_json(scan.histogram)},
          {"features", {{"mean", scan.features.mean}, {"deviation", scan.features.deviation}}}};
}

ModelScan model_scan_from_json(const Json& json) {
  ModelScan scan{json.at("name").get<std::string>(),
                 json.at("type").get<std::string>(),
                 intensity_scale_from_json(json.at("scale")),
                 histogram_from_json(json.at("histogram")),
                 {}};
  json.at("features").at("mean").get_to(scan.features.mean);
  json.at("features").at("deviation").get_to(scan.features.deviation);
  if (scan.features.mean.size() != scan.features.deviation.size()) {
    throw Error(ErrorKind::format, "features with other numbers of means and deviations");
  }
  if (scan.histogram.counts.empty() || !(scan.histogram.low < scan.histogram.high)) {
    throw Error(ErrorKind::format, "an intensity histogram without bins or range");
  }
  return scan;
}

Json spacing_json(const std::optional<Vector3>& um) {
  return um ? Json{um->x, um->y, um->z} : Json();
}

std::optional<Vector3> spacing_from_json(const Json& json) {
  if (json.is_null()) {
    return std::nullopt;
  }
  const Vector3 um = {json.at(0).get<double>(), json.at(1).get<double>(), json.at(2).get<double>()};
  if (!(um.x > 0 && um.y > 0 && um.z > 0)) {
    throw Error(ErrorKind::format, "a spacing that is not above 0");
  }
  return um;
}

Json to_json(const ModelRecord& record) {
  Json scans = Json::array();
  for (const ModelScan& scan : record.scans) {
    scans.push_back(to_json(scan));
  }
  return {{"network", to_json(record.network)},
          {"classes", to_json(record.classes)},
          {"normalisation", name_of(record.normalisation)},
          {"context", record.context},
          {"repeat_grey", record.repeat_grey},
          {"axes", name_of(record.axes)},
          {"spacing_um", spacing_json(record.spacing_um)},
          {"scans", std::move(scans)},
          {"training", record.training}};
}

ModelRecord record_from_json(const Json& json) {
  ModelRecord record;
  record.network = network_spec_from_json(json.at("network"));
  record.classes = label_classes_from_json(json.at("classes"));
  record.normalisation =
      normalisation_from_name("normalisation", json.at("normalisation").get<std::string>());
  json.at("context").get_to(record.context);
  json.at("repeat_grey").get_to(record.repeat_grey);
  record.axes = parse_axes("axes", json.at("axes").get<std::string>());
  record.spacing_um = spacing_from_json(json.at("spacing_um"));
  for (const Json& scan : json.at("scans")) {
    record.scans.push_back(model_scan_from_json(scan));
  }
  record.training = json.at("training");
  return record;
}

void check(const ModelRecord& record) {
  if (std::ssize(record.classes) != record.network.classes) {
    throw Error(ErrorKind::format, "its record names " + std::to_string(record.classes.size()) +
                                       " classes, its network has " +
                                       std::to_string(record.network.classes));
  }
  std::int64_t before = -1;
  for (const LabelClass& c : record.classes) {
    if (c.value <= before || c.value > largest_class_value || c.name.empty()) {
      throw Error(ErrorKind::format,
                  "class " + std::to_string(c.value) + " '" + printable(c.name) +
                      "': expected names, and values that rise from 0 (the background) to at most "
                      "255");
    }
    before = c.value;
  }
  if (record.classes.front().value != 0) {
    throw Error(ErrorKind::format, "its first class is not the background (0)");
  }
  const int channels = record.repeat_grey ? 3 : 2 * record.context + 1;
  if (record.context < 0 || channels != record.network.channels) {
    throw Error(ErrorKind::format, "its record has context " + std::to_string(record.context) +
                                       ", its network takes " +
                                       std::to_string(record.network.channels) + " channels");
  }
}

}  // namespace

void write_model(const std::filesystem::path& path, const ModelRecord& record,
                 const Network& network) {
  std::vector<NamedTensor> tensors;
  for (const auto& [name, tensor] : state_dict(network)) {
    tensors.push_back({name, tensor});
  }
  write_safetensors(path, tensors, model_metadata(to_json(record)));
}

Model read_model(const std::filesystem::path& path) {
  const WeightFile file = read_weight_file(path);
  const std::optional<Json> json = model_record(file);
  if (!json || !json->contains("classes")) {
    throw format_error(path,
                       "holds weights without the record of a model (classes, normalisation, "
                       "context): expected a file that `fossilct train` wrote");
  }
  Model model;
  try {
    model.record = record_from_json(*json);
    check(model.record);
  } catch (const std::exception& error) {
    // Whatever its kind: it is not the user's options that are wrong.
    throw format_error(path, std::string("the model's record: ") + error.what());
  }
  model.network = make_network(model.record.network);
  const LoadReport report = load_weights(*model.network, file, {});
  if (!report.adapted.empty()) {
    throw format_error(path, "its record says " + std::to_string(model.record.network.channels) +
                                 " channels, its weights are of another number (" +
                                 report.adapted.front().name + ": " + report.adapted.front().how +
                                 ")");
  }
  return model;
}

}  // namespace fossilct
