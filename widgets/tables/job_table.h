// The jobs of a study in the order of its queue: what each is, how far it came, what it cost. A click shows a job's results; the context
// menu does the rest. GUI thread.
#pragma once

#include <QString>
#include <QWidget>
#include <cstdint>
#include <vector>

class QAction;
class QStandardItemModel;
class QTreeView;

namespace clipscope {

class SortedRows;

struct JobRow {
    std::int64_t id = 0;
    QString name;     // "Sensitivity: network · int8"
    QString state;    // "done", "interrupted"
    QString details;  // "each,network · 1e-7:1e-3:9 · 20 trials"
    QString time;     // "0:41"; empty before it ran
    double seconds = 0;
    QString notes;
    bool can_run = true;  // or go on; not while it runs
};

class JobTable : public QWidget {
    Q_OBJECT
public:
    explicit JobTable(QWidget* parent = nullptr);

    void set_jobs(const std::vector<JobRow>& jobs);
    std::int64_t selected_job() const;                // 0: none; of several the one selected first
    std::vector<std::int64_t> selected_jobs() const;  // in the order of the queue
    void select_job(std::int64_t id);   // without job_selected()
    // Changing is off where the study can only be read.
    void set_read_only(bool read_only);

    QTreeView& view() const { return *view_; }
    QSize sizeHint() const override;

protected:
    void resizeEvent(QResizeEvent* event) override;

Q_SIGNALS:
    void job_selected(qint64 id);  // by the user
    void run_requested(qint64 id);
    void change_requested(qint64 id);     // the same again with changes: its settings go to the form
    void duplicate_requested(qint64 id);  // the same, but whatever is changed or not, as a job of its own
    void audit_requested(qint64 id);      // what it injected
    void trial_requested(qint64 id);      // one of its trials again, bit by bit
    void comparison_requested(qint64 first, qint64 second);  // of two that are selected
    void rename_requested(qint64 id);
    void notes_requested(qint64 id);
    void remove_requested(qint64 id);
    void move_requested(qint64 id, qint64 before);  // before 0: to the end

private:
    void add_actions();
    QAction* add_action(const QString& text, const QString& tip, void (JobTable::*signal)(qint64));
    void move_selected(int by);
    void select_also(const std::vector<std::int64_t>& ids);
    void update_actions();
    void fit_names();
    int row_of(std::int64_t id) const;

    QStandardItemModel* model_;
    SortedRows* sorted_ = nullptr;
    QTreeView* view_;
    QAction* run_ = nullptr;
    QAction* compare_ = nullptr;
    std::vector<QAction*> looking_;  // also where the study can only be read
    std::vector<QAction*> changing_;
    std::vector<JobRow> jobs_;
    bool is_read_only_ = false;
    bool is_filling_ = false;
    bool is_sized_by_user_ = false;
};

}  // namespace clipscope
