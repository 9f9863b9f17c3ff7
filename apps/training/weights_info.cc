// SPDX-License-Identifier: Apache-2.0
#include "apps/training/weights_info.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

std::string type_name(const at::Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case at::ScalarType::Double:
      return "f64";
    case at::ScalarType::Float:
      return "f32";
    case at::ScalarType::Half:
      return "f16";
    case at::ScalarType::BFloat16:
      return "bf16";
    case at::ScalarType::Long:
      return "i64";
    case at::ScalarType::Int:
      return "i32";
    case at::ScalarType::Short:
      return "i16";
    case at::ScalarType::Char:
      return "i8";
    case at::ScalarType::Byte:
      return "u8";
    case at::ScalarType::Bool:
      return "bool";
    default:
      return lower(c10::toString(tensor.scalar_type()));
  }
}

std::string shape_text(const at::Tensor& tensor) {
  std::string text;
  for (const std::int64_t size : tensor.sizes()) {
    text += (text.empty() ? "" : " x ") + std::to_string(size);
  }
  return text.empty() ? "1 number" : text;
}

// What batch norm counts while it learns is no parameter.
bool is_parameter(const std::string& name) {
  return !name.ends_with("running_mean") && !name.ends_with("running_var") &&
         !name.ends_with("num_batches_tracked");
}

// The first `parts` parts of a name: "layer1.0" of "layer1.0.conv1.weight" for two.
std::string first_parts(const std::string& name, int parts) {
  std::size_t end = 0;
  for (int i = 0; i < parts && end != std::string::npos; ++i) {
    end = name.find('.', end + (i == 0 ? 0 : 1));
  }
  return name.substr(0, end);
}

struct Group {
  std::string name;
  Counts counts;
};

// Tensors by the first part of their names; by more parts while that tells nothing apart, as
// "layers" of fastai's names does.
std::vector<Group> groups_of(const std::vector<NamedTensor>& tensors) {
  constexpr int most_parts = 4;
  std::vector<Group> groups;
  for (int parts = 1; parts <= most_parts && groups.size() < 2; ++parts) {
    groups.clear();
    for (const NamedTensor& t : tensors) {
      const std::string name = first_parts(t.name, parts);
      if (groups.empty() || groups.back().name != name) {
        groups.push_back({name, {}});
      }
      groups.back().counts.add(t);
    }
  }
  return groups;
}

// Piece by piece, for the memory that LibTorch's answers take, and for Ctrl-C.
NotFinite count_not_finite(const NamedTensor& named, Progress& progress) {
  constexpr std::int64_t piece = std::int64_t{1} << 22;
  NotFinite counts = {named.name, 0, 0};
  if (!named.tensor.is_floating_point()) {
    return counts;
  }
  const at::Tensor flat = named.tensor.reshape({-1});
  for (std::int64_t begin = 0; begin < flat.numel(); begin += piece) {
    progress.check();
    const at::Tensor part = flat.narrow(0, begin, std::min(piece, flat.numel() - begin));
    counts.nan += part.isnan().sum().item<std::int64_t>();
    counts.infinite += part.isinf().sum().item<std::int64_t>();
    progress.advance(part.numel() * static_cast<std::int64_t>(part.element_size()));
  }
  return counts;
}

std::vector<NotFinite> find_not_finite(const std::vector<NamedTensor>& tensors,
                                       Progress& progress) {
  progress.begin("values", counts_of(tensors).bytes, WorkUnit::bytes);
  std::vector<NotFinite> found;
  for (const NamedTensor& t : tensors) {
    const NotFinite counts = count_not_finite(t, progress);
    if (counts.nan + counts.infinite > 0) {
      found.push_back(counts);
    }
  }
  progress.end();
  return found;
}

struct SchemeName {
  std::string word;   // in JSON
  std::string shown;  // to people
};

SchemeName name_of(NamingScheme scheme) {
  switch (scheme) {
    case NamingScheme::torchvision:
      return {"torchvision", "those of torchvision's ResNet"};
    case NamingScheme::torchvision_vgg:
      return {"torchvision_vgg", "those of torchvision's VGG"};
    case NamingScheme::smp:
      return {"smp", "those of segmentation_models.pytorch"};
    case NamingScheme::fastai:
      return {"fastai", "those of fastai v1"};
    case NamingScheme::other:
      break;
  }
  return {"other", "of no project known here"};
}

std::string types_text(const WeightFile& file) {
  std::map<std::string, std::int64_t> counts;
  for (const NamedTensor& t : file.tensors) {
    ++counts[type_name(t.tensor)];
  }
  std::string text;
  for (const auto& [type, count] : counts) {
    text += (text.empty() ? "" : ", ") + type + " (" + counted(count, "tensor") + ")";
  }
  return text;
}

