// SPDX-License-Identifier: Apache-2.0
#include "networks/spec.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {
namespace {

constexpr int most_channels = 64;
constexpr int most_unet_classes = 256;
constexpr int most_classifier_classes = 65536;
constexpr int most_filters = 64;
constexpr int least_cyclic_size = 16;
constexpr int most_cyclic_size = 1024;
constexpr int most_measurements = 256;

[[noreturn]] void refuse_spec(const std::string& what) {
  throw Error(ErrorKind::format, "network description: " + what);
}

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + name;
  }
  return list;
}

void check_choice(const std::string& field, const std::string& value,
                  const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) {
    return;
  }
  const std::optional<std::string> close = closest_match(value, choices);
  refuse_spec(field + " is '" + printable(value) + "'; it may be " + joined(choices) +
              (close ? ". Did you mean '" + *close + "'?" : ""));
}

void check_range(const std::string& field, int value, int least, int most) {
  if (value < least || value > most) {
    refuse_spec(field + " is " + std::to_string(value) + "; it may be " + std::to_string(least) +
                " to " + std::to_string(most));
  }
}

bool is_unet(const NetworkSpec& spec) { return spec.architecture == "unet"; }
bool is_pixelshuffle(const NetworkSpec& spec) {
  return is_unet(spec) && spec.decoder == "pixelshuffle";
}

std::vector<std::string> resnets() {
  std::vector<std::string> names = known_encoders();
  std::erase_if(names, [](const std::string& name) {
    return !name.starts_with("resnet") || has_cyclic_blocks(name);
  });
  return names;
}

template <typename T>
void take(const Json& json, const char* field, T& value) {
  const auto found = json.find(field);
  if (found == json.end()) {
    refuse_spec(std::string(field) + " is missing");
  }
  try {
    found->get_to(value);
  } catch (const Json::exception&) {
    refuse_spec(std::string(field) + " is " + printable(found->dump()) + ", of the wrong type");
  }
}

void take_count(const Json& json, const char* field, int& value) {
  double number = 0;
  take(json, field, number);
  if (!json.at(field).is_number_integer() || number < 0 || number > most_classifier_classes) {
    refuse_spec(std::string(field) + " is " + json_text(json.at(field)) + ", which is no count");
  }
  value = static_cast<int>(number);
}

void refuse_unknown_fields(const Json& json, const Json& known) {
  for (const auto& item : json.items()) {
    if (!known.contains(item.key())) {
      refuse_spec("field '" + printable(item.key()) +
                  "' is not known to this version, which can't build the network without it");
    }
  }
}

std::string counted(int count, const std::string& noun, const std::string& plural) {
  return std::to_string(count) + " " + (count == 1 ? noun : plural);
}

std::string spelled(const std::string& encoder) {
  if (has_cyclic_blocks(encoder)) {
    return encoder;
  }
  if (encoder.starts_with("resnet")) {
    return "ResNet" + encoder.substr(6);
  }
  return encoder.ends_with("_bn")
             ? "VGG" + encoder.substr(3, encoder.size() - 6) + " with batch norm"
             : "VGG" + encoder.substr(3);
}

void check_cyclic_blocks(const NetworkSpec& spec) {
  check_range("filters", spec.filters, 1, most_filters);
  check_range("size", spec.size, least_cyclic_size, most_cyclic_size);
  const int step = 1 << cyclic_blocks(spec.size);
  if (spec.size % step != 0) {
    refuse_spec("size is " + std::to_string(spec.size) + "; " + spec.encoder + " halves it " +
                std::to_string(cyclic_blocks(spec.size)) + " times: it may be " +
                std::to_string(spec.size / step * step) + " or " +
                std::to_string((spec.size / step + 1) * step));
  }
  if (spec.cyclic || !spec.head.empty()) {
    refuse_spec("cyclic and head belong to a resnet or vgg; " + spec.encoder + " has its own");
  }
}

void check_classifier(const NetworkSpec& spec) {
  if (!spec.decoder.empty()) {
    refuse_spec("decoder is '" + printable(spec.decoder) + "'; a classifier has none");
  }
  check_range("classes", spec.classes, 1, most_classifier_classes);
  check_range("measurements", spec.measurements, 0, most_measurements);
  if (has_cyclic_blocks(spec.encoder)) {
    check_cyclic_blocks(spec);
    return;
  }
  check_choice("head", spec.head, {"", "512-512", "512-64"});
  if (spec.filters != 0 || spec.size != 0) {
    refuse_spec("filters and size belong to base-cyclic and resnet-cyclic");
  }
  if (spec.cyclic && !spec.encoder.starts_with("resnet")) {
    refuse_spec("cyclic belongs to a resnet");
  }
}

