// SPDX-License-Identifier: Apache-2.0
// Feeds thousands of damaged weight files to their readers: no crash, no hang, no flood of memory,
// and no exception but Error. Usage: fuzz_weights [INPUTS-A-SEED [RANDOM-SEED]]
// Damaged files that were findings stay in ./fuzz-findings, to be opened in a debugger.
#include <ATen/ATen.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

#include "base/error.h"
#include "fuzz/isolate.h"
#include "fuzz/seed.h"
#include "networks/weight_bytes.h"
#include "networks/weights/load_weights.h"
#include "support.h"

namespace fossilct::fuzz {
namespace {

namespace p = test::pickled;

std::string storage_bytes() { return test::float_bytes({1, 2, 3, 4, 5, 6}); }

std::string seed_safetensors() {
  std::string header =
      R"({"__metadata__":{"format":"pt","fossilct":"{\"version\":1,\"network\":{}}"},)"
      R"("layer1.0.conv1.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
      R"("conv1.weight":{"dtype":"BOOL","shape":[1,1,2,2],"data_offsets":[24,28]}})";
  header.append((8 - header.size() % 8) % 8, ' ');
  return test::safetensors_bytes(header, storage_bytes() + std::string("\1\0\1\0", 4));
}

std::string seed_zip() {
  const std::string storage = p::storage("FloatStorage", "0", 6);
  const std::string half = p::storage("HalfStorage", "1", 6);
  const std::string weights =
      p::dict({{"module.conv1.weight", p::tensor(storage, 0, {2, 3}, {3, 1})},
               {"module.b", p::tensor(storage, 1, {2}, {2})},
               {"module.h", p::tensor(half, 0, {3, 2}, {1, 3})}});
  const std::string other = p::global("argparse", "Namespace") + ")\x81}b";
  const std::string pickle =
      p::whole(p::dict({{"epoch", p::number(3)}, {"state_dict", weights}, {"args", other}}));
  return test::torch_bytes(pickle, {storage_bytes(), std::string(12, '\x3c')},
                           {{"archive/byteorder", "little"}});
}

std::string seed_pickle_memo() {
  const std::string tensor = p::tensor(p::storage("LongStorage", "0", 3), 0, {3}, {1});
  std::string pickle = "\x80\x04}\x94(\x8c\x01w\x94" + tensor + "\x94\x8c\x01v\x94h";
  pickle += std::string("\2u.", 3);
  return test::torch_bytes(pickle, {storage_bytes()});
}

// What `weights info` and a load do, with every byte of every tensor looked at. spec_of may refuse
// the metadata: the seeds' own are without a network.
void probe_weights(const std::filesystem::path& path) {
  const WeightFile file = read_weight_file(path);
  for (const NamedTensor& named : file.tensors) {
    named.tensor.contiguous().view({-1}).to(at::kDouble).sum();
  }
  encoder_of(file);
  try {
    spec_of(file);
  } catch (const Error&) {
  }
}

int run(int argc, char** argv) {
  const test::TemporaryFolder scratch;
  FuzzOptions options;
  options.inputs = argc > 1 ? std::stoi(argv[1]) : 1000;
  options.random_seed = argc > 2 ? std::stoull(argv[2]) : 1;
  options.scratch = scratch.path();
  options.findings = std::filesystem::current_path() / "fuzz-findings";
  const std::vector<Seed> seeds = {
      {"safetensors", {{"w.safetensors", seed_safetensors()}}, "w.safetensors"},
      {"torch-zip", {{"w.pth", seed_zip()}}, "w.pth"},
      {"torch-zip-memo", {{"m.pth", seed_pickle_memo()}}, "m.pth"}};
  std::size_t findings = 0;
  for (const Seed& seed : seeds) {
    const SeedReport report = fuzz_seed(seed, options, probe_weights);
    std::printf("%-16s %5d read %5d refused %5lld MiB %s\n", seed.name.c_str(), report.accepted,
                report.refused, static_cast<long long>(report.peak_bytes >> 20),
                report.noise.c_str());
    for (const Finding& finding : report.findings) {
      std::printf("  FOUND in input %d: %s\n  kept as %s\n", finding.input, finding.what.c_str(),
                  finding.kept.c_str());
    }
    findings += report.findings.size();
  }
  return findings == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace fossilct::fuzz

int main(int argc, char** argv) {
  try {
    return fossilct::fuzz::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fuzz_weights: %s\n", error.what());
    return 2;
  }
}
