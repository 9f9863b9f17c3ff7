// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace fossilct {

// SQLite with our errors: a message names the file.

class Database;

// A prepared statement, used again and again: bind in order, then step or run, which starts anew.
class Statement {
 public:
  Statement(const Database& database, std::string_view sql);

  Statement& bind(std::int64_t value);
  Statement& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(std::uint32_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(bool value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(double value);
  Statement& bind(std::string_view value);  // must live until the statement has run
  Statement& bind(const char* value) { return bind(std::string_view(value)); }
  Statement& bind(std::nullopt_t none);
  template <typename T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind(std::nullopt);
  }
  template <typename... T>
  Statement& bind_all(const T&... values) {
    (bind(values), ...);
    return *this;
  }

  // To the next row; false, and ready to be bound anew, after the last.
  bool step();
  // To the end, rows are passed over.
  void run();

  int parameters() const { return sqlite3_bind_parameter_count(statement_.get()); }
  int columns() const { return sqlite3_column_count(statement_.get()); }
  std::string column_name(int column) const;
  int type(int column) const { return sqlite3_column_type(statement_.get(), column); }
  bool is_null(int column) const { return type(column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  double real(int column) const { return sqlite3_column_double(statement_.get(), column); }
  // Until the next step.
  std::string_view text_view(int column) const;
  std::string text(int column) const { return std::string(text_view(column)); }
  std::optional<double> optional_real(int column) const {
    return is_null(column) ? std::nullopt : std::optional(real(column));
  }

 private:
  struct Finalise {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  void check(int code, std::string_view action);

  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalise> statement_;
  int next_ = 1;
};

class Database {
 public:
  enum class Mode { create, read, write };
  // `read` refuses every writing statement, but the rollback of a change that a kill cut off is
  // made where the file can be written. `remedy` is a sentence without its full stop: what to do
  // where the file is damaged. Throws Error{file} where there is no such file.
  Database(const std::filesystem::path& path, Mode mode,
           std::string remedy = "Restore it from a copy");
  // Statements name it by address: it does not move.
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void run(const std::string& sql) const;            // any number of statements
  std::int64_t integer(std::string_view sql) const;  // of the first row; 0 where there is none
  // Throws what the code means of this file: Error{format} where it is damaged or no database.
  [[noreturn]] void fail(int code, std::string_view action) const;
  const std::filesystem::path& path() const { return path_; }
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  std::filesystem::path path_;
  std::string remedy_;
  std::unique_ptr<sqlite3, Close> handle_;
};

// Rolls back unless committed.
class Transaction {
 public:
  explicit Transaction(const Database& database) : database_(&database) {
    database.run("BEGIN IMMEDIATE");
  }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    database_->run("COMMIT");
    open_ = false;
  }

 private:
  const Database* database_;
  bool open_ = true;
};

}  // namespace fossilct
