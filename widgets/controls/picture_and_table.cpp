#include "controls/picture_and_table.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QResizeEvent>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

namespace clipscope {
namespace {

// In which a picture can be read beside, or above, some columns of numbers.
constexpr int width_for_both = 720;
constexpr int height_for_both = 460;
// In a lower one the picture needs the lines that a sentence would take: it has one, and all of it as a tip.
constexpr int height_for_sentence = 300;

}  // namespace

PictureAndTable::PictureAndTable(QWidget* picture, QWidget* table, Columns columns, QWidget* parent)
    : QWidget(parent),
      picture_(picture),
      table_(table),
      layout_(new QVBoxLayout(this)),
      head_(new QWidget),
      sentence_(new QLabel),
      other_(new QToolButton),
      splitter_(new QSplitter),
      columns_(columns) {
    sentence_->setTextFormat(Qt::PlainText);
    sentence_->setMinimumWidth(40);
    sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    sentence_->setFocusPolicy(Qt::NoFocus);
    other_->setCheckable(true);
    other_->setText(tr("Table"));
    other_->setToolTip(
        tr("The numbers in place of the picture, and back. Where the panel is larger both are in sight; F11 gives it the "
           "whole window."));
    other_->setAccessibleName(tr("Table in place of the picture"));
    auto* head = new QHBoxLayout(head_);
    head->setContentsMargins(8, 3, 4, 0);
    head->addWidget(sentence_, 1);
    head->addWidget(other_, 0, Qt::AlignTop);
    splitter_->addWidget(picture);
    splitter_->addWidget(table);
    splitter_->setChildrenCollapsible(false);
    layout_->setContentsMargins(0, 0, 0, 0);
    layout_->setSpacing(0);
    layout_->addWidget(head_);
    layout_->addWidget(splitter_, 1);
    connect(other_, &QToolButton::toggled, this, &PictureAndTable::arrange);
    arrange();
}

void PictureAndTable::set_sentence(const QString& text) {
    text_ = text;
    sentence_->setToolTip(text);
    arrange();
}

QString PictureAndTable::sentence() const {
    return text_;
}

void PictureAndTable::set_has_results(bool has_results) {
    if (has_results == has_results_) return;
    has_results_ = has_results;
    arrange();
}

bool PictureAndTable::is_table_shown() const {
    return !table_->isHidden();
}

void PictureAndTable::add_below(QWidget* row) {
    layout_->addWidget(row);
}

void PictureAndTable::add_above(QWidget* row) {
    layout_->insertWidget(0, row);
}

void PictureAndTable::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void PictureAndTable::arrange() {
    const bool has_width = width() >= width_for_both, has_height = height() >= height_for_both;
    const bool has_room = has_width || has_height;
    const bool is_wide = has_width && !(has_height && columns_ == Columns::many);
    const Qt::Orientation orientation = is_wide ? Qt::Horizontal : Qt::Vertical;
    const bool is_turned = splitter_->orientation() != orientation;
    splitter_->setOrientation(orientation);
    other_->setVisible(has_results_ && !has_room);
    const bool shows_table = has_results_ && (has_room || other_->isChecked());
    const bool shows_picture = !shows_table || has_room;
    const bool changes = table_->isHidden() == shows_table || is_turned;
    table_->setVisible(shows_table);
    picture_->setVisible(shows_picture);
    sentence_->setVisible(has_results_ && !text_.isEmpty());
    head_->setVisible(!sentence_->isHidden() || !other_->isHidden());
    show_sentence();
    if (!changes || !shows_table || !shows_picture) return;
    const int whole = is_wide ? width() : height();
    constexpr int of_picture = 60;  // percent
    splitter_->setSizes({whole * of_picture / 100, whole * (100 - of_picture) / 100});
}

void PictureAndTable::show_sentence() {
    const bool has_room = height() >= height_for_sentence;
    const int beside = 24 + (other_->isHidden() ? 0 : other_->sizeHint().width() + 6);
    sentence_->setWordWrap(has_room);
    const QString text = has_room ? text_ : sentence_->fontMetrics().elidedText(text_, Qt::ElideRight, width() - beside);
    if (text != sentence_->text()) sentence_->setText(text);
}

}  // namespace clipscope
