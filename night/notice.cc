// SPDX-License-Identifier: Apache-2.0
#include "night/notice.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>

#include "base/child_process.h"
#include "base/error.h"
#include "base/text.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto look_interval = std::chrono::milliseconds(20);
// Sets variables and searches PATH, so that neither is done in this process.
constexpr const char* env_program = "/usr/bin/env";
constexpr int exit_not_found = 127;
constexpr int exit_not_started = 126;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

class CommandWords {
 public:
  CommandWords(std::string_view option, std::string_view line) : option_(option), line_(line) {}

  std::vector<std::string> read() {
    while (at_ < line_.size()) {
      if (is_blank(line_[at_])) {
        end_word();
        ++at_;
      } else {
        read_piece();
      }
    }
    end_word();
    if (words_.empty()) {
      fail("holds no command");
    }
    return words_;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw option_error(option_, "'" + printable(line_, line_.size()) + "': " + what);
  }

  void end_word() {
    if (word_) {
      words_.push_back(std::move(*word_));
      word_.reset();
    }
  }

  void read_piece() {
    if (!word_) {
      word_.emplace();
    }
    const char c = line_[at_++];
    if (c == '\'' || c == '"') {
      read_quoted(c);
    } else if (c == '\\') {
      word_->push_back(escaped_character());
    } else {
      word_->push_back(c);
    }
  }

  char escaped_character() {
    if (at_ == line_.size()) {
      fail("ends with a backslash; it keeps the character behind it");
    }
    return line_[at_++];
  }

  void read_quoted(char quote) {
    for (;;) {
      if (at_ == line_.size()) {
        fail(std::string("a ") + quote + " is not closed");
      }
      const char c = line_[at_++];
      if (c == quote) {
        return;
      }
      const bool escapes = quote == '"' && c == '\\' && at_ < line_.size() &&
                           (line_[at_] == '"' || line_[at_] == '\\');
      word_->push_back(escapes ? line_[at_++] : c);
    }
  }

  std::string_view option_;
  std::string_view line_;
  std::size_t at_ = 0;
  std::optional<std::string> word_;
  std::vector<std::string> words_;
};

// A file in memory, read from its begin: unlike a pipe it is there whole, whether it is read or
// not.
class InputInMemory {
 public:
  InputInMemory(const fs::path& program, std::string_view bytes)
      : descriptor_(::memfd_create("fossilct-notice", MFD_CLOEXEC)) {
    if (descriptor_ < 0) {
      throw file_errno_error(program, "can't make its input");
    }
    while (!bytes.empty()) {
      const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno != EINTR) {
        const Error error = file_errno_error(program, "can't make its input");
        ::close(descriptor_);
        throw error;
      }
      bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    }
    ::lseek(descriptor_, 0, SEEK_SET);
  }
  ~InputInMemory() { ::close(descriptor_); }
  InputInMemory(const InputInMemory&) = delete;
  InputInMemory& operator=(const InputInMemory&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

// The status of waitpid; nothing where it had to be ended.
std::optional<int> status_within(pid_t child, double limit_seconds) {
  const auto began = Clock::now();
  for (;;) {
    int status = 0;
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) {
      return status;
    }
    if (std::chrono::duration<double>(Clock::now() - began).count() > limit_seconds) {
      ::kill(-child, SIGKILL);
      while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
      }
      return std::nullopt;
    }
    std::this_thread::sleep_for(look_interval);
  }
}

