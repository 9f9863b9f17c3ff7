// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>
#include <functional>

#include "view/fossil_list.h"

class QLabel;
class QPushButton;
class QTableWidget;

namespace fossilct {

// What is known of one fossil, and the buttons to decide on it. Private to `view`.
class FossilPanel : public QWidget {
 public:
  // `thing`: what one of them is called, "fossil".
  FossilPanel(const std::vector<ViewedClass>& classes, const QString& thing);

  std::function<void(Verdict)> on_verdict;

  void show_fossil(const ViewedFossil* fossil);  // null: none is selected
  void set_undecidable();                        // there are no verdicts to give

 private:
  const std::vector<ViewedClass>& classes_;
  QString thing_;
  bool decidable_ = true;
  QLabel* title_ = nullptr;  // Qt owns these
  QLabel* state_ = nullptr;
  QLabel* remarks_ = nullptr;
  QTableWidget* measures_ = nullptr;
  std::vector<QPushButton*> buttons_;
};

}  // namespace fossilct
