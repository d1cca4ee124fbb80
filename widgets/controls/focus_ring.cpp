#include "controls/focus_ring.h"

#include <QApplication>
#include <QEvent>
#include <QPainter>
#include <QScrollArea>

namespace clipscope {
namespace {

constexpr int line_width = 2;

}  // namespace

class FocusRing::Frame : public QWidget {
public:
    explicit Frame(QWidget* window) : QWidget(window) {
        setAttribute(Qt::WA_TransparentForMouseEvents);
        setFocusPolicy(Qt::NoFocus);
        setAccessibleName({});
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(palette().color(QPalette::Active, QPalette::Highlight), line_width));
        const double inset = 0.5 * line_width;
        painter.drawRoundedRect(QRectF(rect()).adjusted(inset, inset, -inset, -inset), 3, 3);
    }
};

FocusRing::FocusRing(QObject* parent) : QObject(parent) {
    place_soon_.setSingleShot(true);
    connect(&place_soon_, &QTimer::timeout, this, &FocusRing::place);
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) { follow(now); });
}

FocusRing::~FocusRing() {
    delete frame_;
}

const QWidget* FocusRing::frame() const {
    return frame_ && frame_->isVisible() ? frame_.data() : nullptr;
}

void FocusRing::follow(QWidget* target) {
    for (const QPointer<QWidget>& widget : watched_)
        if (widget) widget->removeEventFilter(this);
    watched_.clear();
    target_ = target;
    QWidget* window = target != nullptr ? target->window() : nullptr;
    // A menu or a list that is open shows its own current line.
    if (window == nullptr || window->windowType() == Qt::Popup || target == window) {
        target_.clear();
        if (frame_) frame_->hide();
        return;
    }
    if (!frame_ || frame_->parentWidget() != window) {
        delete frame_;
        frame_ = new Frame(window);
    }
    for (QWidget* widget = target; widget != nullptr; widget = widget->isWindow() ? nullptr : widget->parentWidget()) {
        widget->installEventFilter(this);
        watched_ << widget;
        if (auto* area = qobject_cast<QScrollArea*>(widget); area != nullptr && area->isAncestorOf(target))
            area->ensureWidgetVisible(target);
    }
    place();
}

bool FocusRing::eventFilter(QObject*, QEvent* event) {
    switch (event->type()) {
        case QEvent::Move:
        case QEvent::Resize:
        case QEvent::Show:
        case QEvent::Hide:
        case QEvent::ZOrderChange:
        case QEvent::LayoutRequest:
            place_soon_.start();
            break;
        default:
            break;
    }
    return false;
}

// Around the part of it that can be seen.
void FocusRing::place() {
    if (!frame_) return;
    if (!target_ || !target_->isVisible()) {
        frame_->hide();
        return;
    }
    const QWidget* window = frame_->parentWidget();
    QRect seen(target_->mapTo(window, QPoint()), target_->size());
    for (const QWidget* outer = target_->parentWidget(); outer != nullptr && outer != window; outer = outer->parentWidget())
        seen &= QRect(outer->mapTo(window, QPoint()), outer->size());
    frame_->setVisible(!seen.isEmpty());
    frame_->setGeometry(seen.adjusted(-line_width, -line_width, line_width, line_width) & window->rect());
    frame_->raise();
}

}  // namespace clipscope
