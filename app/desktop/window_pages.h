// Which page of the window is in front, and where its panels are: each page keeps its own layout, from one start to the next. Knows the bar
// of pages and its marks; one plot can have the page for itself. GUI thread.
#pragma once

#include <QByteArray>
#include <QObject>
#include <QPointer>
#include <QSet>
#include <map>

#include "window_panels.h"

class QMainWindow;
class QWidget;

namespace clipscope {

class PageBar;

class WindowPages : public QObject {
    Q_OBJECT

public:
    // Fills the bar. A panel that is asked for by bring_to_front() comes with its page from now on.
    WindowPages(QMainWindow& window, const WindowPanels& panels, PageBar& bar, QObject* parent = nullptr);

    const QString& current() const { return current_; }
    // Nothing where it is in front. While a mouse button is down, because a panel may be on its way somewhere: as soon as it is up. So is
    // reset().
    void show(const QString& page);
    // The page in front where it has all of them, otherwise the first that has, otherwise the first one's home; there they come to the
    // front.
    void show_together(const QList<PanelDock*>& docks);
    bool has(const PanelDock& dock) const { return panels_.place_of(dock, current_) != nullptr; }
    // The page has something new for those who are not on it.
    void mark(const QString& page);
    // What was new is so no more: another study was opened.
    void clear_marks();

    // The keys can work in these panels of the page in front, in the order of reading; `centre` and `foot` belong to all pages.
    QList<QWidget*> regions(QWidget& centre, QWidget& foot) const;

    void restore();
    void save();
    // All pages as they were at first; the one in front stays in front.
    void reset();
    // Of all plots only `alone` stays in sight, be it a dock's or in the centre; nullptr: all are back.
    void show_alone(const QWidget* alone);

signals:
    void leaving();  // the page in front
    void shown(const QString& page);

private:
    const PageRow& row(const QString& page) const;
    int place(const QString& page) const;
    void keep_layout();
    void turn_to(const QString& page);
    void raise_first();
    bool is_in_panel(const QWidget& widget) const;
    bool is_whole() const;
    void restore_sizes();
    void lay_out();
    void bring_along(const QList<PanelDock*>& were_in_front, const QList<PanelDock*>& were_marked);
    void show_marks();
    void give_focus();

    QMainWindow& window_;
    const WindowPanels panels_;
    PageBar& bar_;
    QString current_;
    std::map<QString, QByteArray> layouts_;  // of the pages that were in front
    std::map<QString, QPointer<QWidget>> focus_;
    QSet<QString> marked_;
    QString coming_;              // the page that is waited for
    QSet<const PanelDock*> asked_for_;  // by bring_to_front(), since the start
    QPointer<PanelDock> wanted_;  // on it
    QByteArray blank_;   // a window without panels
    QByteArray before_;  // one plot had the page
    bool is_changing_ = false;
};

}  // namespace clipscope
