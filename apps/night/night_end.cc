// SPDX-License-Identifier: Apache-2.0
#include "apps/night/night_end.h"

#include <algorithm>
#include <system_error>

#include "apps/night/morning.h"
#include "apps/night/status_text.h"
#include "base/error.h"
#include "night/notice.h"
#include "night/overview.h"

namespace fossilct {

namespace {

namespace fs = std::filesystem;

// A command may copy a catalogue away; a mail program hands over and ends.
constexpr double on_done_limit_seconds = 600;
constexpr double mail_limit_seconds = 120;
constexpr int letter_columns = 100;

// `tell` may fail without harm to what was done.
template <typename Tell>
void try_to_tell(const char* what, Progress& progress, const Tell& tell) {
  try {
    tell();
  } catch (const Error& error) {
    progress.warning(std::string(what) + ": " + error.what());
  }
}

// The run is over for whoever is told, though its process still lives.
NightRecord ended(NightRecord night) {
  night.running_process = 0;
  return night;
}

Letter letter_of(const Job& job, const NightRecord& night) {
  const double now = seconds_since_1970();
  return {job.mail_to, job.folder.stem().string() + ": " + headline_of(night, now),
          status_text(night, now, {.columns = letter_columns}) + "\n" +
              (job.folder / "index.html").string() + "\n"};
}

}  // namespace

void make_index(const Job& job, JobJournal& journal, Progress& progress) {
  if (std::ranges::find(job.stages, "index") == job.stages.end()) {
    return;
  }
  StageRecord record = journal.read("", "index");
  record.state = StageState::running;
  record.tries = 1;
  record.began = seconds_since_1970();
  journal.write(record);
  try {
    write_morning(journal.read_all(), seconds_since_1970());
    record.state = StageState::done;
    record.reason.clear();
    record.remedy.clear();
  } catch (const Error& error) {
    record.state = StageState::failed;
    record.reason = error.what();
    record.remedy = "Mend it, and start the run again: only this is done then";
    progress.warning(std::string("index.html: ") + error.what());
  }
  record.ended = seconds_since_1970();
  journal.write(record);
}

void tell_end(const Job& job, const NightRecord& night, const fs::path& sendmail,
              Progress& progress) {
  const NightRecord over = ended(night);
  if (!job.on_done.empty()) {
    try_to_tell("on-done", progress, [&] {
      std::vector<std::string> words = words_of_command("on-done", job.on_done);
      words.push_back(job.folder.string());
      run_notice(words,
                 {{"FOSSILCT_JOB", job.folder.string()},
                  {"FOSSILCT_OUTCOME", over.outcome},
                  {"FOSSILCT_PAGE", (job.folder / "index.html").string()}},
                 "", on_done_limit_seconds);
    });
  }
  if (!job.mail_to.empty()) {
    try_to_tell("mail-to", progress,
                [&] { send_letter(sendmail, letter_of(job, over), mail_limit_seconds); });
  }
}

fs::path usual_sendmail() {
  const fs::path usual = "/usr/sbin/sendmail";
  const fs::path old = "/usr/lib/sendmail";
  std::error_code ignored;
  return !fs::exists(usual, ignored) && fs::exists(old, ignored) ? old : usual;
}

}  // namespace fossilct
