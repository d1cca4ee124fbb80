#include "controls/confusion_matrix.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "controls/image_grid.h"
#include "theme/number_text.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

// Right answers and wrong ones in colours that everybody can tell apart: the series' first two.
QColor colour_of(bool is_right, double strength, const Theme& theme) {
    return faded(series_style(is_right ? 0 : 1, theme).color, theme, strength);
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(const QString& title, QWidget* parent) : QWidget(parent), title_(title) {
    setAccessibleName(title);
    setAccessibleDescription(tr("Arrow keys go from cell to cell, Space shows its images"));
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void ConfusionMatrix::set_counts(const ConfusionCounts& counts, const std::vector<std::string>& class_names) {
    counts_ = counts;
    class_names_ = class_names;
    chosen_.reset();
    current_ = {0, 0};
    update();
}

void ConfusionMatrix::choose(std::optional<Cell> cell) {
    chosen_ = cell;
    update();
}

QSize ConfusionMatrix::sizeHint() const {
    return {300, 300 + 2 * fontMetrics().height()};
}

QSize ConfusionMatrix::minimumSizeHint() const {
    return {150, 130 + 2 * fontMetrics().height()};
}

QPoint ConfusionMatrix::corner() const {
    return {fontMetrics().height() + 4, 2 * fontMetrics().height() + 4};
}

double ConfusionMatrix::side() const {
    if (counts_.classes == 0) return 0;
    const double wide = double(width() - corner().x() - 2) / counts_.answers(),
                 high = double(height() - corner().y() - 2) / counts_.classes;
    return std::max(1.0, std::min(wide, high));
}

QRect ConfusionMatrix::cell(std::int32_t label, std::int32_t answer) const {
    const double own = side();
    const int left = int(answer * own), top = int(label * own);
    return {corner() + QPoint(left, top), QSize(std::max(1, int((answer + 1) * own) - left), std::max(1, int((label + 1) * own) - top))};
}

void ConfusionMatrix::draw_cell(QPainter& painter, const Cell& cell, std::int32_t most) const {
    const Theme theme = Theme::screen(palette(), font());
    const auto [label, answer] = cell;
    const std::int32_t count = counts_.at(label, answer);
    const QRect place = this->cell(label, answer);
    // The root makes few images visible beside many.
    const double strength = most > 0 ? std::sqrt(double(count) / double(most)) : 0;
    painter.fillRect(place.adjusted(0, 0, place.width() > 4 ? -1 : 0, place.height() > 4 ? -1 : 0),
                     count == 0 ? faded(theme.text, theme, 0.05) : colour_of(label == answer, 0.15 + 0.75 * strength, theme));
    const QString text = grouped(std::int64_t(count));
    if (count == 0 || painter.fontMetrics().horizontalAdvance(text) > place.width() - 3 ||
        painter.fontMetrics().height() > place.height() + 2)
        return;
    painter.setPen(theme.text);
    painter.drawText(place, Qt::AlignCenter, text);
}

void ConfusionMatrix::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = Theme::screen(palette(), font());
    painter.setPen(theme.text);
    const int line = fontMetrics().height();
    painter.drawText(QRect(0, 0, width(), line), Qt::AlignLeft, title_);
    if (counts_.classes == 0) return;
    painter.setPen(theme.muted);
    const QRect all = cell(0, 0).united(cell(counts_.classes - 1, counts_.answers() - 1));
    painter.drawText(QRect(all.left(), line, width() - all.left(), line), Qt::AlignLeft,
                     fontMetrics().elidedText(tr("taken for (last column: not finite) →"), Qt::ElideRight, width() - all.left()));
    painter.save();
    painter.translate(0, all.bottom());
    painter.rotate(-90);
    painter.drawText(QRect(0, 0, all.height(), line), Qt::AlignRight, tr("← what it is"));
    painter.restore();
    painter.setFont(tabular(font()));
    const std::int32_t most = *std::ranges::max_element(counts_.counts);
    for (std::int32_t label = 0; label < counts_.classes; ++label)
        for (std::int32_t answer = 0; answer < counts_.answers(); ++answer) draw_cell(painter, {label, answer}, most);
    painter.setBrush(Qt::NoBrush);
    const auto frame = [&](const Cell& framed, Qt::PenStyle style) {
        painter.setPen(QPen(theme.accent, 2, style));
        painter.drawRect(cell(framed.first, framed.second).adjusted(0, 0, -1, -1));
    };
    if (chosen_) frame(*chosen_, Qt::SolidLine);
    if (hasFocus()) frame(current_, Qt::DotLine);
}

std::optional<ConfusionMatrix::Cell> ConfusionMatrix::cell_at(const QPoint& point) const {
    for (std::int32_t label = 0; label < counts_.classes; ++label)
        for (std::int32_t answer = 0; answer < counts_.answers(); ++answer)
            if (cell(label, answer).contains(point)) return Cell{label, answer};
    return std::nullopt;
}

QString ConfusionMatrix::describe(const Cell& cell) const {
    const QString answer = cell.second < counts_.classes ? class_title(cell.second, class_names_) : tr("no finite answer");
    return tr("%1 images of %2, taken for %3: a click shows them, another one all again")
        .arg(grouped(std::int64_t(counts_.at(cell.first, cell.second))), class_title(cell.first, class_names_), answer);
}

void ConfusionMatrix::toggle(const Cell& cell) {
    current_ = cell;
    chosen_ = chosen_ == cell ? std::nullopt : std::optional(cell);
    update();
    Q_EMIT cell_chosen(chosen_ ? chosen_->first : -1, chosen_ ? chosen_->second : -1);
}

void ConfusionMatrix::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    if (const auto cell = cell_at(event->position().toPoint())) toggle(*cell);
}

void ConfusionMatrix::keyPressEvent(QKeyEvent* event) {
    const int key = event->key();
    if (counts_.classes == 0) return QWidget::keyPressEvent(event);
    if (key == Qt::Key_Space || key == Qt::Key_Return) return toggle(current_);
    const int right = key == Qt::Key_Right ? 1 : key == Qt::Key_Left ? -1 : 0, down = key == Qt::Key_Down ? 1 : key == Qt::Key_Up ? -1 : 0;
    if (right == 0 && down == 0) return QWidget::keyPressEvent(event);
    current_ = {std::clamp(current_.first + down, 0, counts_.classes - 1), std::clamp(current_.second + right, 0, counts_.answers() - 1)};
    update();
}

bool ConfusionMatrix::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto cell = cell_at(help->pos()))
        QToolTip::showText(help->globalPos(), describe(*cell), this, this->cell(cell->first, cell->second));
    else
        QToolTip::hideText();
    return true;
}

}  // namespace clipscope
