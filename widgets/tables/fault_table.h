// What was injected: bits asked for and found changed of a whole job, or every faulty bit of one trial, which is chosen above. A headline
// says what is shown; the rows can be sorted, copied and taken away. GUI thread.
#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>
#include <vector>

class QAbstractItemDelegate;
class QAction;
class QLabel;
class QModelIndex;
class QTreeView;

namespace clipscope {

struct FaultView {
    QString headline;  // one or two sentences
    QStringList columns;
    std::vector<int> numbers{};  // the columns that hold numbers
    std::vector<int> order{};    // of the columns on the screen, the one that must be in sight first; empty: as they are
    std::vector<QStringList> rows;
    bool is_trial = false;  // its faulty bits, which can be looked at closely
};

// Comma-separated, with a header.
std::string to_csv(const FaultView& view);

class FaultTableModel;
class SortedRows;
class TrialPicker;

class FaultTable : public QWidget {
    Q_OBJECT
public:
    explicit FaultTable(QWidget* parent = nullptr);

    void set_view(const FaultView& view);
    void clear();  // says how to fill it
    TrialPicker& picker() const { return *picker_; }
    const FaultView& fault_view() const;

    QTreeView& view() const { return *view_; }
    QString headline() const;
    QSize sizeHint() const override;

Q_SIGNALS:
    void export_requested();
    void closely_requested(int row);  // a faulty bit of a trial, by its place in the view; -1: all of them together
    void images_requested();          // that the trial changes

private:
    void copy() const;
    void add_actions();
    QWidget* build_trial_bar();
    void ask_closely(const QModelIndex& row);

    FaultTableModel* model_;
    SortedRows* sorted_ = nullptr;
    TrialPicker* picker_;
    QLabel* headline_;
    QTreeView* view_;
    QAbstractItemDelegate* number_delegate_ = nullptr;
    QWidget* trial_bar_ = nullptr;
    std::vector<QAction*> of_trials_;
};

}  // namespace clipscope
