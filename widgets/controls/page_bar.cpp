#include "controls/page_bar.h"

#include <QKeyEvent>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "theme/theme.h"

namespace clipscope {

// A QToolButton that can have a dot in its corner.
class PageButton : public QToolButton {
public:
    PageButton(const QString& title, const QString& question, const QString& keys) : title_(title), question_(question), keys_(keys) {
        setText(title);
        setCheckable(true);
        setAutoRaise(true);
        setToolButtonStyle(Qt::ToolButtonTextOnly);
        setSizePolicy(QSizePolicy::MinimumExpanding, QSizePolicy::Fixed);
        tell();
    }

    bool is_marked() const { return is_marked_; }
    void set_marked(bool is_marked) {
        if (std::exchange(is_marked_, is_marked) == is_marked) return;
        tell();
        update();
    }

    QSize sizeHint() const override {
        const QSize text = fontMetrics().size(Qt::TextSingleLine, title_);
        // Room for the dot on the right, and as much on the left.
        return {text.width() + 4 * dot_size(), text.height() * 5 / 2};
    }
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override {
        QToolButton::paintEvent(event);
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        // Which page one is on is seen at its edge too, whatever the style makes of a button that is down.
        painter.setBrush(palette().color(QPalette::Highlight));
        if (isChecked()) painter.drawRect(QRect(0, 0, std::max(3, dot_size() / 3), height()));
        if (!is_marked_) return;
        painter.setBrush(Theme::screen(palette(), font()).accent);
        const int size = dot_size();
        painter.drawEllipse(QRect(width() - size - size / 2, size / 2, size, size));
    }

    // The bar's business.
    void keyPressEvent(QKeyEvent* event) override {
        const bool is_step = event->key() == Qt::Key_Up || event->key() == Qt::Key_Down;
        is_step ? event->ignore() : QToolButton::keyPressEvent(event);
    }

private:
    int dot_size() const { return fontMetrics().height() / 2; }

    void tell() {
        const QString news = is_marked_ ? PageBar::tr("%1, with something new").arg(title_) : title_;
        setAccessibleName(news);
        const QString tip = QStringLiteral("%1 (%2)").arg(question_, keys_);
        setToolTip(is_marked_ ? PageBar::tr("%1 A result came that was not looked at yet.").arg(tip) : tip);
    }

    const QString title_;
    const QString question_;
    const QString keys_;
    bool is_marked_ = false;
};

PageBar::PageBar(QWidget* parent) : QWidget(parent), layout_(new QVBoxLayout(this)) {
    setAccessibleName(tr("Pages"));
    layout_->setContentsMargins(0, 2, 2, 2);
    layout_->setSpacing(2);
    layout_->addStretch(1);
}

void PageBar::add_page(const QString& title, const QString& question, const QString& keys) {
    const int page = count();
    auto* button = new PageButton(title, question, keys);
    // Tab stops once at the bar: at the page that is in front. A click leaves the focus where it is, so that the page gives it back.
    button->setFocusPolicy(page == 0 ? Qt::TabFocus : Qt::NoFocus);
    layout_->insertWidget(page, button);
    connect(button, &QToolButton::clicked, this, [this, page] { choose(page); });
    buttons_.push_back(button);
    if (page == 0) button->setChecked(true);
}

void PageBar::set_current(int page) {
    for (int i = 0; i < count(); ++i) {
        buttons_[std::size_t(i)]->setChecked(i == page);
        buttons_[std::size_t(i)]->setFocusPolicy(i == page ? Qt::TabFocus : Qt::NoFocus);
    }
}

int PageBar::current() const {
    return int(std::ranges::find_if(buttons_, [](const PageButton* button) { return button->isChecked(); }) - buttons_.begin());
}

void PageBar::set_marked(int page, bool is_marked) {
    buttons_.at(std::size_t(page))->set_marked(is_marked);
}

bool PageBar::is_marked(int page) const {
    return buttons_.at(std::size_t(page))->is_marked();
}

// The window says when it is there.
void PageBar::choose(int page) {
    set_current(page);
    emit page_chosen(page);
}

void PageBar::keyPressEvent(QKeyEvent* event) {
    const int last = count() - 1;
    int page = current();
    switch (event->key()) {
        case Qt::Key_Up:
            page = std::max(0, page - 1);
            break;
        case Qt::Key_Down:
            page = std::min(last, page + 1);
            break;
        case Qt::Key_Home:
            page = 0;
            break;
        case Qt::Key_End:
            page = last;
            break;
        default:
            return QWidget::keyPressEvent(event);
    }
    if (page != current()) choose(page);
    buttons_[std::size_t(page)]->setFocus(Qt::TabFocusReason);
}

}  // namespace clipscope
