// A table of finished rows, each of a few cells that say what they are sorted by: what the tables beside pictures share. Columns and cells
// have tips; rows are sorted by a click on a header and copied with Ctrl+C; one may be selected. GUI thread.
#pragma once

#include <QSet>
#include <QString>
#include <QStringList>
#include <QWidget>
#include <cmath>
#include <vector>

class QStandardItemModel;
class QTreeView;

namespace clipscope {

class SortedRows;

struct TableColumn {
    QString name;  // with its unit
    QString tip;
    bool is_number = true;  // right-aligned
};

struct TableCell {
    QString text;
    double value = std::nan("");  // of a column of numbers: what it is sorted by; NaN: nothing is known, comes last
    bool is_strong = false;
};

class CellTable : public QWidget {
    Q_OBJECT
public:
    // `empty`: what will fill it.
    CellTable(const std::vector<TableColumn>& columns, const QString& name, const QString& tip, const QString& empty,
              QWidget* parent = nullptr);

    // A cell for each column. `tips`: of rows, or empty. The selected row stays selected where there still is one in its place.
    void set_rows(const std::vector<std::vector<TableCell>>& rows, const QStringList& tips = {});
    int row_count() const;

    // By its place among those given, however they are sorted; -1: none.
    int selected_row() const;
    void select_row(int row);  // without row_selected()

    // Header and rows as they stand on the screen, with tabs between cells: those selected where they are several, or all.
    QString copied_text() const;

    QTreeView& view() const { return *view_; }
    QSize sizeHint() const override;

Q_SIGNALS:
    void row_selected(int row);  // by the user
    void export_requested();     // of all rows as CSV

private:
    void set_up_view(const QString& name, const QString& tip);
    void add_actions();

    const std::vector<TableColumn> columns_;
    QStandardItemModel* model_;
    QTreeView* view_;
    SortedRows* sorted_;
    bool is_filling_ = false;
    QSet<int> sized_by_user_;  // columns
};

}  // namespace clipscope
