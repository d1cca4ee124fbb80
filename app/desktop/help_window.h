// A page of help with its contents at the side and a search: stays open beside the work. GUI thread.
#pragma once

#include <QDialog>
#include <QList>
#include <QTextCursor>

class QLabel;
class QLineEdit;
class QTextBrowser;
class QTreeWidget;

namespace clipscope {

class HelpWindow : public QDialog {
    Q_OBJECT

public:
    HelpWindow(const QString& title, const QString& markdown, QWidget* parent = nullptr);

    // All places at which the text stands, whatever its case.
    int matches() const { return int(matches_.size()); }

private:
    QLayout* build_search();
    void fill_contents();
    void search(const QString& text);
    void go_to_match(int step);
    void show_matches();

    QLineEdit* wanted_;
    QLabel* count_;
    QTreeWidget* contents_;
    QTextBrowser* page_;
    QList<QTextCursor> matches_;
    int current_ = -1;
};

}  // namespace clipscope
