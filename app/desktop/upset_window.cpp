#include "upset_window.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "controls/job_fields.h"
#include "controls/picture_and_table.h"
#include "faults/upset_rates.h"
#include "laboratory.h"
#include "plots/upset_plot.h"
#include "result_views.h"
#include "study/study_results.h"
#include "study_desk.h"
#include "tables/cell_table.h"
#include "upset_fields.h"

namespace clipscope {
namespace {

constexpr QSize size_at_first(1240, 680);

// Whether its result, once there is one, can be turned into failures in time.
bool may_say_something(const JobRecord& job) {
    if (job.is_removed || job.started.empty() || !job.settings.kind->measures_curves()) return false;
    const PointAxis axis = point_axis(job.settings);
    if (axis == PointAxis::bit_position) return false;
    return axis == PointAxis::fault_rate || std::ranges::count(all_points(job.settings, {}), 1.0) > 0;
}

// A form that is wider than its contents and scrolls up and down alone.
class FormArea : public QScrollArea {
public:
    explicit FormArea(QWidget* form) {
        setWidget(form);
        setWidgetResizable(true);
        setFrameShape(QFrame::NoFrame);
        setFocusPolicy(Qt::NoFocus);
        setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    }

    QSize minimumSizeHint() const override { return {widget()->minimumSizeHint().width() + verticalScrollBar()->sizeHint().width(), 120}; }
    QSize sizeHint() const override { return {minimumSizeHint().width(), widget()->sizeHint().height()}; }
};

}  // namespace

UpsetWindow::UpsetWindow(Laboratory& laboratory, StudyDesk& desk, QWidget* parent) : QDialog(parent), laboratory_(laboratory), desk_(desk) {
    setWindowTitle(tr("Upset rates"));
    setWindowFlag(Qt::WindowMaximizeButtonHint);
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(build_form());
    splitter->addWidget(build_results());
    splitter->setChildrenCollapsible(false);
    splitter->setStretchFactor(1, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->addWidget(splitter);
    resize(size_at_first.boundedTo(screen()->availableSize() - QSize(40, 80)));
    connect(fields_, &UpsetFields::changed, this, &UpsetWindow::update_results);
    connect(fields_, &UpsetFields::rates_wanted, this, &UpsetWindow::rates_wanted);
    connect(&desk_, &StudyDesk::changed, this, &UpsetWindow::fill_jobs);
    connect(&desk_, &StudyDesk::study_changed, this, &UpsetWindow::fill_jobs);
    const auto show_parts = [this] {
        if (laboratory_.model()) fields_->set_parts(laboratory_.model()->memory_parts);
    };
    connect(&laboratory_, &Laboratory::model_changed, this, show_parts);
    show_parts();
    // Enter ends a field; it presses no button.
    for (QPushButton* button : findChildren<QPushButton*>()) button->setAutoDefault(false);
    set_result({});
}

QWidget* UpsetWindow::build_form() {
    fields_ = new UpsetFields;
    auto* limits = new QLabel(tr("FIT: events in 10⁹ hours; Mbit: 2²⁰ bits. ") +
                              QString::fromUtf8(upsets_leave_out().data(), qsizetype(upsets_leave_out().size())));
    limits->setWordWrap(true);
    limits->setContentsMargins(9, 0, 9, 9);
    limits->setForegroundRole(QPalette::PlaceholderText);
    limits->setToolTip(tr("What the numbers here do not cover"));
    auto* form = new QWidget;
    auto* column = new QVBoxLayout(form);
    column->setContentsMargins(0, 0, 4, 0);
    column->addWidget(fields_);
    column->addWidget(limits);
    column->addStretch(1);
    return new FormArea(form);
}

QWidget* UpsetWindow::build_results() {
    job_ = new QComboBox;
    name_field(*job_, tr("Measured in"),
               tr("A job of this study: with exactly one fault in each trial it gives failures in time, over fault rates shares of wrong "
                  "answers"));
    job_tip_ = job_->toolTip();
    curve_ = new QComboBox;
    name_field(*curve_, tr("Curve"), tr("The curve in the picture; the table has all of them"));
    for (QComboBox* box : {job_, curve_}) {
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(10);
    }
    auto* choice = new QHBoxLayout;
    choice->setContentsMargins(8, 0, 4, 0);
    for (const auto& [text, box, stretch] : {std::tuple(tr("Measured &in"), job_, 3), std::tuple(tr("&Curve"), curve_, 2)}) {
        auto* label = new QLabel(text);
        label->setBuddy(box);
        choice->addWidget(label);
        choice->addWidget(box, stretch);
    }
    const QString tip = tr("A click on a row shows its curve in the picture; Ctrl+C copies, the right button exports.");
    failures_ = new CellTable(single_fault_columns(), tr("Failures in time"), tip, tr("Failures in time come here."));
    shares_ = new CellTable(share_columns(), tr("Shares of wrong answers"), tip, tr("Shares of wrong answers come here."));
    tables_ = new QStackedWidget;
    plot_ = new UpsetPlot;
    for (CellTable* table : {failures_, shares_}) {
        tables_->addWidget(table);
        connect(table, &CellTable::row_selected, this, [this](int row) {
            if (row < int(rows_.size())) curve_->setCurrentIndex(curve_->findData(qulonglong(rows_[std::size_t(row)].curve)));
        });
        connect(table, &CellTable::export_requested, this, [this] {
            if (const auto conditions = fields_->conditions()) emit export_wanted(upset_csv(rows_, *conditions));
        });
    }
    results_ = new PictureAndTable(plot_, tables_, PictureAndTable::Columns::many);
    connect(plot_, &PlotPanel::empty_action_requested, this, &UpsetWindow::single_faults_wanted);
    connect(plot_, &PlotPanel::exported, this, &UpsetWindow::written);
    connect(job_, &QComboBox::currentIndexChanged, this, &UpsetWindow::read_job);
    connect(curve_, &QComboBox::currentIndexChanged, this, &UpsetWindow::show_curve);
    auto* right = new QWidget;
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(choice);
    column->addWidget(results_, 1);
    return right;
}

CellTable& UpsetWindow::table() const {
    return result_.info.axis == PointAxis::fault_count ? *failures_ : *shares_;
}

QString UpsetWindow::sentence() const {
    return results_->sentence();
}

void UpsetWindow::showEvent(QShowEvent* event) {
    QDialog::showEvent(event);
    fill_jobs();
}

// The latest first; what was chosen stays. At first one with single faults, where there is one.
void UpsetWindow::fill_jobs() {
    if (!isVisible()) return;
    const qlonglong before = job_->currentIndex() >= 0 ? job_->currentData().toLongLong() : 0;
    {
        const QSignalBlocker blocker(job_);
        job_->clear();
        int single = -1;
        const std::vector<JobRecord> jobs = desk_.has_study() ? desk_.jobs() : std::vector<JobRecord>();
        for (auto job = jobs.rbegin(); job != jobs.rend(); ++job) {
            if (!may_say_something(*job)) continue;
            job_->addItem(job_title(*job, desk_.suggested_rates(*job)), qlonglong(job->id));
            job_->setItemData(job_->count() - 1, job_->itemText(job_->count() - 1), Qt::ToolTipRole);
            if (single < 0 && point_axis(job->settings) == PointAxis::fault_count) single = job_->count() - 1;
        }
        const int same = job_->findData(before);
        if (job_->count() > 0) job_->setCurrentIndex(same >= 0 ? same : std::max(single, 0));
    }
    read_job();
}

void UpsetWindow::read_job() {
    task_.cancel();
    job_->setEnabled(job_->count() > 0);
    // Its text may be cut.
    job_->setToolTip(job_->count() > 0 ? job_->currentText() + QStringLiteral("\n\n") + job_tip_ : job_tip_);
    if (job_->currentIndex() < 0) return set_result({});
    const auto failed = [this](const QString& text) {
        set_result({});
        plot_->set_empty_text(text);
    };
    const std::shared_ptr<const Study> study = desk_.for_thread(failed);
    if (!study) return;
    task_.start<CampaignSummary>(
        [study, id = JobId(job_->currentData().toLongLong())](std::stop_token) { return read_summary(*study, id); },
        [this](const CampaignSummary& result) { set_result(result); }, failed);
}

void UpsetWindow::set_result(const CampaignSummary& result) {
    result_ = result;
    tables_->setCurrentWidget(&table());
    fill_curves();
    update_results();
}

void UpsetWindow::fill_curves() {
    const QSignalBlocker blocker(curve_);
    const QString before = curve_->currentText();
    curve_->clear();
    for (std::size_t i = 0; i < result_.curves.size(); ++i) {
        const CurveInfo& info = result_.curves[i].info;
        QString name = QString::fromStdString(info.layer);
        if (info.protection != Protection::none) name += QStringLiteral(" (%1)").arg(QString::fromStdString(to_string(info.protection)));
        curve_->addItem(name, qulonglong(i));
    }
    const int same = curve_->findText(before), network = curve_->findText(QStringLiteral("network"));
    if (curve_->count() > 0) curve_->setCurrentIndex(same >= 0 ? same : std::max(network, 0));
    curve_->setEnabled(curve_->count() > 0);
}

std::size_t UpsetWindow::chosen_curve() const {
    return curve_->currentIndex() < 0 ? 0 : std::size_t(curve_->currentData().toULongLong());
}

void UpsetWindow::update_results() {
    const auto conditions = fields_->conditions();
    rows_ = conditions ? upset_rows(result_, *conditions) : std::vector<UpsetRow>();
    std::vector<std::vector<TableCell>> cells;
    for (const UpsetRow& row : rows_) cells.push_back(upset_cells(row));
    table().set_rows(cells);
    results_->set_has_results(!rows_.empty());
    plot_->set_empty_text(
        job_->count() > 0
            ? tr("This job has measured nothing yet that can be turned into failures in time, or a number in the form is wrong.")
            : tr("Failures in time want a measured curve: a sensitivity with exactly one fault in each trial. Curves over fault "
                 "rates give shares of wrong answers."),
        tr("Set up such a job"));
    show_curve();
}

void UpsetWindow::show_curve() {
    const auto conditions = fields_->conditions();
    const std::size_t curve = chosen_curve();
    if (!conditions || curve >= result_.curves.size()) {
        results_->set_sentence({});
        plot_->set_view({});
        return;
    }
    UpsetView view = upset_view(result_.curves[curve], result_.info, *conditions);
    view.title = tr("%1 · %2").arg(curve_->currentText(), result_title(result_.info));
    plot_->set_subject(QString::number(job_->currentData().toLongLong()) + view.title);
    plot_->set_view(view);
    results_->set_sentence(upset_sentence(rows_, curve, *conditions));
    const auto row = std::ranges::find(rows_, curve, &UpsetRow::curve);
    const int selected = table().selected_row();
    const bool is_selected = selected >= 0 && selected < int(rows_.size()) && rows_[std::size_t(selected)].curve == curve;
    if (!is_selected) table().select_row(row == rows_.end() ? -1 : int(row - rows_.begin()));
}

}  // namespace clipscope
