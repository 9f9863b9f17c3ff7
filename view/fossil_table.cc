// SPDX-License-Identifier: Apache-2.0
#include "view/fossil_table.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "view/viewer_style.h"

namespace fossilct {

namespace {

constexpr int columns = 5;
constexpr double most_shown_um = 1e7;

QIcon class_icon(const Colour& colour) {
  QPixmap chip(10, 10);
  chip.fill(to_qcolor(colour));
  return {chip};
}

}  // namespace

namespace {

QTableView* make_view(QAbstractItemModel* model) {
  auto* view = new QTableView;
  view->setModel(model);
  view->setSelectionBehavior(QAbstractItemView::SelectRows);
  view->setSelectionMode(QAbstractItemView::SingleSelection);
  view->setAlternatingRowColors(true);
  view->setShowGrid(false);
  view->setWordWrap(false);
  view->verticalHeader()->hide();
  view->verticalHeader()->setDefaultSectionSize(view->fontMetrics().height() + 7);
  view->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  view->horizontalHeader()->setSectionResizeMode(static_cast<int>(FossilColumn::class_name),
                                                 QHeaderView::Stretch);
  view->horizontalHeader()->setHighlightSections(false);
  const int em = view->fontMetrics().horizontalAdvance("0");
  for (const auto& [column, ems] : {std::pair{FossilColumn::id, 7},
                                    {FossilColumn::diameter, 10},
                                    {FossilColumn::doubt, 9},
                                    {FossilColumn::verdict, 5}}) {
    view->setColumnWidth(static_cast<int>(column), ems * em + 6);
  }
  return view;
}

}  // namespace

class FossilTable::Model : public QAbstractTableModel {
 public:
  Model(const FossilTable& table, const QString& unit) : table_(table), unit_(unit) {}

  int rowCount(const QModelIndex& parent) const override {
    return parent.isValid() ? 0 : static_cast<int>(table_.list_.size());
  }
  int columnCount(const QModelIndex& parent) const override {
    return parent.isValid() ? 0 : columns;
  }

  QVariant headerData(int section, Qt::Orientation orientation, int role) const override {
    if (orientation != Qt::Horizontal) {
      return {};
    }
    const QStringList names = {"id", "class", "\u00d8 " + unit_, "doubt", ""};
    const QStringList tips = {"The id of the fossil in the catalogue", "Its class",
                              "Diameter of the ball of the same volume, in " + unit_,
                              "From 0 to 1; decided fossils are in doubt no more",
                              "Verdict: \u2713 accepted, \u2715 rejected, \u00b7 undecided"};
    return role == Qt::DisplayRole   ? QVariant(names[section])
           : role == Qt::ToolTipRole ? QVariant(tips[section])
                                     : QVariant();
  }

  QVariant data(const QModelIndex& index, int role) const override {
    const ViewedFossil& fossil = fossil_at(index);
    const auto column = static_cast<FossilColumn>(index.column());
    switch (role) {
      case Qt::DisplayRole:
        return text_of(fossil, column);
      case Qt::DecorationRole:
        return column == FossilColumn::class_name
                   ? QVariant(class_icon(table_.classes_[fossil.class_index].colour))
                   : QVariant();
      case Qt::TextAlignmentRole:
        return column == FossilColumn::class_name ? QVariant(Qt::AlignLeft | Qt::AlignVCenter)
               : column == FossilColumn::verdict  ? QVariant(Qt::AlignCenter)
                                                  : QVariant(Qt::AlignRight | Qt::AlignVCenter);
      case Qt::ForegroundRole:
        return column == FossilColumn::verdict       ? QVariant(verdict_colour(fossil.verdict))
               : fossil.verdict == Verdict::rejected ? QVariant(weak_text_colour)
                                                     : QVariant();
      case Qt::ToolTipRole:
        return tip_of(fossil);
      default:
        return {};
    }
  }

  void reset() {
    beginResetModel();
    endResetModel();
  }

 private:
  const ViewedFossil& fossil_at(const QModelIndex& index) const {
    return table_.fossils_[table_.list_[static_cast<std::size_t>(index.row())]];
  }

  QString text_of(const ViewedFossil& fossil, FossilColumn column) const {
    switch (column) {
      case FossilColumn::class_name:
        return QString::fromStdString(table_.classes_[fossil.class_index].name);
      case FossilColumn::diameter:
        return std::isnan(fossil.diameter_um) ? "-" : QString::number(fossil.diameter_um, 'f', 1);
      case FossilColumn::doubt:
        return std::isnan(fossil.doubt) ? QString("\u2013") : QString::number(fossil.doubt, 'f', 2);
      case FossilColumn::verdict:
        return verdict_sign(fossil.verdict);
      case FossilColumn::id:
        break;
    }
    return QString::number(fossil.id);
  }

