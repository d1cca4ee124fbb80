#include "controls/tour_overlay.h"

#include <QEvent>
#include <QFrame>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

namespace clipscope {
namespace {

constexpr int margin = 6;
constexpr int bubble_characters = 52;  // wide

}  // namespace

TourOverlay::TourOverlay(QWidget& window, std::vector<TourStop> stops)
    : QWidget(&window),
      stops_(std::move(stops)),
      bubble_(new QFrame(this)),
      title_(new QLabel),
      text_(new QLabel),
      count_(new QLabel),
      back_(new QPushButton(tr("Back"))),
      next_(new QPushButton(tr("Next"))) {
    setAttribute(Qt::WA_DeleteOnClose);
    setFocusPolicy(Qt::StrongFocus);
    bubble_->setAutoFillBackground(true);
    bubble_->setFrameShape(QFrame::StyledPanel);
    bubble_->setBackgroundRole(QPalette::Base);
    QFont bold = title_->font();
    bold.setBold(true);
    title_->setFont(bold);
    text_->setWordWrap(true);
    auto* skip = new QPushButton(tr("End the tour"));
    skip->setToolTip(tr("Help ▸ Tour of the window begins it again"));
    for (QPushButton* button : {back_, next_, skip}) {
        button->setAutoDefault(false);
        button->setFocusPolicy(Qt::NoFocus);  // keys are the tour's
    }
    auto* row = new QHBoxLayout;
    row->addWidget(count_);
    row->addStretch(1);
    row->addWidget(skip);
    row->addWidget(back_);
    row->addWidget(next_);
    auto* layout = new QVBoxLayout(bubble_);
    layout->addWidget(title_);
    layout->addWidget(text_);
    layout->addLayout(row);
    connect(skip, &QPushButton::clicked, this, [this] { go_to(int(stops_.size())); });
    connect(back_, &QPushButton::clicked, this, [this] { go_to(stop_ - 1); });
    connect(next_, &QPushButton::clicked, this, [this] { go_to(stop_ + 1); });
    window.installEventFilter(this);
    setGeometry(window.rect());
    show();
    raise();
    setFocus();
    go_to(0);
}

void TourOverlay::go_to(int stop) {
    if (stop < 0) return;
    if (stop >= int(stops_.size())) {
        Q_EMIT ended();
        close();
        return;
    }
    stop_ = stop;
    const TourStop& here = stops_[std::size_t(stop)];
    if (here.arrive) here.arrive();
    title_->setText(here.title);
    text_->setText(here.text);
    setAccessibleName(here.title + QStringLiteral(". ") + here.text);
    count_->setText(tr("%1 of %2").arg(stop + 1).arg(stops_.size()));
    back_->setEnabled(stop > 0);
    next_->setText(stop + 1 < int(stops_.size()) ? tr("Next") : tr("Done"));
    // What has just come to the front has its place only after the layout was done.
    QMetaObject::invokeMethod(
        this,
        [this] {
            raise();  // above what has come to the front
            setFocus();
            place_bubble();
            update();
        },
        Qt::QueuedConnection);
}

QRect TourOverlay::target_place() const {
    const QWidget* target = stops_[std::size_t(stop_)].target;
    if (!target || !target->isVisible()) return {};
    return QRect(target->mapTo(parentWidget(), QPoint(0, 0)), target->size()).adjusted(-margin, -margin, margin, margin) & rect();
}

// Where it covers least of what it speaks of: right, left, below or above; else in the middle.
void TourOverlay::place_bubble() {
    const int wide = std::max(bubble_characters * fontMetrics().averageCharWidth(), bubble_->layout()->minimumSize().width());
    const QRect target = target_place();
    QSize size(std::min(wide, width() - 2 * margin), 0);
    size.setHeight(bubble_->layout()->totalHeightForWidth(size.width()));
    bubble_->resize(size);
    QPoint place = rect().center() - QPoint(size.width() / 2, size.height() / 2);
    if (!target.isEmpty()) {
        if (target.right() + margin + size.width() < width())
            place = {target.right() + margin, target.center().y() - size.height() / 2};
        else if (target.left() - margin - size.width() > 0)
            place = {target.left() - margin - size.width(), target.center().y() - size.height() / 2};
        else if (target.bottom() + margin + size.height() < height())
            place = {target.center().x() - size.width() / 2, target.bottom() + margin};
        else if (target.top() - margin - size.height() > 0)
            place = {target.center().x() - size.width() / 2, target.top() - margin - size.height()};
    }
    place.setX(std::clamp(place.x(), margin, std::max(margin, width() - size.width() - margin)));
    place.setY(std::clamp(place.y(), margin, std::max(margin, height() - size.height() - margin)));
    bubble_->move(place);
    bubble_->raise();
}

// The window's own shortcuts wait: Esc means the tour.
bool TourOverlay::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        event->accept();
        return true;
    }
    return QWidget::event(event);
}

void TourOverlay::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    QPainterPath dark;
    dark.addRect(rect());
    const QRect target = target_place();
    if (!target.isEmpty()) {
        QPainterPath light;
        light.addRoundedRect(target, margin, margin);
        dark -= light;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillPath(dark, QColor(0, 0, 0, 140));
    if (target.isEmpty()) return;
    painter.setPen(QPen(palette().color(QPalette::Highlight), 2));
    painter.drawRoundedRect(target, margin, margin);
}

void TourOverlay::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
        case Qt::Key_Escape:
            return go_to(int(stops_.size()));
        case Qt::Key_Left:
        case Qt::Key_Backspace:
            return go_to(stop_ - 1);
        case Qt::Key_Right:
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space:
            return go_to(stop_ + 1);
        default:
            QWidget::keyPressEvent(event);
    }
}

bool TourOverlay::eventFilter(QObject* watched, QEvent* event) {
    if (watched == parentWidget() && event->type() == QEvent::Resize) {
        setGeometry(parentWidget()->rect());
        place_bubble();
    }
    return QWidget::eventFilter(watched, event);
}

}  // namespace clipscope
