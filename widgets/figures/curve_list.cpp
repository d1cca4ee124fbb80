#include "figures/curve_list.h"

#include <QColorDialog>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QToolButton>
#include <algorithm>

namespace clipscope {

namespace {

QIcon swatch(const QColor& color) {
    QPixmap pixmap(12, 12);
    pixmap.fill(color);
    return pixmap;
}

bool says_nothing(const CurveLook& look) {
    return look == CurveLook{look.curve, true, {}, {}, {}, {}};
}

}  // namespace

CurveList::CurveList(const QStringList& curves, QWidget* parent) : QWidget(parent), curves_(curves) {
    list_ = new QListWidget;
    list_->setObjectName(QStringLiteral("curves"));
    list_->setDragDropMode(QAbstractItemView::InternalMove);
    list_->setAccessibleName(tr("Curves"));
    list_->setToolTip(tr("The curves in the order of the legend: drag them, or Alt+Up and Alt+Down; only those with a tick are drawn"));
    list_->setFixedHeight(5 * fontMetrics().height() + 12);
    build_fields();
    set_looks({}, false);
    connect(list_, &QListWidget::currentRowChanged, this, &CurveList::show_chosen);
    connect(list_->model(), &QAbstractItemModel::rowsMoved, this, &CurveList::take_order);
    connect(list_, &QListWidget::itemChanged, this, [this](QListWidgetItem* item) {
        if (is_showing_) return;
        const int row = list_->row(item);
        const bool is_shown = item->checkState() == Qt::Checked;
        if (looks_[std::size_t(row)].is_shown == is_shown) return;
        looks_[std::size_t(row)].is_shown = is_shown;
        Q_EMIT changed(QStringLiteral("shown ") + looks_[std::size_t(row)].curve);
    });
}

void CurveList::build_fields() {
    name_ = new QLineEdit;
    name_->setObjectName(QStringLiteral("curve-name"));
    name_->setAccessibleName(tr("Name of the curve"));
    name_->setToolTip(tr("What the legend calls this curve; empty: as ClipScope names it"));
    color_ = new QPushButton(tr("Colour…"));
    color_->setToolTip(
        tr("Another colour for this curve, its markers, boxes and intervals; the usual ones can be told apart by everybody"));
    dash_ = new QComboBox;
    dash_->addItem(tr("its own line"));
    for (const auto& [name, pattern] : dash_names()) dash_->addItem(name, name);
    dash_->setAccessibleName(tr("Dashes"));
    dash_->setToolTip(tr("How the line is drawn; different dashes can be told apart in grey, too"));
    marker_ = new QComboBox;
    marker_->addItem(tr("its own marker"));
    for (const auto& [name, marker] : marker_names()) marker_->addItem(QString::fromLatin1(name.data()), int(marker));
    marker_->setAccessibleName(tr("Marker"));
    marker_->setToolTip(tr("What stands at the points of the curve"));
    up_ = new QToolButton;
    up_->setText(QStringLiteral("↑"));
    up_->setShortcut(Qt::ALT | Qt::Key_Up);
    up_->setToolTip(tr("Move the curve up in the legend (Alt+Up)"));
    up_->setAccessibleName(tr("Move up"));
    down_ = new QToolButton;
    down_->setText(QStringLiteral("↓"));
    down_->setShortcut(Qt::ALT | Qt::Key_Down);
    down_->setToolTip(tr("Move the curve down in the legend (Alt+Down)"));
    down_->setAccessibleName(tr("Move down"));
    auto* tools = new QHBoxLayout;
    tools->addWidget(up_);
    tools->addWidget(down_);
    tools->addWidget(color_, 1);
    auto* looks = new QHBoxLayout;
    looks->addWidget(dash_, 1);
    looks->addWidget(marker_, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(list_);
    layout->addLayout(tools);
    layout->addWidget(name_);
    layout->addLayout(looks);
    connect(name_, &QLineEdit::textEdited, this, [this] { take_fields(QStringLiteral("name")); });
    connect(dash_, &QComboBox::activated, this, [this] { take_fields(QStringLiteral("dash")); });
    connect(marker_, &QComboBox::activated, this, [this] { take_fields(QStringLiteral("marker")); });
    connect(color_, &QPushButton::clicked, this, [this] {
        const CurveLook* look = chosen();
        const QColor color = QColorDialog::getColor(look && look->color ? *look->color : QColor(Qt::blue), this, tr("Colour of the curve"));
        if (color.isValid()) choose_color(color);
    });
    connect(up_, &QToolButton::clicked, this, [this] { move_chosen(-1); });
    connect(down_, &QToolButton::clicked, this, [this] { move_chosen(1); });
}

void CurveList::set_looks(const std::vector<CurveLook>& looks, bool only_listed) {
    const QString kept = chosen() ? chosen()->curve : QString();
    looks_.clear();
    others_.clear();
    for (const CurveLook& look : looks) (curves_.contains(look.curve) ? looks_ : others_).push_back(look);
    for (const QString& curve : curves_) {
        if (std::ranges::find(looks_, curve, &CurveLook::curve) != looks_.end()) continue;
        // What a look of "CONV-1" says of "CONV-1 · int8" stays with the look.
        const bool is_meant_by_other = std::ranges::any_of(others_, [&](const CurveLook& look) { return is_meant(look.curve, curve); });
        looks_.push_back({curve, !only_listed || is_meant_by_other, {}, {}, {}, {}});
    }
    const QScopedValueRollback showing(is_showing_, true);
    list_->clear();
    for (std::size_t row = 0; row < looks_.size(); ++row) {
        auto* item = new QListWidgetItem(list_);
        item->setFlags((item->flags() | Qt::ItemIsUserCheckable) & ~Qt::ItemIsDropEnabled);
        item->setData(Qt::UserRole, looks_[row].curve);
        update_row(int(row));
    }
    const auto again = std::ranges::find(looks_, kept, &CurveLook::curve);
    list_->setCurrentRow(again == looks_.end() ? 0 : int(again - looks_.begin()));
    show_chosen();
}

std::vector<CurveLook> CurveList::looks() const {
    QStringList order;
    for (const CurveLook& look : looks_) order << look.curve;
    const bool is_ordered = order == curves_;
    std::vector<CurveLook> said;
    for (const CurveLook& look : looks_)
        if (!is_ordered || !says_nothing(look)) said.push_back(look);
    said.insert(said.end(), others_.begin(), others_.end());
    return said;
}

CurveLook* CurveList::chosen() {
    const int row = list_->currentRow();
    return row >= 0 && row < int(looks_.size()) ? &looks_[std::size_t(row)] : nullptr;
}

void CurveList::update_row(int row) {
    const CurveLook& look = looks_[std::size_t(row)];
    QListWidgetItem& item = *list_->item(row);
    const QScopedValueRollback showing(is_showing_, true);
    item.setText(look.name.isEmpty() ? look.curve : look.name + QStringLiteral(" (") + look.curve + QLatin1Char(')'));
    item.setCheckState(look.is_shown ? Qt::Checked : Qt::Unchecked);
    item.setIcon(look.color ? swatch(*look.color) : QIcon());
}

void CurveList::show_chosen() {
    const CurveLook* look = chosen();
    for (QWidget* field : {static_cast<QWidget*>(name_), static_cast<QWidget*>(color_), static_cast<QWidget*>(dash_),
                           static_cast<QWidget*>(marker_), static_cast<QWidget*>(up_), static_cast<QWidget*>(down_)})
        field->setEnabled(look != nullptr);
    name_->setPlaceholderText(look ? look->curve : QString());
    if (name_->text() != (look ? look->name : QString())) name_->setText(look ? look->name : QString());
    color_->setIcon(look && look->color ? swatch(*look->color) : QIcon());
    dash_->setCurrentIndex(look && look->dash ? std::max(0, dash_->findData(*look->dash)) : 0);
    marker_->setCurrentIndex(look && look->marker ? std::max(0, marker_->findData(int(*look->marker))) : 0);
}

void CurveList::take_fields(const QString& what) {
    CurveLook* look = chosen();
    if (!look) return;
    look->name = name_->text();
    look->dash.reset();
    if (dash_->currentIndex() > 0) look->dash = dash_->currentData().toString();
    look->marker.reset();
    if (marker_->currentIndex() > 0) look->marker = Marker(marker_->currentData().toInt());
    update_row(list_->currentRow());
    Q_EMIT changed(what + look->curve);
}

void CurveList::choose_color(const QColor& color) {
    CurveLook* look = chosen();
    if (!look) return;
    look->color.reset();
    if (color.isValid()) look->color = color;
    update_row(list_->currentRow());
    show_chosen();
    Q_EMIT changed(QStringLiteral("color ") + look->curve);
}

void CurveList::move_chosen(int by) {
    const int row = list_->currentRow(), to = row + by;
    if (row < 0 || to < 0 || to >= list_->count()) return;
    list_->model()->moveRow({}, row, {}, by > 0 ? to + 1 : to);
}

// After rows were dragged: the looks follow their curves.
void CurveList::take_order() {
    std::vector<CurveLook> ordered;
    for (int row = 0; row < list_->count(); ++row) {
        const QString curve = list_->item(row)->data(Qt::UserRole).toString();
        ordered.push_back(*std::ranges::find(looks_, curve, &CurveLook::curve));
    }
    looks_ = ordered;
    show_chosen();
    Q_EMIT changed(QStringLiteral("order"));
}

}  // namespace clipscope