  static QString tip_of(const ViewedFossil& fossil) {
    QStringList lines = {"Fossil " + QString::number(fossil.id) + ", " +
                         verdict_text(fossil.verdict)};
    for (const std::string& reason : fossil.reasons) {
      lines.push_back(QString::fromStdString(reason));
    }
    if (!fossil.note.empty()) {
      lines.push_back(QString::fromStdString(fossil.note));
    }
    return lines.join("\n");
  }

  const FossilTable& table_;
  QString unit_;
};

FossilTable::FossilTable(const std::vector<ViewedFossil>& fossils,
                         const std::vector<ViewedClass>& classes, bool has_verdicts,
                         const QString& unit)
    : fossils_(fossils), classes_(classes), has_verdicts_(has_verdicts) {
  model_ = new Model(*this, unit);
  model_->setParent(this);
  view_ = make_view(model_);
  if (!has_verdicts) {
    column_ = FossilColumn::id;
    descending_ = false;
  }
  connect_view();
  count_ = new QLabel;
  count_->setObjectName("weak");
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(6);
  layout->addWidget(make_filters(has_verdicts, unit));
  layout->addWidget(view_, 1);
  layout->addWidget(count_);
  relist();
}

void FossilTable::connect_view() {
  view_->setColumnHidden(static_cast<int>(FossilColumn::verdict), !has_verdicts_);
  view_->setColumnHidden(static_cast<int>(FossilColumn::doubt), !has_verdicts_);
  view_->setSortingEnabled(false);
  view_->horizontalHeader()->setSectionsClickable(true);
  view_->horizontalHeader()->setSortIndicatorShown(true);
  view_->horizontalHeader()->setSortIndicator(
      static_cast<int>(column_), descending_ ? Qt::DescendingOrder : Qt::AscendingOrder);
  connect(view_->horizontalHeader(), &QHeaderView::sortIndicatorChanged, this,
          [this](int column, Qt::SortOrder order) {
            column_ = static_cast<FossilColumn>(column);
            descending_ = order == Qt::DescendingOrder;
            relist();
          });
  connect(view_->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
          [this](const QModelIndex& now) {
            if (telling_ && now.isValid()) {
              on_select(list_[static_cast<std::size_t>(now.row())]);
            }
          });
  connect(view_, &QTableView::activated, this, [this](const QModelIndex& index) {
    on_activate(list_[static_cast<std::size_t>(index.row())]);
  });
}

QWidget* FossilTable::make_filters(bool has_verdicts, const QString& unit) {
  auto* box = new QWidget;
  auto* grid = new QGridLayout(box);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(6);
  grid->setVerticalSpacing(5);
  class_ = new QComboBox;
  class_->addItem("all classes");
  for (const ViewedClass& one : classes_) {
    class_->addItem(class_icon(one.colour), QString::fromStdString(one.name));
  }
  class_->setToolTip("Show the fossils of one class");
  verdict_ = new QComboBox;
  verdict_->addItems({"any verdict", "undecided", "accepted", "rejected"});
  verdict_->setToolTip("Show the fossils of one verdict");
  id_ = new QLineEdit;
  id_->setPlaceholderText("id");
  id_->setToolTip("Show the fossils whose id begins so (Ctrl+F)");
  id_->setClearButtonEnabled(true);
  const auto spin = [&](double most, int decimals, const QString& tip, const QString& when_off) {
    auto* field = new QDoubleSpinBox;
    field->setRange(0, most);
    field->setDecimals(decimals);
    field->setToolTip(tip);
    field->setSpecialValueText(when_off);
    field->setButtonSymbols(QAbstractSpinBox::NoButtons);
    field->setKeyboardTracking(false);
    connect(field, QOverload<double>::of(&QDoubleSpinBox::valueChanged), this,
            [this] { filter_changed(); });
    return field;
  };
  least_um_ =
      spin(most_shown_um, 1, "The smallest diameter shown, in " + unit, "\u2265 any " + unit);
  least_um_->setPrefix("\u2265 ");
  most_um_ = spin(most_shown_um, 1, "The largest diameter shown, in " + unit + "; 0: any",
                  "\u2264 any " + unit);
  most_um_->setPrefix("\u2264 ");
  least_doubt_ = spin(1, 2, "The smallest doubt shown, 0 to 1", "doubt \u2265 any");
  least_doubt_->setPrefix("doubt \u2265 ");
  least_doubt_->setSingleStep(0.05);
  auto* clear = new QPushButton("Clear");
  clear->setToolTip("Show all fossils again");
  grid->addWidget(class_, 0, 0, 1, has_verdicts ? 2 : 3);
  grid->addWidget(verdict_, 0, 2);
  grid->addWidget(least_um_, 1, 0);
  grid->addWidget(most_um_, 1, 1);
  grid->addWidget(least_doubt_, 1, 2);
  grid->addWidget(id_, 2, 0, 1, 2);
  grid->addWidget(clear, 2, 2);
  for (int column = 0; column < 3; ++column) {
    grid->setColumnStretch(column, 1);
  }
  verdict_->setVisible(has_verdicts);
  least_doubt_->setVisible(has_verdicts);
  connect_filters(*clear);
  return box;
}

void FossilTable::connect_filters(const QPushButton& clear) {
  connect(class_, QOverload<int>::of(&QComboBox::currentIndexChanged), this,
          [this] { filter_changed(); });
  connect(verdict_, QOverload<int>::of(&QComboBox::currentIndexChanged), this,
          [this] { filter_changed(); });
  for (QWidget* field :
       std::initializer_list<QWidget*>{class_, verdict_, least_um_, most_um_, least_doubt_, id_}) {
    field->setFocusPolicy(Qt::ClickFocus);
  }
  connect(id_, &QLineEdit::returnPressed, view_, [this] { view_->setFocus(); });
  connect(id_, &QLineEdit::textChanged, this, [this] { filter_changed(); });
  connect(&clear, &QPushButton::clicked, this, [this] {
    {
      const QSignalBlocker a(class_), b(verdict_), c(least_um_), d(most_um_), e(least_doubt_),
          f(id_);
      class_->setCurrentIndex(0);
      verdict_->setCurrentIndex(0);
      least_um_->setValue(0);
      most_um_->setValue(0);
      least_doubt_->setValue(0);
      id_->clear();
    }
    filter_changed();
  });
}

void FossilTable::filter_changed() {
  filter_ = {};
  if (class_->currentIndex() > 0) {
    filter_.class_index = static_cast<std::size_t>(class_->currentIndex() - 1);
  }
  if (verdict_->currentIndex() > 0) {
    filter_.verdict = static_cast<Verdict>(verdict_->currentIndex() - 1);
  }
  filter_.least_um = least_um_->value();
  if (most_um_->value() > 0) {
    filter_.most_um = most_um_->value();
  }
  filter_.least_doubt = least_doubt_->value();
  filter_.id_begins = id_->text().trimmed().toStdString();
  relist();
  on_filter();
}

void FossilTable::relist() {
  const QModelIndex current = view_->currentIndex();
  const std::optional<std::size_t> selected =
      current.isValid() && static_cast<std::size_t>(current.row()) < list_.size()
          ? std::optional(list_[static_cast<std::size_t>(current.row())])
          : std::nullopt;
  list_ = listed_fossils(fossils_, classes_, filter_, column_, descending_);
  model_->reset();
  select(selected);
  const auto undecided = std::ranges::count_if(
      fossils_, [](const ViewedFossil& f) { return f.verdict == Verdict::undecided; });
  QString text = QString("%1 of %2 shown").arg(list_.size()).arg(fossils_.size());
  if (has_verdicts_) {
    text += QString(", %1 undecided").arg(undecided);
  }
  count_->setText(fossils_.empty() ? QString("there is none") : text);
}

void FossilTable::fossils_changed() { relist(); }

std::int64_t FossilTable::row_of(std::size_t fossil) const {
  const auto found = std::ranges::find(list_, fossil);
  return found == list_.end() ? -1 : found - list_.begin();
}

void FossilTable::select(std::optional<std::size_t> fossil) {
  const std::int64_t row = fossil ? row_of(*fossil) : -1;
  telling_ = false;
  if (row < 0) {
    view_->setCurrentIndex({});
    view_->clearSelection();
  } else {
    const QModelIndex index = model_->index(static_cast<int>(row), 0);
    view_->setCurrentIndex(index);
    view_->scrollTo(index);
  }
  telling_ = true;
}

void FossilTable::focus_filter() {
  id_->setFocus();
  id_->selectAll();
}

}  // namespace fossilct
