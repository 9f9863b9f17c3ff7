// SPDX-License-Identifier: Apache-2.0
// network_fixture FILE.json: builds the network that the fixture describes, fills it by the rule,
// runs it, and compares names, shapes, parameter count and logits with the reference. Prints the
// largest |difference| / (1 + |reference|); exits 0 within tolerance, 1 beyond, 2 on a wrong file.
#include <ATen/ATen.h>

#include <cstdio>
#include <exception>

#include "fixture.h"
#include "networks/inference.h"

namespace fossilct {
namespace {

bool same_tensors(const NetworkFixture& fixture, const Network& network) {
  const auto state = state_dict(network);
  bool same = state.size() == fixture.tensors.size();
  for (std::size_t i = 0; i < std::min(state.size(), fixture.tensors.size()); ++i) {
    const auto& [name, shape] = fixture.tensors[i];
    if (state[i].first != name || state[i].second.sizes() != at::IntArrayRef(shape)) {
      std::printf("tensor %zu: ours %s, the reference's %s, or another shape\n", i,
                  state[i].first.c_str(), name.c_str());
      same = false;
    }
  }
  if (state.size() != fixture.tensors.size()) {
    std::printf("%zu tensors, the reference has %zu\n", state.size(), fixture.tensors.size());
  }
  return same;
}

bool report(const std::string& form, const at::Tensor& logits, const NetworkFixture& fixture) {
  const double difference = largest_difference(logits, fixture.logits);
  std::printf("%s: largest |d| / (1 + |ref|) = %.3g (tolerance %.3g)\n", form.c_str(), difference,
              fixture_tolerance);
  return difference <= fixture_tolerance;
}

int run(const std::filesystem::path& path) {
  const NetworkFixture fixture = read_network_fixture(path);
  const auto network = make_network(fixture.spec);
  network->eval();
  fill_by_rule(*network);
  std::printf("%s\n", describe(fixture.spec).c_str());
  bool good = same_tensors(fixture, *network);
  if (parameter_count(*network) != fixture.parameters) {
    std::printf("%lld parameters, the reference has %lld\n",
                static_cast<long long>(parameter_count(*network)),
                static_cast<long long>(fixture.parameters));
    good = false;
  }
  const at::NoGradGuard no_gradients;
  const at::Tensor input = input_by_rule(fixture.input_shape);
  good = report("training form", network->forward(input), fixture) && good;
  for (const Backend backend : {Backend::libtorch, Backend::automatic}) {
    InferenceNetwork inference(*network, {.precision = Precision::fp32, .backend = backend});
    const std::string form = "inference form, " + inference.choice().describe();
    good = report(form, inference.forward(input), fixture) && good;
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace fossilct

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: network_fixture FILE.json\n");
    return 2;
  }
  try {
    return fossilct::run(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
