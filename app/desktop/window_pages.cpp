#include "window_pages.h"

#include <QApplication>
#include <QCryptographicHash>
#include <QKeySequence>
#include <QMainWindow>
#include <QScopeGuard>
#include <QSettings>
#include <QTimer>
#include <algorithm>
#include <functional>
#include <utility>

#include "controls/page_bar.h"
#include "focus_walk.h"
#include "page_layout.h"

namespace clipscope {
namespace {

// Counted up when pages or panels change so much that older layouts would not fit.
constexpr int layout_version = 7;

QString layout_key(const QString& page) {
    return QStringLiteral("window/pages/") + page;
}

// Qt crashes on some layouts that are damaged, so a digest stands before it.
QByteArray digest(const QByteArray& layout) {
    return QCryptographicHash::hash(layout, QCryptographicHash::Sha1);
}

// Empty where there is none, or a damaged one.
QByteArray kept_layout(const QSettings& settings, const QString& page) {
    const QByteArray kept = settings.value(layout_key(page)).toByteArray();
    const int length = QCryptographicHash::hashLength(QCryptographicHash::Sha1);
    const QByteArray layout = kept.mid(length);
    return kept.left(length) == digest(layout) ? layout : QByteArray();
}

// Panels must not be moved while one is being dragged: calls `then` at once, or when no mouse button is down any more.
void when_nothing_is_dragged(QObject& context, const std::function<void()>& then) {
    if (QApplication::mouseButtons() == Qt::NoButton) return then();
    QTimer::singleShot(50, &context, [&context, then] { when_nothing_is_dragged(context, then); });
}

}  // namespace

WindowPages::WindowPages(QMainWindow& window, const WindowPanels& panels, PageBar& bar, QObject* parent)
    : QObject(parent), window_(window), panels_(panels), bar_(bar), current_(QLatin1String(page_table().front().id)) {
    // Tables and forms have all the height there is.
    window_.setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    window_.setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    take_out_panels(window_, panels_);
    blank_ = window_.saveState(layout_version);
    for (const PageRow& page : page_table())
        bar_.add_page(page.title, page.question,
                      QKeySequence(int(Qt::CTRL) | (Qt::Key_1 + bar_.count())).toString(QKeySequence::NativeText));
    for (PanelDock* dock : panels_.all()) {
        connect(dock, &PanelDock::wanted, this, [this, dock] {
            asked_for_.insert(dock);
            if (has(*dock)) return;
            show(panels_.home_of(*dock));
            if (!has(*dock)) wanted_ = dock;
        });
        connect(dock, &PanelDock::marked_changed, this, &WindowPages::show_marks);
    }
}

const PageRow& WindowPages::row(const QString& page) const {
    return page_table().at(std::size_t(place(page)));
}

int WindowPages::place(const QString& page) const {
    const auto found = std::ranges::find_if(page_table(), [&](const PageRow& one) { return page == QLatin1String(one.id); });
    return int(found - page_table().begin());
}

void WindowPages::show(const QString& page) {
    if (is_changing_) return;
    coming_ = page;
    when_nothing_is_dragged(*this, [this, page] {
        if (page == coming_ && page != current_) turn_to(page);
    });
}

void WindowPages::turn_to(const QString& page) {
    emit leaving();
    is_changing_ = true;
    const auto done = qScopeGuard([this] { is_changing_ = false; });
    const bool updates = window_.updatesEnabled();
    window_.setUpdatesEnabled(false);
    const auto draw_again = qScopeGuard([this, updates] { window_.setUpdatesEnabled(updates); });
    keep_layout();
    const QPointer<QWidget> focus = QApplication::focusWidget();
    if (focus && is_in_panel(*focus)) focus_[current_] = focus;
    QList<PanelDock*> were_in_front;
    QList<PanelDock*> were_marked;
    for (PanelDock* dock : panels_.all()) {
        if (dock->is_in_front() && has(*dock)) were_in_front << dock;
        if (dock->isHidden() && has(*dock)) dock->unmark();  // closed here, so nobody looks for it
        if (dock->is_marked()) were_marked << dock;
    }
    current_ = page;
    marked_.remove(page);
    lay_out();
    bring_along(were_in_front, were_marked);
    bar_.set_current(place(page));
    show_marks();
    emit shown(page);
    // While its dock was taken out, Qt gave the focus to whatever came next.
    if (focus && focus->isVisible())
        focus->setFocus(Qt::OtherFocusReason);
    else
        give_focus();
    if (PanelDock* dock = std::exchange(wanted_, nullptr); dock != nullptr && has(*dock)) dock->bring_to_front();
}

// To what had it on this page, or to the first panel.
void WindowPages::give_focus() {
    const QPointer<QWidget> last = focus_[current_];
    if (last && last->isVisible()) return last->setFocus(Qt::OtherFocusReason);
    for (const PanelDock* dock : panels_.on_page(current_))
        if (dock->is_in_front() && focus_first(*dock->content())) return;
}

// Or in the plot in the middle.
bool WindowPages::is_in_panel(const QWidget& widget) const {
    return window_.centralWidget()->isAncestorOf(&widget) ||
           std::ranges::any_of(panels_.all(), [&](const PanelDock* dock) { return dock->isAncestorOf(&widget); });
}

// Every panel of the page is there, and no other: a newer version may have moved some.
bool WindowPages::is_whole() const {
    return std::ranges::all_of(panels_.all(), [this](PanelDock* dock) {
        return has(*dock) == (dock->isFloating() || window_.dockWidgetArea(dock) != Qt::NoDockWidgetArea);
    });
}

void WindowPages::keep_layout() {
    layouts_[current_] = window_.saveState(layout_version);
}

// As it was left, or as it is at first.
void WindowPages::lay_out() {
    take_out_panels(window_, panels_);
    if (const auto kept = layouts_.find(current_); kept != layouts_.end()) {
        if (window_.restoreState(kept->second, layout_version) && is_whole()) return;
        layouts_.erase(kept);
        take_out_panels(window_, panels_);
    }
    window_.restoreState(blank_, layout_version);
    arrange_page(window_, panels_, row(current_));
}

// On its way a panel is in sight for a moment, which is no look at it.
void WindowPages::bring_along(const QList<PanelDock*>& were_in_front, const QList<PanelDock*>& were_marked) {
    for (PanelDock* dock : panels_.all()) dock->settle();
    for (PanelDock* dock : were_in_front)
        if (panels_.row_of(*dock).goes_along && has(*dock)) dock->bring_to_front();
    for (PanelDock* dock : were_marked) dock->mark();
}

void WindowPages::show_together(const QList<PanelDock*>& docks) {
    const auto has_all = [&](const QString& page) {
        return std::ranges::all_of(docks, [&](const PanelDock* dock) { return panels_.place_of(*dock, page) != nullptr; });
    };
    if (!has_all(current_)) {
        const auto found = std::ranges::find_if(page_table(), [&](const PageRow& page) { return has_all(QLatin1String(page.id)); });
        show(found != page_table().end() ? QString(QLatin1String(found->id)) : panels_.home_of(*docks.front()));
    }
    for (PanelDock* dock : docks)
        if (has(*dock)) dock->bring_to_front();
}

void WindowPages::mark(const QString& page) {
    if (page == current_) return;
    marked_.insert(page);
    show_marks();
}

void WindowPages::clear_marks() {
    marked_.clear();
    for (PanelDock* dock : panels_.all()) dock->unmark();
    show_marks();
}

void WindowPages::show_marks() {
    for (const PageRow& page : page_table()) {
        const QString id = QLatin1String(page.id);
        const bool has_news = marked_.contains(id) || std::ranges::any_of(panels_.all(), [&](const PanelDock* dock) {
                                  return dock->is_marked() && !has(*dock) && id == panels_.home_of(*dock);
                              });
        bar_.set_marked(place(id), id != current_ && has_news);
    }
}

QList<QWidget*> WindowPages::regions(QWidget& centre, QWidget& foot) const {
    QList<QWidget*> regions{&bar_};
    const auto add = [&](std::initializer_list<PanelSlot> slots_of_page) {
        for (const PanelSlot slot : slots_of_page)
            for (const PanelDock* dock : panels_.in_slot(current_, slot)) regions << dock->content();
    };
    add({PanelSlot::left, PanelSlot::inner_top, PanelSlot::inner_bottom});
    regions << &centre;
    add({PanelSlot::right, PanelSlot::foot_left, PanelSlot::foot_right});
    return regions << &foot;
}

void WindowPages::restore() {
    const QSettings settings;
    window_.restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray());
    for (const PageRow& page : page_table()) {
        const QByteArray kept = kept_layout(settings, QLatin1String(page.id));
        if (!kept.isEmpty()) layouts_[QLatin1String(page.id)] = kept;
    }
    const QString last = settings.value(QStringLiteral("window/page")).toString();
    if (place(last) < int(page_table().size())) current_ = last;
    lay_out();
    bar_.set_current(place(current_));
    emit shown(current_);
    // Sizes, and tabs in front, come out right only in a window that is there.
    QTimer::singleShot(0, this, [this, page = current_] {
        if (page != current_ || !before_.isEmpty()) return;
        layouts_.contains(page) ? restore_sizes() : raise_first();
    });
}

