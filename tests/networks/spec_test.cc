// SPDX-License-Identifier: Apache-2.0
#include "networks/spec.h"

#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "support.h"

namespace fossilct {
namespace {

using test::message_of;

const NetworkSpec paper{.architecture = "unet",
                        .encoder = "resnet34",
                        .decoder = "pixelshuffle",
                        .channels = 3,
                        .classes = 2,
                        .self_attention = true,
                        .blur = false};

TEST_CASE("a spec comes back from its JSON") {
  const NetworkSpec classifier{.architecture = "classifier",
                               .encoder = "vgg16",
                               .decoder = "",
                               .channels = 1,
                               .classes = 35};
  NetworkSpec cyclic = classifier;
  cyclic.encoder = "base-cyclic";
  cyclic.filters = 8;
  cyclic.size = 128;
  cyclic.measurements = 3;
  NetworkSpec transfer = classifier;
  transfer.encoder = "resnet50";
  transfer.cyclic = true;
  transfer.head = "512-512";
  for (const NetworkSpec& spec : {NetworkSpec{}, paper, classifier, cyclic, transfer}) {
    CHECK(network_spec_from_json(to_json(spec)) == spec);
  }
  CHECK(describe(paper) ==
        "U-Net, ResNet34 encoder, pixelshuffle decoder with self-attention, 3 channels, 2 classes");
  CHECK(describe(classifier) == "VGG16 classifier, 1 channel, 35 classes");
  CHECK(describe(cyclic) ==
        "base-cyclic classifier, 8 filters, images of 128 x 128, 3 measurements, 1 channel, 35 "
        "classes");
  CHECK(describe(transfer) == "ResNet50 classifier, cyclic, head 512-512, 1 channel, 35 classes");
}

TEST_CASE("what a spec does not know is refused by name") {
  const auto message = [](const char* field, const Json& value) {
    Json json = to_json(paper);
    json[field] = value;
    return message_of<Error>([&] { network_spec_from_json(json); });
  };
  CHECK(message("encoder", "resnet43").find("Did you mean 'resnet34'?") != std::string::npos);
  CHECK(message("encoder", "vgg16").find("encoder is 'vgg16'") != std::string::npos);
  CHECK(message("decoder", "transformer").find("conv, pixelshuffle") != std::string::npos);
  CHECK(message("architecture", "unet++").find("unet, classifier") != std::string::npos);
  CHECK(message("channels", 0).find("channels is 0; it may be 1 to 64") != std::string::npos);
  CHECK(message("channels", 1.5).find("channels is 1.5") != std::string::npos);
  CHECK(message("classes", 300).find("1 to 256") != std::string::npos);
  CHECK(message("classes", -1).find("no count") != std::string::npos);
  CHECK(message("blur", "yes").find("of the wrong type") != std::string::npos);
  CHECK(message("depthwise", true).find("field 'depthwise' is not known") != std::string::npos);
}

TEST_CASE("a missing field is named, and flags stay with their decoder") {
  Json json = to_json(paper);
  json.erase("classes");
  CHECK(message_of<Error>([&] { network_spec_from_json(json); }).find("classes is missing") !=
        std::string::npos);
  CHECK(message_of<Error>([] { network_spec_from_json(Json::array()); }).find("no JSON object") !=
        std::string::npos);
  NetworkSpec cyclic_unet;
  cyclic_unet.cyclic = true;
  CHECK(message_of<Error>([&] { check(cyclic_unet); }).find("belong to a classifier") !=
        std::string::npos);
  NetworkSpec blurred;
  blurred.blur = true;
  CHECK(message_of<Error>([&] { check(blurred); }).find("pixelshuffle decoder") !=
        std::string::npos);
}

}  // namespace
}  // namespace fossilct
