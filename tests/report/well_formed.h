// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

namespace fossilct::test {

// The first fault of an XML text as far as our pages can have one (tags that do not match,
// attributes without quotes or given twice, a bare < or &), or an empty text. A parser of its own,
// so that the room is tested without outside libraries; an outside parser reads the whole report in
// tests/apps.
class WellFormed {
 public:
  explicit WellFormed(std::string_view xml) : rest_(xml) {}

  std::string fault() {
    while (fault_.empty() && !rest_.empty()) {
      rest_.front() == '<' ? tag() : character();
    }
    if (fault_.empty() && !open_.empty()) {
      fault_ = "<" + open_.back() + "> is not closed";
    }
    return fault_;
  }

 private:
  bool take(std::string_view prefix) {
    if (!rest_.starts_with(prefix)) {
      return false;
    }
    rest_.remove_prefix(prefix.size());
    return true;
  }
  void expect(std::string_view prefix) {
    if (fault_.empty() && !take(prefix)) {
      fault_ = "expected " + std::string(prefix) + " before: " + std::string(rest_.substr(0, 40));
    }
  }
  std::string name() {
    std::size_t end = 0;
    while (end < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[end])) != 0 ||
                                  rest_[end] == '-' || rest_[end] == ':')) {
      ++end;
    }
    const std::string result(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (result.empty() && fault_.empty()) {
      fault_ = "no name before: " + std::string(rest_.substr(0, 40));
    }
    return result;
  }
  void character() {
    if (rest_.front() != '&') {
      rest_.remove_prefix(1);
      return;
    }
    for (const char* entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"}) {
      if (take(entity)) {
        return;
      }
    }
    fault_ = "a bare &: " + std::string(rest_.substr(0, 40));
  }
  void attribute(std::vector<std::string>& seen) {
    const std::string key = name();
    for (const std::string& other : seen) {
      fault_ = other == key ? key + " is given twice" : fault_;
    }
    seen.push_back(key);
    expect("=\"");
    while (fault_.empty() && !rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '<') {
        fault_ = "a bare < in " + key;
      }
      character();
    }
    expect("\"");
  }
  void tag() {
    if (take("<!DOCTYPE html>")) {
      return;
    }
    if (take("</")) {
      const std::string closed = name();
      expect(">");
      if (fault_.empty() && (open_.empty() || open_.back() != closed)) {
        fault_ = "</" + closed + "> closes nothing";
      }
      if (!open_.empty()) {
        open_.pop_back();
      }
      return;
    }
    expect("<");
    const std::string opened = name();
    std::vector<std::string> seen;
    while (fault_.empty() && take(" ")) {
      attribute(seen);
    }
    if (fault_.empty() && !take("/>")) {
      expect(">");
      open_.push_back(opened);
    }
  }

  std::string_view rest_;
  std::vector<std::string> open_;
  std::string fault_;
};

inline std::string fault_of(const std::string& xml) { return WellFormed(xml).fault(); }

}  // namespace fossilct::test
