// SPDX-License-Identifier: Apache-2.0
#include "networks/weights/load_weights.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/error.h"
#include "base/text.h"
#include "networks/weights/mapped_file.h"

namespace fossilct {
namespace {

constexpr std::size_t most_listed = 4;
constexpr int decoder_group = 2;

bool is_batch_count(std::string_view name) { return name.ends_with("num_batches_tracked"); }

// "conv1.weight, bn1.weight, ..."
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most_listed); ++i) {
    text += (i > 0 ? ", " : "") + printable(names[i]);
  }
  return text + (names.size() > most_listed ? ", ..." : "");
}

// What will be copied where, once all of the file has been found good.
struct Copy {
  at::Tensor target;
  at::Tensor source;
};

class Loader {
 public:
  Loader(Network& network, const WeightFile& file, const LoadOptions& options)
      : network_(network),
        file_(file),
        options_(options),
        scheme_(naming_scheme(file)),
        state_(state_dict(network)) {
    for (const auto& [name, tensor] : state_) {
      targets_.emplace(name, tensor);
    }
    for (const std::string_view stem : {"conv1.weight", "features.0.weight"}) {
      stems_.insert(network.encoder_name(stem));
    }
  }

  LoadReport load() {
    refuse_other_encoder();
    for (const NamedTensor& named : file_.tensors) {
      plan(named);
    }
    find_missing();
    const at::NoGradGuard no_gradients;
    for (const Copy& copy : copies_) {
      // copy_ converts type and device.
      at::Tensor(copy.target).copy_(copy.source);
    }
    return std::move(report_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw format_error(file_.path, what); }

  bool is_encoder(const std::string& name) const {
    return network_.group_of(name) != decoder_group;
  }

  void refuse_other_encoder() const {
    const auto encoder = encoder_of(file_);
    if (encoder && *encoder != network_.spec().encoder && !options_.partial) {
      fail("holds the weights of a " + *encoder + ", the network's encoder is a " +
           network_.spec().encoder);
    }
  }

  // The name in the network; empty where it has no such tensor or it is not wanted.
  std::string target_name(const std::string& name) const {
    const auto encoder_name = torchvision_name(name, scheme_);
    const std::string target = encoder_name ? network_.encoder_name(*encoder_name) : name;
    const bool wanted = targets_.contains(target) && (!options_.encoder_only || is_encoder(target));
    return wanted ? target : std::string();
  }

  void plan(const NamedTensor& named) {
    const std::string name = target_name(named.name);
    if (name.empty()) {
      report_.unused.push_back(named.name);
      return;
    }
    if (!planned_.insert(name).second) {
      fail("gives the network's tensor '" + name + "' twice");
    }
    const at::Tensor& target = targets_.at(name);
    at::Tensor source = named.tensor;
    const auto channels = target.dim() > 1 ? target.size(1) : 0;
    if (stems_.contains(name) && source.dim() == 4 && source.size(1) > 0 &&
        source.size(1) != channels) {
      source = adapted(name, source, static_cast<int>(channels));
    } else {
      report_.taken.push_back(name);
    }
    check_fits(named, source, target);
    copies_.push_back({target, source});
  }

  at::Tensor adapted(const std::string& name, const at::Tensor& source, int channels) {
    at::Tensor changed = adapt_stem(source, channels);
    report_.adapted.push_back({name, shape_text(source.sizes()) +
                                         (channels == 1 ? " summed" : " averaged") +
                                         " over its channels to " + shape_text(changed.sizes())});
    return changed;
  }

  void check_fits(const NamedTensor& named, const at::Tensor& source,
                  const at::Tensor& target) const {
    const std::string quoted = "tensor '" + printable(named.name) + "' ";
    if (source.sizes() != target.sizes()) {
      const bool elsewhere = !options_.encoder_only && !is_encoder(target_name(named.name));
      fail(quoted + "is of shape " + shape_text(named.tensor.sizes()) + ", the network needs " +
           shape_text(target.sizes()) +
           (elsewhere ? "; to take the encoder's weights alone, ask for the encoder only" : ""));
    }
    if (source.is_floating_point() != target.is_floating_point() && !is_batch_count(named.name)) {
      fail(quoted + "is of type " + std::string(source.dtype().name()) + ", the network needs " +
           std::string(target.dtype().name()));
    }
  }

  void find_missing() {
    std::vector<std::string> encoder;
    std::vector<std::string> others;
    for (const auto& [name, tensor] : state_) {
      if (!planned_.contains(name) && !is_batch_count(name)) {
        (is_encoder(name) ? encoder : others).push_back(name);
      }
    }
    if (!encoder.empty() && !options_.partial) {
      refuse_missing(encoder, "the encoder");
    }
    if (!others.empty() && !options_.encoder_only) {
      refuse_missing(others, "what follows the encoder");
    }
    report_.missing = std::move(encoder);
  }

  [[noreturn]] void refuse_missing(const std::vector<std::string>& names,
                                   const std::string& part) const {
    std::vector<std::string> own;
    for (const NamedTensor& named : file_.tensors) {
      own.push_back(named.name);
    }
    fail("lacks " + format_count(static_cast<std::int64_t>(names.size())) + " tensors of " + part +
         " (" + listed(names) + "); it has " +
         (own.empty()
              ? "none"
              : format_count(static_cast<std::int64_t>(own.size())) + " (" + listed(own) + ")") +
         "; expected the weights of a " + describe(network_.spec()));
  }

  Network& network_;
  const WeightFile& file_;
  LoadOptions options_;
  NamingScheme scheme_;
  std::vector<std::pair<std::string, at::Tensor>> state_;  // in the network's order
  std::unordered_map<std::string, at::Tensor> targets_;    // the same, by name
  std::set<std::string> stems_;
  std::set<std::string> planned_;
  std::vector<Copy> copies_;
  LoadReport report_;
};

}  // namespace

std::string summary(const LoadReport& report) {
  std::string text = format_count(static_cast<std::int64_t>(report.taken.size())) +
                     " tensors taken, " + std::to_string(report.adapted.size()) + " adapted";
  for (const LoadReport::Adapted& adapted : report.adapted) {
    text += " (" + adapted.name + ": " + adapted.how + ")";
  }
  const auto part = [](const std::vector<std::string>& names, const std::string& what) {
    return ", " + format_count(static_cast<std::int64_t>(names.size())) + " " + what +
           (names.empty() ? "" : " (" + listed(names) + ")");
  };
  return text + part(report.missing, "missing") + part(report.unused, "not used");
}

at::Tensor adapt_stem(const at::Tensor& weight, int channels) {
  if (weight.size(1) == channels) {
    return weight;
  }
  // Summed in fp32 at least: a half sum would be rounded twice.
  const auto type = weight.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const at::Tensor sum = weight.to(type).sum(1, true);
  return (sum / channels).repeat({1, channels, 1, 1});
}

LoadReport load_weights(Network& network, const WeightFile& file, const LoadOptions& options) {
  try {
    return Loader(network, file, options).load();
  } catch (const Error&) {
    throw;
  } catch (const std::exception&) {  // LibTorch throws more than c10::Error
    rethrow_with_context(file.path.string(), ErrorKind::device);
  }
}

}  // namespace fossilct
