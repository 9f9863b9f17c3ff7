// SPDX-License-Identifier: Apache-2.0
#include "networks/network.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <doctest/doctest.h>
#include <torch/nn/modules/batchnorm.h>

#include <limits>
#include <map>
#include <set>

#include "base/error.h"
#include "fixture.h"
#include "networks/classifier.h"
#include "networks/dynamic_unet.h"
#include "networks/inference.h"
#include "networks/padding.h"
#include "support.h"

namespace fossilct {
namespace {

using test::message_of;

NetworkSpec unet(const std::string& encoder, int channels, int classes,
                 const std::string& decoder = "conv") {
  NetworkSpec spec;
  spec.encoder = encoder;
  spec.channels = channels;
  spec.classes = classes;
  spec.decoder = decoder;
  return spec;
}

NetworkSpec classifier(const std::string& encoder, int classes) {
  return {.architecture = "classifier",
          .encoder = encoder,
          .decoder = "",
          .channels = 3,
          .classes = classes};
}

NetworkSpec cyclic(const std::string& encoder, int filters, int size, int channels = 1) {
  NetworkSpec spec = classifier(encoder, 4);
  spec.channels = channels;
  spec.filters = filters;
  spec.size = size;
  return spec;
}

NetworkSpec with_head(const std::string& encoder, const std::string& head, bool is_cyclic,
                      int measurements = 0) {
  NetworkSpec spec = classifier(encoder, 5);
  spec.head = head;
  spec.cyclic = is_cyclic;
  spec.measurements = measurements;
  return spec;
}

std::map<std::string, std::vector<std::int64_t>> shapes_of(const Network& network) {
  std::map<std::string, std::vector<std::int64_t>> shapes;
  for (const auto& [name, tensor] : state_dict(network)) {
    shapes[name] = tensor.sizes().vec();
  }
  return shapes;
}

using Shape = std::vector<std::int64_t>;

TEST_CASE("parameter counts are those of the originals") {
  // Published counts: torchvision's model table (1000 classes), segmentation_models.pytorch's
  // Unet("resnet34") with three channels and one class.
  CHECK(parameter_count(*make_network(classifier("resnet18", 1000))) == 11'689'512);
  CHECK(parameter_count(*make_network(classifier("resnet50", 1000))) == 25'557'032);
  CHECK(parameter_count(*make_network(classifier("resnet101", 1000))) == 44'549'160);
  CHECK(parameter_count(*make_network(unet("resnet34", 3, 1))) == 24'436'369);
  CHECK(parameter_count(*make_network(unet("resnet34", 3, 2, "pixelshuffle"))) == 41'221'168);
}

TEST_CASE("names and shapes of segmentation_models.pytorch") {
  const auto shapes = shapes_of(*make_network(unet("resnet34", 1, 3)));
  CHECK(shapes.size() == 278);
  CHECK(shapes.at("encoder.conv1.weight") == Shape{64, 1, 7, 7});
  CHECK(shapes.at("encoder.layer2.0.downsample.1.running_var") == Shape{128});
  CHECK(shapes.at("decoder.blocks.0.conv1.0.weight") == Shape{256, 768, 3, 3});
  CHECK(shapes.at("decoder.blocks.4.conv2.1.bias") == Shape{16});
  CHECK(shapes.at("segmentation_head.0.weight") == Shape{3, 16, 3, 3});
}

TEST_CASE("names and shapes of fastai's DynamicUnet, with self-attention") {
  NetworkSpec spec = unet("resnet34", 3, 2, "pixelshuffle");
  spec.self_attention = true;
  const auto shapes = shapes_of(*make_network(spec));
  CHECK(shapes.at("layers.0.7.0.downsample.0.weight") == Shape{512, 256, 1, 1});
  CHECK(shapes.at("layers.8.conv.0.weight") == Shape{384, 96, 1, 1});
  CHECK(shapes.at("layers.10.layers.1.0.weight") == Shape{99, 99, 3, 3});
  CHECK(shapes.at("layers.5.conv2.2.query.weight_orig") == Shape{48, 384, 1});
  CHECK(shapes.at("layers.5.conv2.2.value.weight_u") == Shape{384});
  CHECK(shapes.at("layers.5.conv2.2.gamma") == Shape{1});
}

// Batch norm as it stands after some training: far from 1 and 0.
void disturb_norms(const Network& network) {
  const at::NoGradGuard no_gradients;
  at::manual_seed(5);
  for (const auto& [name, tensor] : state_dict(network)) {
    if (tensor.dim() == 1 && tensor.is_floating_point()) {
      tensor.add_(at::rand_like(tensor) * 0.5);
    }
  }
}

// The inference form of every kind of network equals its training form in evaluation mode, with
// running statistics that are not the initial ones.
TEST_CASE("folded programs equal the networks they come from") {
  NetworkSpec attentive = unet("resnet18", 2, 3, "pixelshuffle");
  attentive.self_attention = true;
  attentive.blur = true;
  struct Case {
    NetworkSpec spec;
    Shape input;
  };
  for (const auto& [spec, input] :
       {Case{unet("resnet18", 1, 2), {2, 1, 64, 32}}, Case{unet("resnet50", 3, 4), {1, 3, 32, 64}},
        Case{attentive, {2, 2, 47, 64}}, Case{classifier("resnet18", 5), {3, 3, 50, 40}},
        Case{classifier("vgg11_bn", 5), {1, 3, 40, 33}},
        Case{with_head("resnet18", "512-512", true, 3), {2, 3, 64, 64}},
        Case{with_head("vgg11", "512-64", false, 2), {1, 3, 32, 32}},
        Case{cyclic("base-cyclic", 4, 32), {3, 1, 32, 32}},
        Case{cyclic("resnet-cyclic", 8, 48, 3), {2, 3, 48, 48}}}) {
    CAPTURE(describe(spec));
    const auto network = make_network(spec);
    network->eval();
    disturb_norms(*network);
    const at::NoGradGuard no_gradients;
    const at::Tensor images = input_by_rule(input);
    const at::Tensor logits = network->forward(images);
    const at::Tensor largest = logits.abs().max();
    CHECK(largest.item<float>() > 1e-3F);
    const at::Tensor ours = run_with_torch(network->program(), images);
    CHECK(largest_difference(ours / largest, logits / largest) < fixture_tolerance);
  }
}

TEST_CASE(
    "features by the trunk's program, which turns weights, are those of the turned pictures") {
  for (const auto& spec : {cyclic("base-cyclic", 4, 32), cyclic("base-cyclic", 8, 48, 3),
                           cyclic("resnet-cyclic", 4, 32), cyclic("resnet-cyclic", 3, 32, 3),
                           with_head("resnet18", "512-512", true), classifier("vgg11", 4)}) {
    CAPTURE(describe(spec));
    const auto network = as_classifier(make_network(spec));
    network->eval();
    disturb_norms(*network);
    const at::NoGradGuard no_gradients;
    const int size = spec.size > 0 ? spec.size : 64;
    const at::Tensor images = at::rand({2, spec.channels, size, size});
    const at::Tensor features = network->features(images);
    CHECK(SliceEngine::supports(network->trunk()));
    for (const Backend backend : {Backend::own, Backend::libtorch}) {
      InferenceNetwork trunk(network->trunk(), {.precision = Precision::fp32, .backend = backend});
      const at::Tensor ours = network->collected(trunk.forward(network->oriented(images)));
      CHECK(largest_difference(ours / features.abs().max(), features / features.abs().max()) <
            1e-4);
    }
  }
}

TEST_CASE("a quarter turn of the picture does not change what a cyclic network says") {
  for (const auto& [spec, size] :
       {std::pair{cyclic("base-cyclic", 8, 64), 64}, std::pair{cyclic("base-cyclic", 4, 80), 80},
        std::pair{cyclic("resnet-cyclic", 4, 96, 3), 96},
        std::pair{with_head("resnet18", "", true), 64},
        std::pair{with_head("resnet18", "512-512", true), 50}}) {
    CAPTURE(describe(spec));
    const auto network = make_network(spec);
    network->eval();
    disturb_norms(*network);
    const at::NoGradGuard no_gradients;
    const at::Tensor images = at::rand({2, spec.channels, size, size});
    const at::Tensor logits = network->forward(images);
    const at::Tensor largest = logits.abs().max();
    CHECK(largest.item<float>() > 1e-3F);
    for (int turns = 1; turns < 4; ++turns) {
      const at::Tensor turned = network->forward(at::rot90(images, turns, {2, 3}));
      CHECK(largest_difference(turned / largest, logits / largest) < 1e-5);
    }
    // It is no constant: another picture gives another answer, as does a mirrored one.
    CHECK(largest_difference(network->forward(images.flip({3})) / largest, logits / largest) >
          1e-4);
  }
}

TEST_CASE("cyclic blocks halve the picture down to four pixels or so, and say what fits") {
  CHECK(cyclic_blocks(128) == 5);
  CHECK(cyclic_blocks(64) == 4);
  // Base-cyclic of 128 x 128 by 8 filters: convolutions of 9 in out + 2 out (batch norm) each, and
  // 128 x 4 maps of 4 x 4 to 512.
  std::int64_t convolutions = 0;
  std::int64_t in = 1;
  for (std::int64_t width = 8; width <= 128; width *= 2) {
    convolutions += 9 * in * width + 9 * width * width + 4 * width;
    in = 4 * width;
  }
  const std::int64_t dense = 4 * 128 * 16 * 512 + 512 + 512 * 4 + 4;
  CHECK(parameter_count(*make_network(cyclic("base-cyclic", 8, 128))) == convolutions + dense);
  CHECK(message_of<Error>([] {
          make_network(cyclic("base-cyclic", 8, 100));
        }).find("halves it 5 times: it may be 96 or 128") != std::string::npos);
  const auto network = make_network(cyclic("base-cyclic", 4, 64));
  CHECK(message_of<Error>([&] {
          network->forward(at::rand({1, 1, 32, 32}));
        }).find("made for images of 64 x 64") != std::string::npos);
}

TEST_CASE("measurements join the head, and one that is not known counts as none") {
  const auto network = as_classifier(make_network(with_head("resnet18", "512-64", false, 2)));
  network->eval();
  const at::NoGradGuard no_gradients;
  const at::Tensor images = at::rand({1, 3, 32, 32});
  const at::Tensor features = network->features(images);
  const auto logits = [&](const at::Tensor& measurements) {
    const ClassifierHead& head = network->head();
    return head.logits(head.embedding(features, measurements, std::nullopt), measurements);
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor none = logits(at::tensor({nan, nan}).view({1, 2}));
  CHECK(at::allclose(none, network->forward(images), 1e-5, 1e-6));
  CHECK_FALSE(at::allclose(none, logits(at::tensor({0.F, 0.F}).view({1, 2})), 1e-5, 1e-6));
  CHECK_FALSE(at::allclose(none, logits(at::tensor({1.F, nan}).view({1, 2})), 1e-5, 1e-6));
}

TEST_CASE("dropout of a head is drawn from the generator that is given, and keeps the mean") {
  const auto network = as_classifier(make_network(cyclic("base-cyclic", 4, 32)));
  network->eval();
  const at::NoGradGuard no_gradients;
  const at::Tensor features = network->features(at::rand({1, 1, 32, 32}));
  const ClassifierHead& head = network->head();
  const auto pass = [&](std::uint64_t seed) {
    return head.embedding(features, {}, at::detail::createCPUGenerator(seed));
  };
  CHECK(at::equal(pass(1), pass(1)));
  CHECK_FALSE(at::equal(pass(1), pass(2)));
  CHECK(at::equal(head.embedding(features, {}, std::nullopt),
                  head.embedding(features, {}, std::nullopt)));
}

TEST_CASE("the first layers freeze by share, with the batch norm behind them") {
  const auto network = make_network(classifier("resnet18", 3));
  network->train();
  freeze_first_layers(*network, 0.5);  // 10 of 20: stem, layer1 and layer2
  const auto learns = [&](const std::string& name) {
    return network->named_parameters()[name].requires_grad();
  };
  CHECK_FALSE(learns("conv1.weight"));
  CHECK_FALSE(learns("layer1.1.bn2.weight"));
  CHECK(learns("layer3.1.conv1.weight"));
  CHECK(learns("fc.weight"));
  const at::Tensor mean = network->named_buffers()["bn1.running_mean"].clone();
  const at::Tensor later = network->named_buffers()["layer4.1.bn2.running_mean"].clone();
  network->forward(at::rand({2, 3, 64, 64}));
  CHECK(at::equal(network->named_buffers()["bn1.running_mean"], mean));
  CHECK_FALSE(at::equal(network->named_buffers()["layer4.1.bn2.running_mean"], later));
  freeze_first_layers(*network, 0);
  CHECK(learns("conv1.weight"));
}

TEST_CASE("a U-Net takes images of any size") {
  const at::NoGradGuard no_gradients;
  for (const char* decoder : {"conv", "pixelshuffle"}) {
    const auto network = make_network(unet("resnet18", 1, 2, decoder));
    network->eval();
    for (const Shape& size : {Shape{32, 32}, Shape{33, 70}, Shape{5, 64}, Shape{1, 1}}) {
      const at::Tensor logits = network->forward(at::rand({1, 1, size[0], size[1]}));
      CHECK(logits.sizes() == at::IntArrayRef({1, 2, size[0], size[1]}));
      CHECK(at::isfinite(logits).all().item<bool>());
    }
  }
}

TEST_CASE("padding reflects, repeats where the image is too small, and is cropped back") {
  const at::Tensor row = at::arange(1, 7, at::kFloat).view({1, 1, 1, 6});
  const Padding padding = padding_to_multiple(1, 6, 8);
  const at::Tensor wide = padded(row, padding);
  CHECK(wide.sizes() == at::IntArrayRef({1, 1, 8, 8}));
  // One pixel left and one right by reflection, rows by repetition.
  CHECK(at::equal(wide[0][0][0], at::tensor({2.F, 1.F, 2.F, 3.F, 4.F, 5.F, 6.F, 5.F})));
  CHECK(at::equal(wide[0][0][7], wide[0][0][0]));
  CHECK(at::equal(cropped(wide, padding), row));
  CHECK(padding_to_multiple(64, 32, 32).none());
}

TEST_CASE("the seed decides the weights, and the global generator is left alone") {
  at::manual_seed(7);
  const at::Tensor expected = at::rand({4});
  at::manual_seed(7);
  const auto a = make_network(unet("resnet18", 1, 2), 1);
  const auto b = make_network(unet("resnet18", 1, 2), 1);
  const auto c = make_network(unet("resnet18", 1, 2), 2);
  CHECK(at::equal(at::rand({4}), expected));
  CHECK(at::equal(a->parameters().front(), b->parameters().front()));
  CHECK_FALSE(at::equal(a->parameters().front(), c->parameters().front()));
}

double standard_deviation(const Network& network, const std::string& name) {
  return network.named_parameters()[name].std().item<double>();
}

TEST_CASE("initial weights have the originals' distributions") {
  const auto smp = make_network(unet("resnet34", 3, 2));
  // Kaiming normal over fan-out: sqrt(2 / (256 * 9)); Kaiming uniform over fan-in: the same
  // formula.
  CHECK(standard_deviation(*smp, "encoder.layer3.1.conv1.weight") ==
        doctest::Approx(std::sqrt(2.0 / 2304)).epsilon(0.02));
  const at::Tensor decoder = smp->named_parameters()["decoder.blocks.0.conv1.0.weight"];
  CHECK(decoder.abs().max().item<double>() ==
        doctest::Approx(std::sqrt(6.0 / (768 * 9))).epsilon(0.001));
  CHECK(standard_deviation(*smp, "decoder.blocks.0.conv1.0.weight") ==
        doctest::Approx(std::sqrt(2.0 / (768 * 9))).epsilon(0.02));
  const auto fastai = make_network(unet("resnet34", 3, 2, "pixelshuffle"));
  CHECK(standard_deviation(*fastai, "layers.4.conv1.0.weight") ==
        doctest::Approx(std::sqrt(2.0 / (512 * 9))).epsilon(0.02));
  CHECK(at::allclose(fastai->named_parameters()["layers.4.bn.bias"], at::full({256}, 1e-3F)));
  CHECK(at::equal(fastai->named_parameters()["layers.11.0.bias"], at::zeros({2})));
}

TEST_CASE("ICNR: the four pixels made of one start equal") {
  PixelShuffleUpsampling upsampling(8, 4, false);
  const at::NoGradGuard no_gradients;
  const at::Tensor out = upsampling.forward(at::randn({1, 8, 3, 3}));
  CHECK(out.max().item<float>() > 0.F);
  CHECK(at::allclose(out, at::upsample_nearest2d(at::max_pool2d(out, 2), {6, 6})));
}

TEST_CASE("a spectral convolution's weight nears largest singular value 1 in training") {
  at::manual_seed(3);
  SpectralConvolution conv(12, 6);
  conv.train();
  const at::NoGradGuard no_gradients;
  at::Tensor weight;
  for (int i = 0; i < 200; ++i) {
    weight = conv.weight();
  }
  CHECK(at::linalg_matrix_norm(weight, 2).item<double>() == doctest::Approx(1).epsilon(1e-3));
  conv.eval();
  CHECK(at::equal(conv.weight(), conv.weight()));
}

TEST_CASE("parameter groups are whole and disjoint, and split where the paper splits") {
  for (const NetworkSpec& spec :
       {unet("resnet34", 1, 2), unet("resnet34", 3, 2, "pixelshuffle"), classifier("resnet18", 3),
        classifier("vgg16_bn", 3), cyclic("base-cyclic", 4, 64), cyclic("resnet-cyclic", 8, 128)}) {
    CAPTURE(describe(spec));
    const auto network = make_network(spec);
    std::size_t count = 0;
    for (const std::vector<at::Tensor>& group : parameter_groups(*network)) {
      CHECK_FALSE(group.empty());
      count += group.size();
    }
    CHECK(count == network->parameters().size());
  }
  const auto smp = make_network(unet("resnet34", 1, 2));
  CHECK(smp->group_of("encoder.conv1.weight") == 0);
  CHECK(smp->group_of("encoder.layer2.3.bn2.weight") == 0);
  CHECK(smp->group_of("encoder.layer3.0.conv1.weight") == 1);
  CHECK(smp->group_of("decoder.blocks.0.conv1.0.weight") == 2);
  const auto fastai = make_network(unet("resnet34", 3, 2, "pixelshuffle"));
  CHECK(fastai->group_of("layers.0.5.0.conv1.weight") == 0);
  CHECK(fastai->group_of("layers.0.6.0.conv1.weight") == 1);
  CHECK(fastai->group_of("layers.1.weight") == 2);
}

struct Learning {
  std::set<std::string> convolutions, norms;
};

Learning learning(const Network& network) {
  Learning found;
  for (const auto& parameter : network.named_parameters()) {
    if (parameter.value().requires_grad()) {
      const bool norm =
          parameter.value().dim() == 1 && parameter.key().find("bn") != std::string::npos;
      (norm ? found.norms : found.convolutions).insert(parameter.key());
    }
  }
  return found;
}

TEST_CASE("the encoder freezes with its batch norm learning, or standing still") {
  const auto network = make_network(unet("resnet18", 1, 2));
  const at::Tensor images = at::randn({2, 1, 32, 32});
  const at::Tensor running_mean = network->named_buffers()["encoder.bn1.running_mean"];

  set_encoder_training(*network, {.convolutions = false});
  Learning found = learning(*network);
  CHECK(found.convolutions.count("encoder.conv1.weight") == 0);
  CHECK(found.norms.count("encoder.bn1.weight") == 1);
  CHECK(found.convolutions.count("decoder.blocks.0.conv1.0.weight") == 1);
  network->forward(images).sum().backward();
  CHECK_FALSE(network->named_parameters()["encoder.layer1.0.conv1.weight"].grad().defined());
  CHECK(network->named_parameters()["encoder.bn1.weight"].grad().defined());
  CHECK(running_mean.abs().max().item<float>() > 0.F);

  set_encoder_training(*network, {.norm = false});
  found = learning(*network);
  CHECK(found.convolutions.count("encoder.conv1.weight") == 1);
  CHECK(found.norms.count("encoder.bn1.weight") == 0);
  const at::Tensor before = running_mean.clone();
  const at::Tensor decoder_mean =
      network->named_buffers()["decoder.blocks.0.conv1.1.running_mean"].clone();
  network->forward(images);
  CHECK(at::equal(running_mean, before));
  CHECK_FALSE(
      at::equal(network->named_buffers()["decoder.blocks.0.conv1.1.running_mean"], decoder_mean));

  set_encoder_training(*network, {});
  CHECK(learning(*network).convolutions.count("encoder.conv1.weight") == 1);
  network->forward(images);
  CHECK_FALSE(at::equal(running_mean, before));
}

TEST_CASE("gradients reach every parameter of the pixelshuffle decoder") {
  NetworkSpec spec = unet("resnet18", 1, 2, "pixelshuffle");
  spec.self_attention = true;
  const auto network = make_network(spec);
  network->forward(at::randn({2, 1, 64, 64})).square().sum().backward();
  for (const auto& parameter : network->named_parameters()) {
    CAPTURE(parameter.key());
    CHECK(parameter.value().grad().defined());
  }
}

TEST_CASE("a spec that makes no sense builds nothing") {
  CHECK_THROWS(make_network(unet("vgg16", 1, 2)));
  CHECK_THROWS(make_network(unet("resnet34", 0, 2)));
}

}  // namespace
}  // namespace fossilct
