#include "panel_dock.h"

#include <QAction>
#include <QChildEvent>
#include <QMainWindow>
#include <QTabBar>
#include <QVBoxLayout>
#include <utility>

#include "focus_walk.h"

namespace clipscope {
namespace {

class TabBarKeeper : public QObject {
public:
    using QObject::QObject;

    bool eventFilter(QObject*, QEvent* event) override {
        // The window makes and drops these as docks are moved.
        if (event->type() == QEvent::ChildPolished) {
            if (auto* tabs = qobject_cast<QTabBar*>(static_cast<QChildEvent*>(event)->child())) {
                tabs->setElideMode(Qt::ElideNone);
                tabs->setUsesScrollButtons(true);
                tabs->setAccessibleName(tr("Tabs of panels"));
            }
        }
        return false;
    }
};

}  // namespace

PanelDock::PanelDock(QMainWindow& window, const char* name, const QString& title, QWidget* content)
    : QDockWidget(title, &window), title_(title), content_(content), show_action_(new QAction(title, this)) {
    setObjectName(QLatin1String(name));
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(content);
    // A hidden content keeps its size, so that nothing moves when tabs are changed.
    QSizePolicy policy = content->sizePolicy();
    policy.setRetainSizeWhenHidden(true);
    content->setSizePolicy(policy);
    setWidget(page);
    show_action_->setCheckable(true);
    set_in_front(false);
    connect(this, &QDockWidget::visibilityChanged, this, &PanelDock::set_in_front);
    connect(show_action_, &QAction::triggered, this, [this](bool wanted) {
        if (wanted)
            bring_to_front(true);
        else
            close();
    });
}

void PanelDock::set_in_front(bool is_in_front) {
    is_in_front_ = is_in_front;
    content_->setVisible(is_in_front);
    show_action_->setChecked(is_in_front);
    if (is_in_front) unmark();
}

// Qt keeps a tab that is behind beyond the window's corner.
void PanelDock::settle() {
    set_in_front(isVisible() && (isFloating() || (geometry().right() >= 0 && geometry().bottom() >= 0)));
}

void PanelDock::bring_to_front(bool with_focus) {
    emit wanted();
    const auto* window = qobject_cast<QMainWindow*>(parentWidget());
    if (!isFloating() && window != nullptr && window->dockWidgetArea(this) == Qt::NoDockWidgetArea) return;
    show();
    raise();
    set_in_front(true);
    if (with_focus) focus_first(*content_);
}

void PanelDock::mark() {
    if (is_in_front_ || std::exchange(is_marked_, true)) return;
    setWindowTitle(QStringLiteral("● ") + title_);
    emit marked_changed();
}

void PanelDock::unmark() {
    if (!std::exchange(is_marked_, false)) return;
    setWindowTitle(title_);
    emit marked_changed();
}

void keep_tab_names_readable(QMainWindow& window) {
    window.installEventFilter(new TabBarKeeper(&window));
}

}  // namespace clipscope
