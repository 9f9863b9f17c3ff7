// SPDX-License-Identifier: Apache-2.0
#include "networks/weights/load_weights.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "support.h"

namespace fossilct {
namespace {

NetworkSpec unet(const std::string& encoder, int channels, const std::string& decoder = "conv") {
  NetworkSpec spec;
  spec.encoder = encoder;
  spec.channels = channels;
  spec.decoder = decoder;
  return spec;
}

NetworkSpec classifier(const std::string& encoder, int channels, int classes) {
  return {.architecture = "classifier",
          .encoder = encoder,
          .decoder = "",
          .channels = channels,
          .classes = classes};
}

// The network's weights as a file of them would hold them.
WeightFile file_of(const Network& network) {
  WeightFile file;
  file.path = "weights.safetensors";
  for (const auto& [name, tensor] : state_dict(network)) {
    file.tensors.push_back({name, tensor.detach().clone()});
  }
  return file;
}

at::Tensor tensor_of(const Network& network, const std::string& name) {
  for (const auto& [found, tensor] : state_dict(network)) {
    if (found == name) {
      return tensor.detach().clone();
    }
  }
  FAIL("no tensor " << name);
  return {};
}

void remove(WeightFile& file, const std::string& prefix) {
  std::erase_if(file.tensors, [&](const NamedTensor& t) { return t.name.starts_with(prefix); });
}

std::string error_of(Network& network, const WeightFile& file, const LoadOptions& options = {}) {
  return test::message_of<Error>([&] { load_weights(network, file, options); });
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool same_weights(const Network& a, const Network& b) {
  const auto left = state_dict(a);
  const auto right = state_dict(b);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const auto& x, const auto& y) {
                      return x.first == y.first && at::equal(x.second, y.second);
                    });
}

TEST_CASE("a network's own weights come back through a file") {
  const test::TemporaryFolder folder;
  for (const NetworkSpec& spec :
       {unet("resnet18", 1), unet("resnet18", 3, "pixelshuffle"), classifier("resnet50", 3, 7)}) {
    const auto saved = make_network(spec, 1);
    const auto loaded = make_network(spec, 2);
    REQUIRE_FALSE(same_weights(*saved, *loaded));
    const WeightFile weights = file_of(*saved);
    Json record;
    record["network"] = to_json(spec);
    write_safetensors(folder / "m.safetensors", weights.tensors, model_metadata(record));
    const WeightFile file = read_weight_file(folder / "m.safetensors");
    CHECK(spec_of(file) == spec);
    const LoadReport report = load_weights(*loaded, file, {});
    CHECK(report.taken.size() == weights.tensors.size());
    CHECK(report.missing.empty());
    CHECK(report.unused.empty());
    CHECK(same_weights(*saved, *loaded));
  }
}

TEST_CASE("scheme, encoder and spec are told from names and shapes") {
  const auto told = [](const NetworkSpec& spec) { return spec_of(file_of(*make_network(spec))); };
  for (const char* encoder : {"resnet18", "resnet34", "resnet50"}) {
    CAPTURE(encoder);
    CHECK(told(classifier(encoder, 3, 5)) == classifier(encoder, 3, 5));
  }
  CHECK(told(unet("resnet34", 5)) == unet("resnet34", 5));
  NetworkSpec dynamic = unet("resnet18", 3, "pixelshuffle");
  CHECK(told(dynamic) == dynamic);
  dynamic.self_attention = true;
  CHECK(told(dynamic) == dynamic);

  const auto scheme = [](const NetworkSpec& spec) {
    return naming_scheme(file_of(*make_network(spec)));
  };
  CHECK(scheme(classifier("resnet18", 3, 2)) == NamingScheme::torchvision);
  CHECK(scheme(unet("resnet18", 3)) == NamingScheme::smp);
  CHECK(scheme(unet("resnet18", 3, "pixelshuffle")) == NamingScheme::fastai);
  CHECK(naming_scheme({}) == NamingScheme::other);
  CHECK_FALSE(encoder_of({}).has_value());
  CHECK_FALSE(spec_of({}).has_value());
}

TEST_CASE("VGG is told, with and without batch norm") {
  const auto network = make_network(classifier("vgg11_bn", 3, 2));
  WeightFile file = file_of(*network);
  CHECK(naming_scheme(file) == NamingScheme::torchvision_vgg);
  CHECK(spec_of(file) == network->spec());
  remove(file, "classifier");
  CHECK(encoder_of(file) == std::string("vgg11_bn"));
  CHECK_FALSE(spec_of(file).has_value());
  const LoadReport report = load_weights(*network, file, {.encoder_only = true});
  CHECK(report.taken.size() == file.tensors.size());

  // torchvision's vgg16, whose linear layers are too large for a fast test.
  WeightFile vgg16;
  std::int64_t in = 3;
  for (const auto& [index, out] : std::vector<std::pair<int, std::int64_t>>{{0, 64},
                                                                            {2, 64},
                                                                            {5, 128},
                                                                            {7, 128},
                                                                            {10, 256},
                                                                            {12, 256},
                                                                            {14, 256},
                                                                            {17, 512},
                                                                            {19, 512},
                                                                            {21, 512},
                                                                            {24, 512},
                                                                            {26, 512},
                                                                            {28, 512}}) {
    const std::string name = "features." + std::to_string(index) + ".weight";
    vgg16.tensors.push_back({name, at::empty({out, in, 3, 3})});
    in = out;
  }
  CHECK(encoder_of(vgg16) == std::string("vgg16"));
  vgg16.tensors.push_back({"classifier.6.weight", at::zeros({7, 4096})});
  CHECK(spec_of(vgg16) == classifier("vgg16", 3, 7));
}

TEST_CASE("networks of like names and other shapes are not taken for ours") {
  WeightFile wide = file_of(*make_network(classifier("resnet50", 3, 2)));
  for (NamedTensor& named : wide.tensors) {
    if (named.name == "layer1.0.conv2.weight") {
      named.tensor = at::zeros({128, 4, 3, 3});  // ResNeXt's groups
    }
  }
  CHECK_FALSE(encoder_of(wide).has_value());
  WeightFile deeper = file_of(*make_network(classifier("resnet18", 3, 2)));
  deeper.tensors.push_back({"layer1.0.se.fc1.weight", at::zeros({4, 64, 1, 1})});
  CHECK_FALSE(encoder_of(deeper).has_value());
  WeightFile attention = file_of(*make_network(unet("resnet18", 1)));
  attention.tensors.push_back(
      {"decoder.blocks.0.attention1.attention.cSE.1.weight", at::ones({1})});
  CHECK_FALSE(spec_of(attention).has_value());
}

TEST_CASE("torchvision's name under each scheme") {
  CHECK(torchvision_name("layer1.0.bn1.bias", NamingScheme::torchvision) == "layer1.0.bn1.bias");
  CHECK(torchvision_name("encoder.conv1.weight", NamingScheme::smp) == "conv1.weight");
  CHECK(torchvision_name("layers.0.0.weight", NamingScheme::fastai) == "conv1.weight");
  CHECK(torchvision_name("layers.0.7.1.bn2.bias", NamingScheme::fastai) == "layer4.1.bn2.bias");
  CHECK(torchvision_name("features.0.bias", NamingScheme::torchvision_vgg) == "features.0.bias");
  CHECK_FALSE(torchvision_name("fc.weight", NamingScheme::torchvision).has_value());
  CHECK_FALSE(torchvision_name("decoder.blocks.0.conv1.0.weight", NamingScheme::smp).has_value());
  CHECK_FALSE(torchvision_name("layers.11.0.weight", NamingScheme::fastai).has_value());
  CHECK_FALSE(torchvision_name("conv1.weight", NamingScheme::other).has_value());
}

TEST_CASE("a classifier's weights become an encoder's, the stem adapted") {
  const auto source = make_network(classifier("resnet18", 3, 9), 1);
  const WeightFile file = file_of(*source);
  for (const char* decoder : {"conv", "pixelshuffle"}) {
    CAPTURE(decoder);
    const auto network = make_network(unet("resnet18", 1, decoder), 2);
    const auto untouched = make_network(unet("resnet18", 1, decoder), 2);
    const LoadReport report = load_weights(*network, file, {.encoder_only = true});
    CHECK(report.adapted.size() == 1);
    CHECK(report.adapted.at(0).how == "64x3x7x7 summed over its channels to 64x1x7x7");
    CHECK(report.taken.size() == file.tensors.size() - 3);
    CHECK(report.unused == std::vector<std::string>{"fc.weight", "fc.bias"});
    CHECK(contains(summary(report), "119 tensors taken, 1 adapted (" + report.adapted[0].name));
    CHECK(contains(summary(report), "0 missing, 2 not used (fc.weight, fc.bias)"));
    CHECK(at::equal(tensor_of(*network, network->encoder_name("layer4.1.bn2.bias")),
                    tensor_of(*source, "layer4.1.bn2.bias")));
    for (const auto& [name, tensor] : state_dict(*untouched)) {
      if (network->group_of(name) == 2) {
        CHECK(at::equal(tensor, tensor_of(*network, name)));
      }
    }
  }
}

TEST_CASE("a grey image gives the adapted stem the response that it gave the stem as it was") {
  at::manual_seed(3);
  for (const int from : {1, 3, 4}) {
    const at::Tensor weight = at::randn({8, from, 7, 7});
    const at::Tensor grey = at::randn({1, 1, 20, 20});
    const at::Tensor before = at::conv2d(grey.repeat({1, from, 1, 1}), weight);
    for (const int channels : {1, 2, 3, 5, 64}) {
      const at::Tensor adapted = adapt_stem(weight, channels);
      CHECK(adapted.size(1) == channels);
      CHECK(
          at::allclose(at::conv2d(grey.repeat({1, channels, 1, 1}), adapted), before, 1e-4, 1e-4));
    }
    CHECK(at::equal(adapt_stem(weight, from), weight));
  }
}

TEST_CASE("weights of another type are converted") {
  const auto source = make_network(unet("resnet18", 1), 1);
  const auto network = make_network(unet("resnet18", 1), 2);
  WeightFile file = file_of(*source);
  for (NamedTensor& named : file.tensors) {
    named.tensor = named.tensor.is_floating_point() ? named.tensor.to(at::kHalf) : named.tensor;
  }
  remove(file, "encoder.bn1.num_batches_tracked");
  load_weights(*network, file, {});
  const std::string name = "encoder.layer3.0.conv1.weight";
  CHECK((tensor_of(*network, name).scalar_type() == at::kFloat));
  CHECK(
      at::equal(tensor_of(*network, name), tensor_of(*source, name).to(at::kHalf).to(at::kFloat)));
}

TEST_CASE("what does not fit is an error, and leaves the network as it was") {
  const auto network = make_network(unet("resnet18", 1), 2);
  const auto before = make_network(unet("resnet18", 1), 2);
  const WeightFile good = file_of(*make_network(unet("resnet18", 1), 1));

  WeightFile file = good;
  remove(file, "encoder.layer4.1.conv2");
  CHECK(
      contains(error_of(*network, file), "lacks 1 tensors of the encoder (encoder.layer4.1.conv2"));
  CHECK(same_weights(*network, *before));
  const auto partial = make_network(unet("resnet18", 1), 2);
  const LoadReport report = load_weights(*partial, file, {.partial = true});
  CHECK(report.missing == std::vector<std::string>{"encoder.layer4.1.conv2.weight"});

  file = good;
  remove(file, "segmentation_head");
  CHECK(contains(error_of(*network, file), "lacks 2 tensors of what follows the encoder"));
  CHECK(error_of(*make_network(unet("resnet18", 1)), file, {.encoder_only = true}).empty());

  file = good;
  for (NamedTensor& named : file.tensors) {
    if (named.name == "segmentation_head.0.weight") {
      named.tensor = at::zeros({5, 16, 3, 3});
    }
  }
  CHECK(contains(error_of(*network, file), "is of shape 5x16x3x3, the network needs 2x16x3x3"));
  file = good;
  for (NamedTensor& named : file.tensors) {
    if (named.name == "encoder.bn1.bias") {
      named.tensor = named.tensor.to(at::kLong);
    }
  }
  CHECK(contains(error_of(*network, file), "'encoder.bn1.bias' is of type"));
  CHECK(contains(error_of(*network, file_of(*make_network(classifier("resnet34", 3, 2)))),
                 "of a resnet34, the network's encoder is a resnet18"));
  file = {};
  file.tensors.push_back({"some.weight", at::ones({1})});
  CHECK(contains(error_of(*network, file), "it has 1 (some.weight)"));
  CHECK(same_weights(*network, *before));
}

TEST_CASE("metadata that is damaged or of a later version is refused") {
  const auto refused = [](const std::string& record) {
    WeightFile file;
    file.path = "m.safetensors";
    file.metadata["fossilct"] = record;
    return test::message_of<Error>([&] { spec_of(file); });
  };
  CHECK(contains(refused("{"), "m.safetensors: its metadata 'fossilct' is damaged"));
  CHECK(contains(refused("{}"), "is damaged"));
  CHECK(contains(refused(R"({"version":2,"network":{}})"), "of version 2"));
  CHECK(contains(refused(R"({"version":"1","network":{}})"), "of version"));
  CHECK(contains(refused(R"({"version":1,"network":{}})"), "m.safetensors"));
  CHECK(contains(refused(R"({"version":1,"network":7})"), "m.safetensors"));
}

}  // namespace
}  // namespace fossilct
