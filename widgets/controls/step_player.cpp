#include "controls/step_player.h"

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPixmap>
#include <QSlider>
#include <QToolButton>
#include <algorithm>
#include <vector>

#include "theme/theme.h"

namespace clipscope {

namespace {

// What the icons are put together from. Drawn here because a style's own ones stay dark on a dark desktop.
enum class Shape { bar, left, right };

QPixmap drawn(const std::vector<Shape>& shapes, const QColor& color) {
    constexpr int size = 64;
    QPixmap pixmap(size, size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    const auto width = [](Shape shape) { return shape == Shape::bar ? 14.0 : 24.0; };
    double total = 0;
    for (const Shape shape : shapes) total += width(shape);
    double x = 0.5 * (size - total);
    const double top = 0.2 * size;
    const double bottom = 0.8 * size;
    for (const Shape shape : shapes) {
        const double right = x + width(shape);
        if (shape == Shape::bar)
            painter.drawRect(QRectF(QPointF(x + 3, top), QPointF(right - 3, bottom)));
        else if (shape == Shape::left)
            painter.drawPolygon(QPolygonF({{right, top}, {right, bottom}, {x, 0.5 * size}}));
        else
            painter.drawPolygon(QPolygonF({{x, top}, {x, bottom}, {right, 0.5 * size}}));
        x = right;
    }
    return pixmap;
}

QIcon icon_of(const std::vector<Shape>& shapes, const QPalette& palette) {
    const QColor color = palette.color(QPalette::Active, QPalette::ButtonText);
    QColor pale = color;
    pale.setAlphaF(0.3F);
    QIcon icon(drawn(shapes, color));
    icon.addPixmap(drawn(shapes, pale), QIcon::Disabled);
    return icon;
}

}  // namespace

StepPlayer::StepPlayer(const QString& noun, QWidget* parent)
    : QWidget(parent), noun_(noun), slider_(new QSlider(Qt::Horizontal)), label_(new QLabel) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(6, 2, 8, 2);
    layout->setSpacing(2);
    first_ = add_step_action(QStringLiteral("first"), tr("First %1").arg(noun), QStringLiteral("⏮"), QKeySequence(Qt::CTRL | Qt::Key_Home),
                             &StepPlayer::first);
    back_ = add_step_action(QStringLiteral("back"), tr("One %1 back").arg(noun), QStringLiteral("◀"), QKeySequence(Qt::Key_BracketLeft),
                            &StepPlayer::back);
    play_ =
        add_step_action(QStringLiteral("play"), tr("Play"), QStringLiteral("▶"), QKeySequence(Qt::Key_Space), &StepPlayer::toggle_playing);
    forward_ = add_step_action(QStringLiteral("forward"), tr("One %1 forward").arg(noun), QStringLiteral("▶"),
                               QKeySequence(Qt::Key_BracketRight), &StepPlayer::forward);
    last_ = add_step_action(QStringLiteral("last"), tr("Last %1; follows what comes").arg(noun), QStringLiteral("⏭"),
                            QKeySequence(Qt::CTRL | Qt::Key_End), &StepPlayer::last);
    slider_->setPageStep(1);
    slider_->setAccessibleName(tr("Step through the %1s").arg(noun));
    slider_->setToolTip(tr("Drag to step through the %1s").arg(noun));
    slider_->setMinimumWidth(40);
    layout->addSpacing(6);
    layout->addWidget(slider_, 1);
    layout->addSpacing(6);
    layout->addWidget(label_);
    label_->setFont(tabular(font()));
    connect(slider_, &QSlider::valueChanged, this, &StepPlayer::set_step);
    connect(&timer_, &QTimer::timeout, this, &StepPlayer::tick);
    timer_.setInterval(900);
    show_state();
}

QAction* StepPlayer::add_step_action(const QString& name, const QString& text, const QString& symbol, const QKeySequence& shortcut,
                                     void (StepPlayer::*slot)()) {
    auto* action = new QAction(text, this);
    action->setObjectName(name);
    action->setIconText(symbol);
    action->setShortcut(shortcut);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    action->setToolTip(text + QStringLiteral(" (") + shortcut.toString(QKeySequence::NativeText) + QLatin1Char(')'));
    connect(action, &QAction::triggered, this, slot);
    addAction(action);
    auto* button = new QToolButton;
    button->setDefaultAction(action);
    button->setAutoRaise(true);
    button->setAccessibleName(text);
    layout()->addWidget(button);
    return action;
}

void StepPlayer::set_interval(int milliseconds) {
    timer_.setInterval(milliseconds);
}

void StepPlayer::set_count(int count, bool start_anew) {
    const bool follow = start_anew || (is_at_newest() && !is_playing());
    if (start_anew) timer_.stop();
    count_ = std::max(0, count);
    const int step = follow ? count_ : std::clamp(step_, std::min(1, count_), count_);
    const bool is_other = step != step_;
    step_ = step;
    show_state();
    if (is_other) Q_EMIT step_changed(step_);
}

void StepPlayer::set_step(int step) {
    step = std::clamp(step, std::min(1, count_), count_);
    if (step == step_) return;
    step_ = step;
    show_state();
    Q_EMIT step_changed(step_);
}

void StepPlayer::first() {
    timer_.stop();
    set_step(1);
    show_state();
}

void StepPlayer::back() {
    timer_.stop();
    set_step(step_ - 1);
    show_state();
}

void StepPlayer::forward() {
    timer_.stop();
    set_step(step_ + 1);
    show_state();
}

void StepPlayer::last() {
    timer_.stop();
    set_step(count_);
    show_state();
}

void StepPlayer::toggle_playing() {
    if (is_playing()) {
        timer_.stop();
    } else if (count_ > 1) {
        if (is_at_newest()) set_step(1);
        timer_.start();
    }
    show_state();
}

void StepPlayer::tick() {
    set_step(step_ + 1);
    if (is_at_newest()) timer_.stop();
    show_state();
}

void StepPlayer::show_state() {
    const QSignalBlocker blocker(slider_);
    slider_->setRange(std::min(1, count_), count_);
    slider_->setValue(step_);
    slider_->setEnabled(count_ > 1);
    label_->setText(count_ > 0 ? tr("%1 %2 of %3").arg(noun_).arg(step_).arg(count_) : tr("no %1 yet").arg(noun_));
    first_->setEnabled(step_ > 1);
    back_->setEnabled(step_ > 1);
    forward_->setEnabled(step_ < count_);
    last_->setEnabled(step_ < count_);
    play_->setEnabled(count_ > 1);
    play_->setText(is_playing() ? tr("Pause") : tr("Play from the start, or on from here"));
    play_->setToolTip(play_->text() + QStringLiteral(" (") + play_->shortcut().toString(QKeySequence::NativeText) + QLatin1Char(')'));
    show_icons();
}

void StepPlayer::show_icons() {
    const auto set = [this](QAction* action, const std::vector<Shape>& shapes) { action->setIcon(icon_of(shapes, palette())); };
    set(first_, {Shape::bar, Shape::left, Shape::left});
    set(back_, {Shape::left, Shape::bar});
    set(play_, is_playing() ? std::vector{Shape::bar, Shape::bar} : std::vector{Shape::right});
    set(forward_, {Shape::bar, Shape::right});
    set(last_, {Shape::right, Shape::right, Shape::bar});
}

void StepPlayer::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) show_icons();
}

}  // namespace clipscope
