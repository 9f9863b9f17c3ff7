// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractTableModel>
#include <QWidget>
#include <functional>
#include <vector>

#include "view/fossil_list.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;

namespace fossilct {

// The list of fossils with its filters. The fossils are the window's, which says when they change.
// Private to `view`.
class FossilTable : public QWidget {
 public:
  FossilTable(const std::vector<ViewedFossil>& fossils, const std::vector<ViewedClass>& classes,
              bool has_verdicts, const QString& unit);

  std::function<void(std::size_t fossil)> on_select;    // a row was chosen
  std::function<void(std::size_t fossil)> on_activate;  // double click, Enter
  std::function<void()> on_filter;                      // other fossils pass

  const std::vector<std::size_t>& list() const { return list_; }
  const FossilFilter& filter() const { return filter_; }
  // Shows which one is selected, without a call back; nothing is scrolled where it is in view.
  void select(std::optional<std::size_t> fossil);
  // The list again, after fossils changed; `keep` stays where it is though it passes no more, so
  // that a verdict does not take the row from under the hand.
  void fossils_changed();
  // The row of a fossil; -1 where it is not listed.
  std::int64_t row_of(std::size_t fossil) const;
  void focus_filter();

 private:
  class Model;
  QWidget* make_filters(bool has_verdicts, const QString& unit);
  void connect_view();
  void connect_filters(const QPushButton& clear);
  void filter_changed();
  void relist();

  const std::vector<ViewedFossil>& fossils_;
  const std::vector<ViewedClass>& classes_;
  FossilFilter filter_;
  bool has_verdicts_ = true;
  FossilColumn column_ = FossilColumn::doubt;
  bool descending_ = true;
  std::vector<std::size_t> list_;
  bool telling_ = true;  // whether a selection is the user's

  Model* model_ = nullptr;  // Qt owns these
  QTableView* view_ = nullptr;
  QLabel* count_ = nullptr;
  QLineEdit* id_ = nullptr;
  QComboBox* class_ = nullptr;
  QComboBox* verdict_ = nullptr;
  QDoubleSpinBox* least_um_ = nullptr;
  QDoubleSpinBox* most_um_ = nullptr;
  QDoubleSpinBox* least_doubt_ = nullptr;
};

}  // namespace fossilct