void require_done(const std::string& program, std::optional<int> status, double limit_seconds) {
  if (!status) {
    throw file_error(program,
                     "did not end within " + format_duration(limit_seconds) + "; it was ended");
  }
  if (WIFSIGNALED(*status)) {
    throw file_error(program,
                     std::string("ended by a signal (") + ::strsignal(WTERMSIG(*status)) + ")");
  }
  const int code = WEXITSTATUS(*status);
  if (code == exit_not_found || code == exit_not_started) {
    throw file_error(program, code == exit_not_found ? "there is no such program"
                                                     : "can't be started; is it executable?");
  }
  if (code != 0) {
    throw file_error(program, "ended with exit code " + std::to_string(code));
  }
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::array<std::uint32_t, 3> group{};
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < n; ++k) {
      group[k] = static_cast<unsigned char>(bytes[i + k]);
    }
    const std::uint32_t bits = group[0] << 16 | group[1] << 8 | group[2];
    for (std::size_t k = 0; k < 4; ++k) {
      text += k <= n ? letters[bits >> (18 - 6 * k) & 63] : '=';
    }
  }
  return text;
}

// At most 75 characters a word (RFC 2047), never cut within a character.
std::string encoded_words(const std::string& text) {
  constexpr std::size_t most_bytes = 42;
  std::string words;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = std::min(text.size(), begin + most_bytes);
    while (end < text.size() && end > begin + 1 &&
           (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
      --end;
    }
    words += (words.empty() ? "" : "\r\n ") + std::string("=?UTF-8?B?") +
             base64(std::string_view(text).substr(begin, end - begin)) + "?=";
    begin = end;
  }
  return words;
}

std::string header_value(std::string text) {
  constexpr std::size_t longest_line = 200;
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  const bool is_plain = text.size() <= longest_line && std::ranges::all_of(text, [](char c) {
                          return static_cast<unsigned char>(c) < 0x80;
                        });
  return is_plain && text.find("=?") == std::string::npos ? text : encoded_words(text);
}

}  // namespace

std::vector<std::string> words_of_command(std::string_view option, std::string_view line) {
  const std::vector<std::string> words = CommandWords(option, line).read();
  if (words.front().empty() || words.front().find('=') != std::string::npos) {
    throw option_error(option, "'" + printable(words.front()) +
                                   "' can't be the name of a program; it is the first word");
  }
  return words;
}

void run_notice(const std::vector<std::string>& words,
                const std::map<std::string, std::string>& environment, std::string_view input,
                double limit_seconds) {
  const InputInMemory in_memory(words.front(), input);
  ProgramStart start;
  start.program = env_program;
  for (const auto& [name, value] : environment) {
    start.arguments.push_back(name + "=" + value);
  }
  start.arguments.insert(start.arguments.end(), words.begin(), words.end());
  start.input = in_memory.descriptor();
  start.output = STDERR_FILENO;
  start.own_group = true;
  require_done(words.front(), status_within(start_program(start), limit_seconds), limit_seconds);
}

std::vector<std::string> mail_addresses(std::string_view option, std::string_view to) {
  std::vector<std::string> addresses;
  for (const std::string& part : split(to, ',')) {
    const std::string address(trim(part));
    const std::size_t at = address.find('@');
    const bool is_one = at != std::string::npos && at > 0 && at + 1 < address.size() &&
                        address.front() != '-' && std::ranges::all_of(address, [](char c) {
                          return c > ' ' && c < '\x7f' && c != '<' && c != '>';
                        });
    if (!is_one) {
      throw option_error(option, "'" + printable(address) +
                                     "' is no mail address; expected name@host, several with "
                                     "commas between");
    }
    addresses.push_back(address);
  }
  return addresses;
}

std::string letter_text(const Letter& letter) {
  std::string body;
  for (const char c : letter.text) {
    body += c == '\n' ? std::string("\r\n") : std::string(1, c);
  }
  return "To: " + header_value(letter.to) + "\r\nSubject: " + header_value(letter.subject) +
         "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"
         "Content-Transfer-Encoding: 8bit\r\nAuto-Submitted: auto-generated\r\n\r\n" +
         body;
}

void send_letter(const fs::path& sendmail, const Letter& letter, double limit_seconds) {
  std::vector<std::string> words = {sendmail.string(), "-i", "--"};
  for (const std::string& address : mail_addresses("mail-to", letter.to)) {
    words.push_back(address);
  }
  run_notice(words, {}, letter_text(letter), limit_seconds);
}

}  // namespace fossilct
