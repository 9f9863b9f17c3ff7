// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fossilct {

// How a person is told that a night is over: a command of theirs, and a letter. No shell takes
// part.

// A command line as words: blanks part them, '...' and "..." keep blanks, \ keeps the character
// behind it (within "..." only " and \). Nothing else means anything: no $, *, ; or |. Throws
// Error{option} of `option` for a quote that is not closed and a line without a word.
std::vector<std::string> words_of_command(std::string_view option, std::string_view line);

// Runs a program and waits for it: PATH is searched for a name without a slash, `environment` is
// added to this process's, `input` is its stdin, what it prints goes to this process's stderr.
// Throws Error{file} that names it: it can't be started, ended with another code than 0, by a
// signal, or not within `limit_seconds` (it and what it started are ended then).
void run_notice(const std::vector<std::string>& words,
                const std::map<std::string, std::string>& environment, std::string_view input,
                double limit_seconds);

struct Letter {
  std::string to;       // addresses with commas between
  std::string subject;  // one line, UTF-8
  std::string text;     // UTF-8
};

// Addresses as `mail-to` gives them, blanks around them taken off. Throws Error{option} of `option`
// for what is none: without an @ in it, blanks, characters that are no printable ASCII, a dash
// first.
std::vector<std::string> mail_addresses(std::string_view option, std::string_view to);

// The letter as mail programs take it: headers (the subject as RFC 2047 has it where it is not
// ASCII; control characters in it become blanks, so that it can't begin another header), text/plain
// in UTF-8.
std::string letter_text(const Letter& letter);

// Hands it to `sendmail`, a program with the interface of /usr/sbin/sendmail: `-i -- ADDRESS ...`,
// the letter on its stdin. Throws as run_notice, and mail_addresses of "mail-to".
void send_letter(const std::filesystem::path& sendmail, const Letter& letter, double limit_seconds);

}  // namespace fossilct
