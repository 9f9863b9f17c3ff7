// SPDX-License-Identifier: Apache-2.0
#include "fixture.h"

#include <ATen/ATen.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "base/json.h"
#include "base/text.h"

namespace fossilct {
namespace {

std::uint32_t crc32(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char letter : text) {
    crc ^= static_cast<unsigned char>(letter);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1U) != 0U ? 0xEDB88320U : 0U);
    }
  }
  return ~crc;
}

// u[i] = ((h + i * 2654435761) mod 2^32) / 2^32 - 0.5
at::Tensor uniform_by_rule(const std::string& name, at::IntArrayRef shape) {
  at::Tensor u = at::empty(shape, at::kDouble);
  auto* values = u.data_ptr<double>();
  const std::uint32_t start = crc32(name);
  for (std::int64_t i = 0; i < u.numel(); ++i) {
    const std::uint32_t hash = start + static_cast<std::uint32_t>(i) * 2654435761U;
    values[i] = hash / 4294967296.0 - 0.5;
  }
  return u;
}

double scale_of(const std::string& name, at::IntArrayRef shape) {
  if (name.ends_with("running_var")) {
    return 0.5;
  }
  if (shape.size() >= 2) {
    std::int64_t fan = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) {
      fan *= shape[i];
    }
    return 2 * std::sqrt(3.0 / static_cast<double>(fan));
  }
  return name.ends_with("weight") ? 0.2 : 0.1;
}

double offset_of(const std::string& name, at::IntArrayRef shape) {
  const bool norm_weight = shape.size() == 1 && name.ends_with("weight");
  return name.ends_with("running_var") || norm_weight ? 1 : 0;
}

std::string encoder_in(const std::string& name) {
  for (const std::string& part : split(name, '-')) {
    for (const std::string& encoder : known_encoders()) {
      if (part == encoder) {
        return encoder;
      }
    }
  }
  throw std::runtime_error(name + ": no encoder that is known here");
}

NetworkSpec spec_of_fixture(const std::string& name, const NetworkFixture& fixture) {
  NetworkSpec spec;
  spec.encoder = encoder_in(name);
  spec.channels = static_cast<int>(fixture.input_shape.at(1));
  spec.classes = static_cast<int>(fixture.output_shape.at(1));
  if (name.starts_with("smp-unet-")) {
    spec.decoder = "conv";
  } else if (name.starts_with("fastai-dynamicunet-")) {
    spec.decoder = "pixelshuffle";
    spec.blur = name.find("blur") != std::string::npos;
    for (const auto& [tensor, shape] : fixture.tensors) {
      spec.self_attention = spec.self_attention || tensor.ends_with(".gamma");
    }
  } else if (name.starts_with("torchvision-")) {
    spec.architecture = "classifier";
    spec.decoder.clear();
  } else {
    throw std::runtime_error(name + ": a source that is not known here");
  }
  return spec;
}

at::Tensor read_logits(const std::filesystem::path& path, const std::vector<std::int64_t>& shape) {
  at::Tensor logits = at::empty(shape, at::kFloat);
  std::ifstream file(path, std::ios::binary);
  const auto bytes = static_cast<std::streamsize>(logits.nbytes());
  if (!file.read(static_cast<char*>(logits.data_ptr()), bytes) || file.peek() != EOF) {
    throw std::runtime_error(path.string() + ": not " + std::to_string(bytes) + " bytes");
  }
  return logits;
}

}  // namespace

NetworkFixture read_network_fixture(const std::filesystem::path& json_path) {
  std::ifstream file(json_path);
  if (!file) {
    throw std::runtime_error(json_path.string() + ": can't be read");
  }
  const Json json = parse_json(std::string(std::istreambuf_iterator<char>(file), {}));
  NetworkFixture fixture;
  json.at("input_shape").get_to(fixture.input_shape);
  json.at("output_shape").get_to(fixture.output_shape);
  json.at("parameters").get_to(fixture.parameters);
  for (const Json& tensor : json.at("tensors")) {
    fixture.tensors.emplace_back(tensor.at(0).get<std::string>(),
                                 tensor.at(1).get<std::vector<std::int64_t>>());
  }
  fixture.spec = spec_of_fixture(json_path.stem().string(), fixture);
  const std::string output = json.value("output_file", json_path.stem().string() + ".out.f32");
  fixture.logits = read_logits(json_path.parent_path() / output, fixture.output_shape);
  return fixture;
}

void fill_by_rule(const std::string& name, at::Tensor tensor) {
  if (!tensor.is_floating_point()) {
    return;
  }
  const at::NoGradGuard no_gradients;
  const at::IntArrayRef shape = tensor.sizes();
  tensor.copy_(uniform_by_rule(name, shape) * scale_of(name, shape) + offset_of(name, shape));
}

void fill_by_rule(Network& network) {
  for (const auto& [name, tensor] : state_dict(network)) {
    fill_by_rule(name, tensor);
  }
}

at::Tensor input_by_rule(const std::vector<std::int64_t>& shape) {
  return (2 * uniform_by_rule("input", shape)).to(at::kFloat);
}

double largest_difference(const at::Tensor& ours, const at::Tensor& reference) {
  if (ours.sizes() != reference.sizes()) {
    return std::numeric_limits<double>::infinity();
  }
  const double difference = ((ours - reference).abs() / (1 + reference.abs())).max().item<double>();
  return std::isfinite(difference) ? difference : std::numeric_limits<double>::infinity();
}

std::filesystem::path network_fixtures() {
  const char* data = std::getenv("FOSSILCT_TEST_DATA");
  const std::filesystem::path folder =
      std::filesystem::path(data != nullptr ? data : "") / ".." / "fixtures" / "networks";
  return data != nullptr && std::filesystem::is_directory(folder) ? folder
                                                                  : std::filesystem::path();
}

}  // namespace fossilct
