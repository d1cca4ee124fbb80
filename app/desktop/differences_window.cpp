#include "differences_window.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>

#include "common/number_text.h"
#include "plots/accuracy_view.h"
#include "report/report_contents.h"
#include "study/study_results.h"
#include "tables/cell_table.h"

namespace clipscope {
namespace {

QString difference_words(const char* source) {
    return DifferencesWindow::tr(source);
}

const std::vector<TableColumn>& accuracy_columns() {
    static const std::vector<TableColumn> all = {
        {difference_words("Faults in"), difference_words("The layer, or all of them together"), false},
        {difference_words("Protection"), difference_words("Under which both were measured"), false},
        {difference_words("At"), difference_words("Fault rate per bit, bit position or number of faults")},
        {difference_words("First, %"), difference_words("Mean accuracy of the first job")},
        {difference_words("Second, %"), difference_words("Mean accuracy of the second job")},
        {difference_words("Difference, points"), difference_words("Second - first; in bold type where its 95 % interval does not hold 0")},
        {difference_words("95 %"), difference_words("The 95 % interval of the difference, over faults, in points")},
        {difference_words("Pairs"),
         difference_words(
             "Trials of the same number and seed, which pair and make the interval narrow; apart: the runs' trials were drawn apart")}};
    return all;
}

const std::vector<TableColumn>& setting_names() {
    static const std::vector<TableColumn> all = {
        {difference_words("Setting"), difference_words("What differs between the two; what is alike is left out"), false},
        {difference_words("First"), difference_words("Of the first job"), false},
        {difference_words("Second"), difference_words("Of the second job"), false}};
    return all;
}

QString place_of(const RunDifference& row, PointAxis axis) {
    return axis == PointAxis::fault_rate ? rate_label(row.place) : count_label(row.place);
}

std::vector<TableCell> cells_of_difference(const RunDifference& row, PointAxis axis) {
    const auto number = [](double value, int decimals) { return QString::number(100 * value, 'f', decimals); };
    const bool is_sure = row.ci95.low > 0 || row.ci95.high < 0;
    return {{QString::fromStdString(row.layer)},
            {protection_name(row.protection)},
            {place_of(row, axis), row.place},
            {number(row.first_mean, 2), row.first_mean},
            {number(row.second_mean, 2), row.second_mean},
            {QString::fromStdString(signed_text(100 * row.difference, 2)), row.difference, is_sure},
            {QStringLiteral("%1…%2").arg(number(row.ci95.low, 2), number(row.ci95.high, 2)), row.ci95.low},
            {row.pairs > 0 ? QString::number(row.pairs) : difference_words("apart"), double(row.pairs)}};
}

}  // namespace

DifferencesWindow::DifferencesWindow(QWidget* parent) : QDialog(parent) {
    setWindowTitle(tr("Two runs compared"));
    build();
}

void DifferencesWindow::build() {
    about_ = new QLabel;
    about_->setWordWrap(true);
    about_->setTextFormat(Qt::PlainText);
    differences_ = new CellTable(accuracy_columns(), tr("Differences in accuracy"),
                                 tr("Where both measured the same layer under the same protection at the same place. A click on a header "
                                    "sorts; Ctrl+C copies; the right button exports."),
                                 tr("The two have no layer, protection and place in common."));
    settings_ = new CellTable(setting_names(), tr("Differences in settings"), tr("What differs in how the two were measured."),
                              tr("Nothing differs in how the two were measured."));
    auto* splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(differences_);
    splitter->addWidget(settings_);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 2);
    splitter->setChildrenCollapsible(false);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    buttons->button(QDialogButtonBox::Close)->setToolTip(tr("Both jobs stay as they are"));
    curves_ = buttons->addButton(tr("C&urves over each other"), QDialogButtonBox::ActionRole);
    curves_->setToolTip(tr("Shows both jobs' curves in the accuracy panel: colours tell layers, dashes tell the runs"));
    export_ = buttons->addButton(tr("&Export as CSV…"), QDialogButtonBox::ActionRole);
    export_->setToolTip(tr("The differences as a table, fractions with all their digits"));
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(curves_, &QPushButton::clicked, this, [this] { emit curves_wanted(first_, second_); });
    connect(export_, &QPushButton::clicked, this, &DifferencesWindow::export_requested);
    connect(differences_, &CellTable::export_requested, this, &DifferencesWindow::export_requested);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(about_);
    layout->addWidget(splitter, 1);
    layout->addWidget(buttons);
    resize(860, 560);
}

void DifferencesWindow::compare(std::shared_ptr<Study> study, const JobRecord& first, const JobRecord& second) {
    first_ = first.id;
    second_ = second.id;
    about_->setText(tr("First: %1.  Second: %2.").arg(QString::fromStdString(job_label(first)), QString::fromStdString(job_label(second))));
    show_found({});
    curves_->setEnabled(false);
    export_->setEnabled(false);
    task_.start<RunDifferences>(
        [study, first, second](std::stop_token) {
            const auto read = [&](const JobRecord& job) {
                return NamedCurves{read_curves(*study, job_with_curves(*study, job.id).id), {}, job};
            };
            return differences_of(read(first), read(second));
        },
        [this](const RunDifferences& found) {
            show_found(found);
            curves_->setEnabled(true);
            export_->setEnabled(!found.rows.empty());
        },
        [this](const QString& why) {
            about_->setText(why);
            emit failed(why);
        });
}

void DifferencesWindow::show_found(const RunDifferences& found) {
    found_ = found;
    std::vector<std::vector<TableCell>> rows;
    for (const RunDifference& row : found.rows) rows.push_back(cells_of_difference(row, found.axis));
    differences_->set_rows(rows);
    rows.clear();
    for (const SettingDifference& one : found.settings)
        rows.push_back({{QString::fromStdString(one.name)}, {QString::fromStdString(one.first)}, {QString::fromStdString(one.second)}});
    settings_->set_rows(rows);
}

}  // namespace clipscope
