// SPDX-License-Identifier: Apache-2.0
#include "view/fossil_panel.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>

#include "view/viewer_style.h"

namespace fossilct {

namespace {

QTableWidget* make_measures() {
  auto* table = new QTableWidget(0, 2);
  table->horizontalHeader()->hide();
  table->verticalHeader()->hide();
  table->verticalHeader()->setDefaultSectionSize(table->fontMetrics().height() + 5);
  // Names are never cut; a value that says why there is none may be long, and is.
  table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
  table->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
  table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  table->setWordWrap(false);
  table->setShowGrid(false);
  table->setAlternatingRowColors(true);
  table->setSelectionMode(QAbstractItemView::NoSelection);
  table->setEditTriggers(QAbstractItemView::NoEditTriggers);
  table->setFocusPolicy(Qt::NoFocus);
  return table;
}

}  // namespace

FossilPanel::FossilPanel(const std::vector<ViewedClass>& classes, const QString& thing)
    : classes_(classes), thing_(thing) {
  title_ = new QLabel;
  title_->setObjectName("title");
  title_->setTextFormat(Qt::RichText);
  state_ = new QLabel;
  state_->setTextFormat(Qt::RichText);
  remarks_ = new QLabel;
  remarks_->setObjectName("weak");
  remarks_->setWordWrap(true);
  remarks_->setTextFormat(Qt::PlainText);
  measures_ = make_measures();
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(6);
  for (const auto& [text, verdict, tip] :
       {std::tuple{"\u2713 Accept (A)", Verdict::accepted, "This is a fossil (A)"},
        {"\u2715 Reject (R)", Verdict::rejected, "This is none: it leaves the counts (R)"},
        {"Undecide (U)", Verdict::undecided, "To be decided again (U)"}}) {
    auto* button = new QPushButton(text);
    button->setToolTip(tip);
    button->setFocusPolicy(Qt::NoFocus);
    connect(button, &QPushButton::clicked, this, [this, given = verdict] { on_verdict(given); });
    buttons->addWidget(button);
    buttons_.push_back(button);
  }
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 8, 0, 0);
  layout->setSpacing(5);
  layout->addWidget(title_);
  layout->addWidget(state_);
  layout->addWidget(remarks_);
  layout->addLayout(buttons);
  layout->addWidget(measures_, 1);
  show_fossil(nullptr);
}

void FossilPanel::set_undecidable() {
  decidable_ = false;
  for (QPushButton* button : buttons_) {
    button->hide();
  }
}

void FossilPanel::show_fossil(const ViewedFossil* fossil) {
  for (QPushButton* button : buttons_) {
    button->setEnabled(fossil != nullptr);
  }
  measures_->setRowCount(fossil == nullptr ? 0 : static_cast<int>(fossil->measures.size()));
  if (fossil == nullptr) {
    title_->setText("No " + thing_ + " selected");
    state_->setText(
        "<span style='color:#969a9f'>Click on one, in a slice, in 3D or in the list.</span>");
    remarks_->clear();
    return;
  }
  const ViewedClass& its_class = classes_[fossil->class_index];
  title_->setText(QString("<span style='color:%1'>\u25a0</span> %2 &nbsp;%3")
                      .arg(to_qcolor(its_class.colour).name())
                      .arg(fossil->id)
                      .arg(QString::fromStdString(its_class.name).toHtmlEscaped()));
  state_->setText(decidable_ || fossil->verdict != Verdict::undecided
                      ? QString("<span style='color:%1'>%2 %3</span>")
                            .arg(verdict_colour(fossil->verdict).name(),
                                 verdict_sign(fossil->verdict), verdict_text(fossil->verdict))
                      : QString());
  QStringList remarks;
  for (const std::string& reason : fossil->reasons) {
    remarks.push_back(QString::fromStdString(reason));
  }
  QString text = remarks.join(", ");
  if (!fossil->note.empty()) {
    text += (text.isEmpty() ? "" : "\n") + QString::fromStdString("Note: " + fossil->note);
  }
  remarks_->setText(text);
  for (int row = 0; row < measures_->rowCount(); ++row) {
    const auto& [name, value] = fossil->measures[static_cast<std::size_t>(row)];
    auto* name_item = new QTableWidgetItem(QString::fromStdString(name));
    name_item->setForeground(weak_text_colour.lighter(120));
    auto* value_item = new QTableWidgetItem(QString::fromStdString(value));
    value_item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
    value_item->setToolTip(QString::fromStdString(value));
    measures_->setItem(row, 0, name_item);
    measures_->setItem(row, 1, value_item);
  }
  measures_->scrollToTop();
}

}  // namespace fossilct
