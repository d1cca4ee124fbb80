// A dock of the window. While another tab is in front, or it is closed, its content is really hidden: it takes no focus and no key, and
// plots in it are not drawn. It can be marked when something new came to it unseen. GUI thread.
#pragma once

#include <QDockWidget>

class QAction;
class QMainWindow;

namespace clipscope {

class PanelDock : public QDockWidget {
    Q_OBJECT

public:
    // `name`: what the layout is kept under.
    PanelDock(QMainWindow& window, const char* name, const QString& title, QWidget* content);

    QWidget* content() const { return content_; }
    bool is_in_front() const { return is_in_front_; }
    // From another page, from among tabs, or from being closed. `with_focus`: keys go there too. Nothing as long as its page cannot come.
    void bring_to_front(bool with_focus = false);
    // After docks were moved by the program, for which Qt does not tell each which tab is in front.
    void settle();
    // Its tab says that there is something new, until it is looked at.
    void mark();
    void unmark();
    bool is_marked() const { return is_marked_; }
    // Brings it to the front with the focus, or closes it where it is there already.
    QAction* show_action() const { return show_action_; }

signals:
    // To be brought to the front, which comes next: its page has to be there.
    void wanted();
    void marked_changed();

private:
    void set_in_front(bool is_in_front);

    QString title_;
    QWidget* content_;
    QAction* show_action_;
    bool is_in_front_ = false;
    bool is_marked_ = false;
};

// Names of tabs are never cut off: where there is no room, the tabs scroll.
void keep_tab_names_readable(QMainWindow& window);

}  // namespace clipscope
