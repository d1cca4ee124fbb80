// What was injected: bits asked for and found changed of a whole job, or every faulty bit of one trial. A headline says what is shown; the
// rows can be copied and taken away. GUI thread.
#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>
#include <vector>

class QLabel;
class QTreeView;

namespace clipscope {

struct FaultView {
    QString headline;  // one or two sentences
    QStringList columns;
    int first_number = 0;  // columns from here on hold numbers
    std::vector<QStringList> rows;
};

// Comma-separated, with a header.
std::string to_csv(const FaultView& view);

class FaultTableModel;

class FaultTable : public QWidget {
    Q_OBJECT
public:
    explicit FaultTable(QWidget* parent = nullptr);

    void set_view(const FaultView& view);
    void clear();  // says how to fill it
    const FaultView& fault_view() const;

    QTreeView& view() const { return *view_; }
    QString headline() const;
    QSize sizeHint() const override;

Q_SIGNALS:
    void export_requested();

private:
    void copy() const;

    FaultTableModel* model_;
    QLabel* headline_;
    QTreeView* view_;
};

}  // namespace clipscope