// But not over a panel that somebody asked for in the meantime.
void WindowPages::raise_first() {
    for (PanelDock* dock : panels_.on_page(current_)) {
        const PanelPlace& place = *panels_.place_of(*dock, current_);
        const QList<PanelDock*> beside = panels_.in_slot(current_, place.slot);
        const bool was_asked = std::ranges::any_of(beside, [this](const PanelDock* one) { return asked_for_.contains(one); });
        if (place.at_first == AtFirst::in_front && !was_asked) dock->raise();
    }
    for (PanelDock* dock : panels_.all()) dock->settle();
}

void WindowPages::restore_sizes() {
    QList<PanelDock*> in_front;
    for (PanelDock* dock : panels_.all())
        if (dock->is_in_front()) in_front << dock;
    window_.restoreState(layouts_[current_], layout_version);
    for (PanelDock* dock : in_front) dock->raise();
    for (PanelDock* dock : panels_.all()) dock->settle();
}

void WindowPages::save() {
    keep_layout();
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), window_.saveGeometry());
    settings.setValue(QStringLiteral("window/page"), current_);
    for (const auto& [page, layout] : layouts_) settings.setValue(layout_key(page), digest(layout) + layout);
}

void WindowPages::reset() {
    when_nothing_is_dragged(*this, [this] {
        layouts_.clear();
        QSettings().remove(QStringLiteral("window/pages"));
        lay_out();
    });
}

void WindowPages::show_alone(const QWidget* alone) {
    if (alone != nullptr) {
        before_ = window_.saveState(layout_version);
        for (PanelDock* dock : panels_.on_page(current_)) dock->setVisible(dock->isAncestorOf(alone));
        window_.centralWidget()->setVisible(window_.centralWidget()->isAncestorOf(alone));
    } else if (!before_.isEmpty()) {
        window_.centralWidget()->show();
        window_.restoreState(std::exchange(before_, {}), layout_version);
    }
}

}  // namespace clipscope
