// A table of named rows, one of which may be selected: what the tables of layers and of sites share. The first column holds the names; a
// click on a header sorts. GUI thread.
#pragma once

#include <QString>
#include <QWidget>

class QAbstractItemModel;
class QTreeView;

namespace clipscope {

class SelectionTable : public QWidget {
    Q_OBJECT
public:
    QTreeView& view() const { return *view_; }
    QString selected_name() const;  // empty: none

    QSize sizeHint() const override;

Q_SIGNALS:
    // By the user: another row, or a click on the one that was selected already (what it brought forward may have gone back meanwhile).
    void name_selected(const QString& name);

protected:
    // `empty`: what will fill it.
    SelectionTable(QAbstractItemModel* model, const QString& accessible_name, const QString& empty, QWidget* parent);

    // Without name_selected(); an empty or unknown name clears the selection.
    void select_name(const QString& name);
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    int selected_row() const;  // -1: none
    QString name_at(int row) const;

    QTreeView* view_;
    int row_before_press_ = -1;
    bool selecting_ = false;  // by the program, not by the user
};

}  // namespace clipscope
