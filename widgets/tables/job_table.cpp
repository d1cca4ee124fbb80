#include "tables/job_table.h"

#include <QAction>
#include <QHeaderView>
#include <QScrollBar>
#include <QStandardItemModel>
#include <QTreeView>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <utility>

#include "tables/empty_text.h"
#include "tables/sorted_rows.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr int id_role = Qt::UserRole;

}  // namespace

JobTable::JobTable(QWidget* parent) : QWidget(parent), model_(new QStandardItemModel(this)), view_(new QTreeView) {
    model_->setHorizontalHeaderLabels({tr("Job"), tr("State"), tr("Time"), tr("Settings"), tr("Notes")});
    sorted_ = new SortedRows(*model_, *view_);
    new EmptyText(tr("Every job that you run is kept here, with its settings and its results: a click shows them again."), *view_);
    view_->setRootIsDecorated(false);
    view_->setUniformRowHeights(true);
    view_->setAlternatingRowColors(true);
    view_->setSelectionMode(QAbstractItemView::ExtendedSelection);
    view_->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view_->setFrameShape(QFrame::NoFrame);
    view_->setFont(tabular(font()));
    view_->setAccessibleName(tr("Jobs of the study"));
    view_->setToolTip(
        tr("The jobs of this study, in the order of its queue, unless a header is clicked to sort them. A click shows a job's results, "
           "Ctrl+click selects a second one to compare it with; the right button has more."));
    view_->header()->setStretchLastSection(true);
    connect(view_->header(), &QHeaderView::sectionResized, this, [this](int column) {
        if (column == 0 && !is_filling_) is_sized_by_user_ = true;
    });
    view_->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view_);
    setFocusProxy(view_);
    connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        update_actions();
        if (!is_filling_ && selected_jobs().size() == 1) Q_EMIT job_selected(selected_job());
    });

    add_actions();
}

void JobTable::add_actions() {
    run_ = add_action(tr("&Run or go on"), tr("Runs what the study does not have yet of this job"), &JobTable::run_requested);
    changing_.push_back(add_action(tr("&Change and run again…"),
                                   tr("Puts the job's settings into the form; what is changed there becomes a new job"),
                                   &JobTable::change_requested));
    changing_.push_back(add_action(tr("Du&plicate…"),
                                   tr("The same settings in the form; what runs from there is a new job even where nothing was changed"),
                                   &JobTable::duplicate_requested));
    looking_.push_back(
        add_action(tr("&Injected faults"), tr("Bits asked for and found changed, by layer and bit position"), &JobTable::audit_requested));
    looking_.push_back(add_action(tr("Faulty bits of a &trial…"),
                                  tr("Repeats one trial alone, under every protection that the study knows, and lists its faulty bits"),
                                  &JobTable::trial_requested));
    compare_ = new QAction(tr("Compar&e these runs…"), this);
    compare_->setToolTip(tr("What differs between two selected jobs (Ctrl+click): accuracy with its intervals, and settings"));
    connect(compare_, &QAction::triggered, this, [this] {
        if (const auto both = selected_jobs(); both.size() == 2) Q_EMIT comparison_requested(both[0], both[1]);
    });
    view_->addAction(compare_);
    changing_.push_back(add_action(tr("Re&name…"), tr("Gives the job a name of your own"), &JobTable::rename_requested));
    changing_.push_back(add_action(tr("N&otes…"), tr("A few words kept with the job"), &JobTable::notes_requested));
    auto* up = new QAction(tr("Move &up"), this);
    auto* down = new QAction(tr("Move &down"), this);
    connect(up, &QAction::triggered, this, [this] { move_selected(-1); });
    connect(down, &QAction::triggered, this, [this] { move_selected(1); });
    for (QAction* action : {up, down}) {
        action->setToolTip(tr("Its place in the queue"));
        view_->addAction(action);
        changing_.push_back(action);
    }
    changing_.push_back(add_action(tr("&Remove"), tr("Jobs ▸ Undo removing brings it back"), &JobTable::remove_requested));
    changing_.back()->setShortcut(QKeySequence::Delete);
    changing_.back()->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    update_actions();
}

QAction* JobTable::add_action(const QString& text, const QString& tip, void (JobTable::*signal)(qint64)) {
    auto* action = new QAction(text, this);
    action->setToolTip(tip);
    connect(action, &QAction::triggered, this, [this, signal] {
        if (selected_job() != 0) Q_EMIT(this->*signal)(selected_job());
    });
    view_->addAction(action);
    return action;
}

