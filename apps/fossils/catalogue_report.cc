// SPDX-License-Identifier: Apache-2.0
#include "apps/fossils/catalogue_report.h"

#include <algorithm>
#include <map>

#include "apps/fossils/fossil_density.h"
#include "base/text.h"

namespace fossilct {

namespace {

struct Counts {
  std::int64_t accepted = 0;
  std::int64_t undecided = 0;
  std::int64_t rejected = 0;

  void add(const CatalogueEntry& entry) {
    accepted += entry.verdict == Verdict::accepted ? 1 : 0;
    undecided += entry.verdict == Verdict::undecided ? 1 : 0;
    rejected += entry.verdict == Verdict::rejected ? 1 : 0;
  }
  std::int64_t counted() const { return accepted + undecided; }
};

std::map<std::string, Counts> counts_by(const std::vector<CatalogueEntry>& entries,
                                        std::string CatalogueEntry::*group) {
  std::map<std::string, Counts> counts;
  for (const CatalogueEntry& entry : entries) {
    counts[entry.*group].add(entry);
  }
  return counts;
}

Counts total(const std::vector<CatalogueEntry>& entries) {
  Counts counts;
  std::ranges::for_each(entries, [&](const CatalogueEntry& entry) { counts.add(entry); });
  return counts;
}

std::string counts_text(const std::map<std::string, Counts>& groups) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, c] : groups) {
    rows.push_back({printable(name), format_count(c.counted()),
                    "(" + format_count(c.accepted) + " accepted, " + format_count(c.undecided) +
                        " undecided; " + format_count(c.rejected) + " rejected)"});
  }
  return columns_text(rows);
}

std::optional<Density> density_in(const Catalogue& catalogue,
                                  const std::vector<CatalogueEntry>& entries,
                                  const ScanRecord& scan,
                                  std::optional<std::int64_t> class_value = std::nullopt) {
  return density_of(counting_fossils(entries, scan.name, class_value), scan,
                    confidence_of(catalogue));
}

// A line a scan, which its name begins where there are several.
std::string densities_text(const Catalogue& catalogue, const std::vector<CatalogueEntry>& entries,
                           const std::vector<ScanRecord>& scans) {
  std::string text;
  for (const ScanRecord& scan : scans) {
    text += (text.empty() ? "" : "\n") + (scans.size() > 1 ? scan.name + ": " : "") +
            density_text(density_in(catalogue, entries, scan));
  }
  return text;
}

Json counts_json(const Counts& c) {
  return {{"fossils", c.counted()},
          {"accepted", c.accepted},
          {"undecided", c.undecided},
          {"rejected", c.rejected}};
}

std::string depth_text(const ScanRecord& scan) {
  return scan.top_m && scan.bottom_m
             ? ", " + format_number(*scan.top_m) + " to " + format_number(*scan.bottom_m) + " m"
             : "";
}

std::string scans_text(const std::vector<ScanRecord>& scans) {
  std::string text;
  for (const ScanRecord& scan : scans) {
    text += (text.empty() ? "" : "\n") + printable(scan.name) + depth_text(scan);
  }
  return text;
}

Json scans_json(const Catalogue& catalogue, const std::vector<CatalogueEntry>& entries) {
  Json list = Json::array();
  for (const ScanRecord& scan : catalogue.scans()) {
    Json json = {{"name", scan.name}, {"path", scan.path}, {"sha256", scan.sha256}};
    json["top_m"] = scan.top_m ? Json(*scan.top_m) : Json();
    json["bottom_m"] = scan.bottom_m ? Json(*scan.bottom_m) : Json();
    json["density"] = to_json(density_in(catalogue, entries, scan));
    json["class_densities"] = Json::object();
    for (const LabelClass& label : catalogue.classes()) {
      json["class_densities"][label.name] =
          to_json(density_in(catalogue, entries, scan, label.value));
    }
    list.push_back(json);
  }
  return list;
}

Json signature_json(const SignatureCheck& check) {
  if (!check.is_signed) {
    return nullptr;
  }
  return {{"person", check.last.person},       {"time", check.last.time},
          {"sha256", check.last.sha256},       {"fossils", check.last.specimens},
          {"undecided", check.last.undecided}, {"holds", check.last.holds && !check.altered},
          {"altered_outside", check.altered}};
}

}  // namespace

SignatureCheck check_signature(const Catalogue& catalogue) {
  const std::vector<Signature> signatures = catalogue.signatures();
  if (signatures.empty() || catalogue.is_merged()) {
    return {};
  }
  const Signature& last = signatures.back();
  return {true, last, last.holds && catalogue.content_sha256() != last.sha256};
}

std::string signature_text(const SignatureCheck& check) {
  if (!check.is_signed) {
    return "no";
  }
  const Signature& last = check.last;
  const std::string signed_by = "by " + printable(last.person) + " on " + last.time + ": " +
                                counted(last.specimens, "fossil") + ", " +
                                format_count(last.undecided) + " of them undecided\nsha256 " +
                                last.sha256;
  if (check.altered) {
    return "VOID, the content was altered by another program; it was signed\n" + signed_by;
  }
  return last.holds ? signed_by
                    : "VOID, the catalogue was changed since it was signed\n" + signed_by;
}

Facts catalogue_facts(const std::filesystem::path& path, const Catalogue& catalogue) {
  const std::vector<CatalogueEntry> entries = catalogue.entries();
  const std::vector<ScanRecord> scans = catalogue.scans();
  const Counts counts = total(entries);
  Facts facts = {{"catalogue", path.string()},
                 {scans.size() == 1 ? "scan" : "scans", scans_text(scans)},
                 {"fossils", format_count(counts.counted())},
                 {"accepted", format_count(counts.accepted)},
                 {"undecided", format_count(counts.undecided)},
                 {"rejected", format_count(counts.rejected)},
                 {"by class", counts_text(counts_by(entries, &CatalogueEntry::class_name))},
                 {"density", densities_text(catalogue, entries, scans)}};
  if (catalogue.is_merged()) {
    facts.emplace_back("by scan", counts_text(counts_by(entries, &CatalogueEntry::scan)));
    return facts;
  }
  facts.emplace_back("decisions",
                     format_count(static_cast<std::int64_t>(catalogue.decisions().size())));
  facts.emplace_back("retired ids",
                     format_count(static_cast<std::int64_t>(catalogue.retired().size())));
  facts.emplace_back("signed", signature_text(check_signature(catalogue)));
  return facts;
}

Json catalogue_json(const std::filesystem::path& path, const Catalogue& catalogue) {
  const std::vector<CatalogueEntry> entries = catalogue.entries();
  Json json = {{"catalogue", path.string()}, {"scans", scans_json(catalogue, entries)}};
  json.update(counts_json(total(entries)));
  for (const auto& [key, group] : {std::pair{"classes", &CatalogueEntry::class_name},
                                   std::pair{"by_scan", &CatalogueEntry::scan}}) {
    json[key] = Json::object();
    for (const auto& [name, counts] : counts_by(entries, group)) {
      json[key][name] = counts_json(counts);
    }
  }
  json["decisions"] = catalogue.decisions().size();
  json["retired_ids"] = catalogue.retired().size();
  json["revision"] = catalogue.revision();
  json["signature"] = signature_json(check_signature(catalogue));
  return json;
}

}  // namespace fossilct