void check_unet(const NetworkSpec& spec) {
  check_choice("decoder", spec.decoder, {"conv", "pixelshuffle"});
  check_range("classes", spec.classes, 1, most_unet_classes);
  if (spec.filters != 0 || spec.size != 0 || spec.cyclic || !spec.head.empty() ||
      spec.measurements != 0) {
    refuse_spec("filters, size, cyclic, head and measurements belong to a classifier");
  }
}

}  // namespace

const std::vector<std::string>& known_encoders() {
  static const std::vector<std::string> names = {
      "resnet18", "resnet34", "resnet50", "resnet101",   "resnet152",
      "vgg11",    "vgg11_bn", "vgg13",    "vgg13_bn",    "vgg16",
      "vgg16_bn", "vgg19",    "vgg19_bn", "base-cyclic", "resnet-cyclic"};
  return names;
}

bool has_cyclic_blocks(const std::string& encoder) {
  return encoder == "base-cyclic" || encoder == "resnet-cyclic";
}

int cyclic_blocks(int size) { return static_cast<int>(std::lround(std::log2(size) - 2)); }

void check(const NetworkSpec& spec) {
  check_choice("architecture", spec.architecture, {"unet", "classifier"});
  check_choice("encoder", spec.encoder, is_unet(spec) ? resnets() : known_encoders());
  check_range("channels", spec.channels, 1, most_channels);
  if (is_unet(spec)) {
    check_unet(spec);
  } else {
    check_classifier(spec);
  }
  if ((spec.self_attention || spec.blur) && !is_pixelshuffle(spec)) {
    refuse_spec("self_attention and blur belong to the pixelshuffle decoder");
  }
}

Json to_json(const NetworkSpec& spec) {
  Json json = {{"architecture", spec.architecture}, {"encoder", spec.encoder}};
  if (is_unet(spec)) {
    json["decoder"] = spec.decoder;
  }
  json["channels"] = spec.channels;
  json["classes"] = spec.classes;
  if (is_pixelshuffle(spec)) {
    json["self_attention"] = spec.self_attention;
    json["blur"] = spec.blur;
  }
  if (has_cyclic_blocks(spec.encoder)) {
    json["filters"] = spec.filters;
    json["size"] = spec.size;
  }
  const NetworkSpec plain;
  if (spec.cyclic != plain.cyclic) {
    json["cyclic"] = spec.cyclic;
  }
  if (spec.head != plain.head) {
    json["head"] = spec.head;
  }
  if (spec.measurements != plain.measurements) {
    json["measurements"] = spec.measurements;
  }
  return json;
}

NetworkSpec network_spec_from_json(const Json& json) {
  if (!json.is_object()) {
    refuse_spec("it is no JSON object but " + printable(json_text(json).substr(0, 80)));
  }
  NetworkSpec spec;
  take(json, "architecture", spec.architecture);
  check_choice("architecture", spec.architecture, {"unet", "classifier"});
  take(json, "encoder", spec.encoder);
  spec.decoder.clear();
  if (is_unet(spec)) {
    take(json, "decoder", spec.decoder);
    check_choice("decoder", spec.decoder, {"conv", "pixelshuffle"});
  }
  take_count(json, "channels", spec.channels);
  take_count(json, "classes", spec.classes);
  if (is_pixelshuffle(spec)) {
    take(json, "self_attention", spec.self_attention);
    take(json, "blur", spec.blur);
  }
  if (has_cyclic_blocks(spec.encoder)) {
    take_count(json, "filters", spec.filters);
    take_count(json, "size", spec.size);
  }
  if (json.contains("cyclic")) {
    take(json, "cyclic", spec.cyclic);
  }
  if (json.contains("head")) {
    take(json, "head", spec.head);
  }
  if (json.contains("measurements")) {
    take_count(json, "measurements", spec.measurements);
  }
  refuse_unknown_fields(json, to_json(spec));
  check(spec);
  return spec;
}

std::string describe(const NetworkSpec& spec) {
  std::string text =
      is_unet(spec) ? "U-Net, " + spelled(spec.encoder) + " encoder, " + spec.decoder + " decoder"
                    : spelled(spec.encoder) + " classifier";
  text += spec.self_attention ? " with self-attention" : "";
  if (has_cyclic_blocks(spec.encoder)) {
    text += ", " + counted(spec.filters, "filter", "filters") + ", images of " +
            std::to_string(spec.size) + " x " + std::to_string(spec.size);
  }
  text += spec.cyclic ? ", cyclic" : "";
  text += spec.head.empty() ? "" : ", head " + spec.head;
  text +=
      spec.measurements > 0 ? ", " + counted(spec.measurements, "measurement", "measurements") : "";
  text += spec.blur ? (spec.self_attention ? " and blur" : " with blur") : "";
  return text + ", " + counted(spec.channels, "channel", "channels") + ", " +
         counted(spec.classes, "class", "classes");
}

}  // namespace fossilct