void JobTable::set_jobs(const std::vector<JobRow>& jobs) {
    const std::int64_t selected = selected_job();
    const std::vector<std::int64_t> all_selected = selected_jobs();
    is_filling_ = true;
    jobs_ = jobs;
    model_->setRowCount(int(jobs.size()));
    for (int row = 0; row < int(jobs.size()); ++row) {
        const JobRow& job = jobs[std::size_t(row)];
        const QString texts[] = {job.name, job.state, job.time, job.details, job.notes};
        for (int column = 0; column < model_->columnCount(); ++column) {
            QStandardItem* item = model_->item(row, column);
            if (item == nullptr) model_->setItem(row, column, item = new QStandardItem);
            if (item->text() != texts[column]) item->setText(texts[column]);
            item->setToolTip(texts[column]);
            if (column == 0) item->setData(qint64(job.id), id_role);
            if (column == 2) item->setData(job.time.isEmpty() ? std::nan("") : job.seconds, SortedRows::sort_role);
        }
    }
    if (!jobs.empty() && selected == 0 && !is_sized_by_user_)
        for (int column = 0; column + 1 < model_->columnCount(); ++column) view_->resizeColumnToContents(column);
    // What changes while a job runs stays readable; a failed job's sentence is in the tip.
    constexpr int widest = 160;
    for (const int column : {1, 2}) {
        const int wanted = std::min(widest, static_cast<QAbstractItemView*>(view_)->sizeHintForColumn(column));
        if (view_->columnWidth(column) < wanted) view_->setColumnWidth(column, wanted);
    }
    fit_names();
    is_filling_ = false;
    select_job(selected);
    if (all_selected.size() > 1) select_also(all_selected);
    update_actions();
}

// State and time are in sight beside a name that may be cut off; its tip has all of it.
void JobTable::fit_names() {
    if (is_sized_by_user_ || model_->rowCount() == 0) return;
    constexpr int least = 120;
    const int bar = view_->verticalScrollBar()->isVisible() ? view_->verticalScrollBar()->width() : 0;
    const int room = width() - bar - view_->columnWidth(1) - view_->columnWidth(2);
    const int wanted = static_cast<QAbstractItemView*>(view_)->sizeHintForColumn(0);
    view_->setColumnWidth(0, std::min(wanted, std::max(least, room)));
}

void JobTable::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    const bool was_filling = std::exchange(is_filling_, true);
    fit_names();
    is_filling_ = was_filling;
}

void JobTable::select_also(const std::vector<std::int64_t>& ids) {
    is_filling_ = true;
    for (const std::int64_t id : ids)
        if (const int row = row_of(id); row >= 0)
            view_->selectionModel()->select(sorted_->mapFromSource(model_->index(row, 0)),
                                            QItemSelectionModel::Select | QItemSelectionModel::Rows);
    is_filling_ = false;
}

int JobTable::row_of(std::int64_t id) const {
    const auto found = std::ranges::find(jobs_, id, &JobRow::id);
    return found == jobs_.end() ? -1 : int(found - jobs_.begin());
}

std::int64_t JobTable::selected_job() const {
    const QModelIndexList rows = view_->selectionModel()->selectedRows();
    return rows.isEmpty() ? 0 : rows.first().data(id_role).toLongLong();
}

std::vector<std::int64_t> JobTable::selected_jobs() const {
    std::vector<std::int64_t> ids;
    for (const JobRow& job : jobs_)
        if (view_->selectionModel()->isRowSelected(sorted_->mapFromSource(model_->index(row_of(job.id), 0)).row(), {}))
            ids.push_back(job.id);
    return ids;
}

void JobTable::select_job(std::int64_t id) {
    is_filling_ = true;
    if (const int row = row_of(id); row >= 0)
        view_->setCurrentIndex(sorted_->mapFromSource(model_->index(row, 0)));
    else
        view_->selectionModel()->clear();
    is_filling_ = false;
}

void JobTable::set_read_only(bool read_only) {
    is_read_only_ = read_only;
    update_actions();
}

void JobTable::move_selected(int by) {
    const int row = row_of(selected_job());
    const int target = by < 0 ? row - 1 : row + 2;  // before which one it goes
    if (row < 0 || target < 0 || target > int(jobs_.size())) return;
    Q_EMIT move_requested(selected_job(), target < int(jobs_.size()) ? jobs_[std::size_t(target)].id : 0);
}

void JobTable::update_actions() {
    const std::size_t selected = selected_jobs().size();
    const int row = selected == 1 ? row_of(selected_job()) : -1;
    compare_->setEnabled(selected == 2);
    run_->setEnabled(row >= 0 && !is_read_only_ && jobs_[std::size_t(row)].can_run);
    for (QAction* action : changing_) action->setEnabled(row >= 0 && !is_read_only_);
    for (QAction* action : looking_) action->setEnabled(row >= 0);
}

QSize JobTable::sizeHint() const {
    return {420, 160};
}

}  // namespace clipscope