std::string values_text(const std::vector<NotFinite>& not_finite) {
  std::vector<std::string> texts;
  for (const NotFinite& n : not_finite) {
    texts.push_back(n.name + " (" + format_count(n.nan) + " NaN, " + format_count(n.infinite) +
                    " infinite)");
  }
  return texts.empty() ? "all finite" : "not finite: " + names_text(texts);
}

Json tensors_json(const std::vector<NamedTensor>& tensors) {
  Json json = Json::array();
  for (const NamedTensor& t : tensors) {
    json.push_back(
        {{"name", t.name}, {"type", type_name(t.tensor)}, {"shape", t.tensor.sizes().vec()}});
  }
  return json;
}

}  // namespace

void Counts::add(const NamedTensor& t) {
  ++tensors;
  parameters += is_parameter(t.name) ? t.tensor.numel() : 0;
  bytes += t.tensor.numel() * static_cast<std::int64_t>(t.tensor.element_size());
}

Counts counts_of(const std::vector<NamedTensor>& tensors) {
  Counts counts;
  for (const NamedTensor& t : tensors) {
    counts.add(t);
  }
  return counts;
}

std::string counts_text(const Counts& counts) {
  return counted(counts.tensors, "tensor") + ", " + counted(counts.parameters, "parameter") + ", " +
         format_bytes(static_cast<double>(counts.bytes));
}

Json to_json(const Counts& counts) {
  return {{"tensors", counts.tensors}, {"parameters", counts.parameters}, {"bytes", counts.bytes}};
}

std::string names_text(const std::vector<std::string>& names) {
  constexpr std::size_t most = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) {
    text += (i == 0 ? "" : ", ") + printable(names[i]);
  }
  return names.size() <= most
             ? text
             : text + " and " + format_count(std::ssize(names) - std::int64_t{most}) + " more";
}

Findings look_at(const WeightFile& file, Progress& progress) {
  Findings findings = {naming_scheme(file), encoder_of(file), {}, {}};
  try {
    findings.spec = spec_of(file);
  } catch (const Error& error) {
    // The rest of the file can be told all the same.
    progress.warning(error.what());
  }
  findings.not_finite = find_not_finite(file.tensors, progress);
  return findings;
}

Facts info_facts(const WeightFile& file, const Findings& findings) {
  Facts facts = {{"file", file.path.string()},
                 {"format", file.format},
                 {"under", printable(file.state_dict_key)},
                 {"left out", names_text(file.ignored)},
                 {"names", name_of(findings.scheme).shown},
                 {"encoder", findings.encoder.value_or("none recognised")},
                 {"network", findings.spec ? describe(*findings.spec) : "none recognised"},
                 {"content", counts_text(counts_of(file.tensors))},
                 {"types", types_text(file)},
                 {"values", values_text(findings.not_finite)}};
  constexpr std::size_t most_bytes = 400;
  for (const auto& [key, value] : file.metadata) {
    facts.emplace_back("metadata", printable(key) + ": " + printable(value, most_bytes));
  }
  return facts;
}

std::string tensors_text(const WeightFile& file, bool all) {
  std::vector<std::vector<std::string>> rows;
  if (all) {
    for (const NamedTensor& t : file.tensors) {
      rows.push_back({printable(t.name, t.name.size()), type_name(t.tensor), shape_text(t.tensor)});
    }
    return columns_text(rows);
  }
  for (const Group& group : groups_of(file.tensors)) {
    rows.push_back({printable(group.name), counts_text(group.counts)});
  }
  return columns_text(rows) + "(--tensors lists them one by one)\n";
}

Json info_json(const WeightFile& file, const Findings& findings, bool all) {
  Json json = {{"path", file.path.string()},
               {"format", file.format},
               {"state_dict_key", file.state_dict_key},
               {"ignored", file.ignored},
               {"names", name_of(findings.scheme).word},
               {"encoder", findings.encoder ? Json(*findings.encoder) : Json()},
               {"network", findings.spec ? to_json(*findings.spec) : Json()},
               {"metadata", file.metadata},
               {"content", to_json(counts_of(file.tensors))},
               {"groups", Json::array()},
               {"not_finite", Json::array()}};
  for (const Group& group : groups_of(file.tensors)) {
    Json one = to_json(group.counts);
    one["name"] = group.name;
    json["groups"].push_back(one);
  }
  for (const NotFinite& n : findings.not_finite) {
    json["not_finite"].push_back({{"name", n.name}, {"nan", n.nan}, {"infinite", n.infinite}});
  }
  if (all) {
    json["tensors"] = tensors_json(file.tensors);
  }
  return json;
}

}  // namespace fossilct
