// SPDX-License-Identifier: Apache-2.0
#include "night/notice.h"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <thread>

#include "base/error.h"
#include "tests/support.h"

namespace fossilct {
namespace {

using Words = std::vector<std::string>;

std::string message(const std::function<void()>& call) { return test::message_of<Error>(call); }

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A program that writes its arguments and its stdin into files of `folder`, and ends with `code`.
std::filesystem::path recording_program(const test::TemporaryFolder& folder, int code) {
  const std::filesystem::path program = folder / "send mail";
  test::write_file(program, "#!/bin/sh\nfor a in \"$@\"; do printf '%s\\n' \"$a\"; done > '" +
                                (folder / "arguments").string() + "'\ncat > '" +
                                (folder / "input").string() +
                                "'\nprintf '%s' \"$FOSSILCT_JOB\" > '" + (folder / "job").string() +
                                "'\nexit " + std::to_string(code) + "\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  return program;
}

TEST_CASE("a command line is words, and no more") {
  CHECK(words_of_command("on-done", "play  done.wav ") == Words{"play", "done.wav"});
  CHECK(words_of_command("on-done", R"(p 'a b' "c \"d\" \\ \e" e\ f '' g'h'i)") ==
        Words{"p", "a b", R"(c "d" \ \e)", "e f", "", "ghi"});
  CHECK(words_of_command("on-done", "rm $HOME/* ; `id` | x > y && z") ==
        Words{"rm", "$HOME/*", ";", "`id`", "|", "x", ">", "y", "&&", "z"});
}

TEST_CASE("a command line that is none is refused with its reason") {
  CHECK(contains(message([] { words_of_command("on-done", "a 'b"); }),
                 "on-done: 'a 'b': a ' is not closed"));
  CHECK(contains(message([] { words_of_command("on-done", "a \\"); }), "ends with a backslash"));
  CHECK(contains(message([] { words_of_command("on-done", "  "); }), "holds no command"));
  CHECK(contains(message([] { words_of_command("on-done", "A=b c"); }), "can't be the name"));
}

TEST_CASE("a program gets its words, variables and input as they are") {
  const test::TemporaryFolder folder;
  const auto program = recording_program(folder, 0);
  const std::string large(300'000, 'x');  // more than a pipe holds
  run_notice({program.string(), "$HOME", "a b", ";"}, {{"FOSSILCT_JOB", "/a b/$(id).job"}}, large,
             20);
  CHECK(test::read_file(folder / "arguments") == "$HOME\na b\n;\n");
  CHECK(test::read_file(folder / "job") == "/a b/$(id).job");
  CHECK(test::read_file(folder / "input") == large);
}

TEST_CASE("what goes wrong with a program is told") {
  const test::TemporaryFolder folder;
  const auto program = recording_program(folder, 5);
  CHECK(contains(message([&] { run_notice({program.string()}, {}, "", 20); }),
                 "send mail: ended with exit code 5"));
  CHECK(contains(message([&] { run_notice({(folder / "none").string()}, {}, "", 20); }),
                 "none: there is no such program"));
  CHECK(contains(message([&] {
                   run_notice({"sh", "-c", "kill -9 $$"}, {}, "", 20);
                 }),
                 "sh: ended by a signal (Killed)"));
}

TEST_CASE("a program that does not end is ended, with what it started") {
  const test::TemporaryFolder folder;
  const std::string alive = (folder / "alive").string();
  const std::string loop = "(sleep 1; echo > '" + alive + "') & wait";
  CHECK(contains(message([&] {
                   run_notice({"sh", "-c", loop}, {}, "", 0.1);
                 }),
                 "sh: did not end within 0.1 s"));
  std::this_thread::sleep_for(std::chrono::milliseconds(1200));
  CHECK_FALSE(std::filesystem::exists(alive));
}

TEST_CASE("addresses are looked at before they are used") {
  CHECK(mail_addresses("mail-to", "a@b.org, c.d@e") == Words{"a@b.org", "c.d@e"});
  for (const char* bad : {"", "a", "@b", "a@", "-oQ/tmp@b", "a b@c", "a@b\nBcc: x@y", "a@b,",
                          "<a@b>", "\xc3\xa4@b"}) {
    CAPTURE(bad);
    CHECK(contains(message([&] { mail_addresses("mail-to", bad); }), "is no mail address"));
  }
}

TEST_CASE("a letter has no header that its texts made") {
  const std::string text = letter_text({"a@b", "done\r\nBcc: x@y", "2 scans\n"});
  CHECK(contains(text, "Subject: done  Bcc: x@y\r\n"));
  CHECK_FALSE(contains(text, "\r\nBcc"));
  CHECK(text.ends_with("\r\n\r\n2 scans\r\n"));
}

TEST_CASE("a subject in other letters is encoded, in words that may be so long") {
  const std::string text = letter_text({"a@b", "Kalkträger", ""});
  CHECK(contains(text, "Subject: =?UTF-8?B?S2Fsa3Ryw6RnZXI=?=\r\n"));
  const std::string subject = std::string(41, 'x') + "砂岩" + std::string(200, 'y');
  const std::string longer = letter_text({"a@b", subject, ""});
  std::size_t line_begin = 0;
  for (std::size_t end = 0; (end = longer.find("\r\n", line_begin)) != std::string::npos;
       line_begin = end + 2) {
    CHECK(end - line_begin <= 9 + 75);
  }
}

TEST_CASE("sendmail is called by its interface") {
  const test::TemporaryFolder folder;
  const auto program = recording_program(folder, 0);
  send_letter(program, {"a@b, c@d", "tonight: done", "3 scans\n"}, 20);
  CHECK(test::read_file(folder / "arguments") == "-i\n--\na@b\nc@d\n");
  CHECK(contains(test::read_file(folder / "input"), "To: a@b, c@d\r\nSubject: tonight: done\r\n"));
  CHECK(contains(message([&] {
                   send_letter(folder / "none", {"a@b", "", ""}, 20);
                 }),
                 "there is no such program"));
}

}  // namespace
}  // namespace fossilct
