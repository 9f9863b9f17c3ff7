// SPDX-License-Identifier: Apache-2.0
#include "database/sqlite.h"

#include <utility>

namespace fossilct {

namespace {

// A reader waits this long for another process to end its transaction.
constexpr int busy_milliseconds = 10'000;

// Our own statements are right: one that SQLite does not understand (SQLITE_ERROR) misses a table
// or a column.
bool means_damaged(int code) {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB || code == SQLITE_ERROR;
}

}  // namespace

Statement::Statement(const Database& database, std::string_view sql) : database_(&database) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()),
                                      &statement, nullptr);
  statement_.reset(statement);
  check(code, "can't read its tables");
}

Statement& Statement::bind(std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), next_++, value), "can't take a value");
  return *this;
}

Statement& Statement::bind(double value) {
  check(sqlite3_bind_double(statement_.get(), next_++, value), "can't take a value");
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  check(sqlite3_bind_text64(statement_.get(), next_++, value.empty() ? "" : value.data(),
                            value.size(), SQLITE_STATIC, SQLITE_UTF8),
        "can't take a value");
  return *this;
}

Statement& Statement::bind(std::nullopt_t) {
  check(sqlite3_bind_null(statement_.get(), next_++), "can't take a value");
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) {
    return true;
  }
  // What went wrong is told by step; reset would only repeat it.
  if (code != SQLITE_DONE) {
    check(code, sqlite3_stmt_readonly(statement_.get()) != 0 ? "can't read" : "can't write");
  }
  sqlite3_reset(statement_.get());
  next_ = 1;
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

std::string Statement::column_name(int column) const {
  return sqlite3_column_name(statement_.get(), column);
}

std::string_view Statement::text_view(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return text == nullptr ? std::string_view()
                         : std::string_view(reinterpret_cast<const char*>(text), bytes);
}

void Statement::check(int code, std::string_view action) {
  if (code != SQLITE_OK) {
    database_->fail(code, action);
  }
}

Database::Database(const std::filesystem::path& path, Mode mode, std::string remedy)
    : path_(path), remedy_(std::move(remedy)) {
  std::error_code ignored;
  if (mode != Mode::create && !std::filesystem::is_regular_file(path, ignored)) {
    throw file_error(path, "there is no such file");
  }
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | (mode == Mode::create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) {
    fail(code, "can't open");
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, busy_milliseconds);
  // Text and views of a file from elsewhere run no code but SQLite's own.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  run("PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;");
  if (mode == Mode::read) {
    run("PRAGMA query_only = ON");
  }
}

void Database::run(const std::string& sql) const {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    fail(code, "can't read or write");
  }
}

std::int64_t Database::integer(std::string_view sql) const {
  Statement statement(*this, sql);
  const std::int64_t value = statement.step() ? statement.integer(0) : 0;
  return value;
}

void Database::fail(int code, std::string_view action) const {
  const std::string reason = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
  if (means_damaged(code)) {
    throw format_error(path_, "the database is damaged, or is none (" + reason +
                                  "); it was left as it is. " + remedy_);
  }
  if ((code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED) {
    throw file_error(path_, "another process is writing it; try again when that has ended");
  }
  if ((code & 0xff) == SQLITE_READONLY || (code & 0xff) == SQLITE_CANTOPEN) {
    throw file_error(path_, std::string(action) + " (" + reason +
                                "); check that you may write the file and its folder");
  }
  throw file_error(path_, std::string(action) + ": " + reason);
}

Transaction::~Transaction() {
  if (open_) {
    sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

}  // namespace fossilct
