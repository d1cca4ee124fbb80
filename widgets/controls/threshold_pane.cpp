#include "controls/threshold_pane.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <cmath>

#include "common/number_text.h"
#include "controls/job_fields.h"
#include "controls/number_field.h"
#include "plots/accuracy_view.h"
#include "plots/value_axis.h"
#include "tables/cell_table.h"
#include "theme/number_text.h"
#include "theme/theme.h"

namespace clipscope {
namespace {

constexpr double largest_threshold = 3.4e38;
constexpr double field_step = 0.01;  // of ACT_max

QLabel* make_line(const QString& tip) {
    auto* label = new QLabel;
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setToolTip(tip);
    return label;
}

QString state_text(const TriedThreshold& tried) {
    if (tried.is_final)
        return ThresholdPane::tr("final: as sweep gives it (%1 trials, %2 images)")
            .arg(grouped(qint64(tried.all_trials)), grouped(tried.all_images));
    return ThresholdPane::tr("refining: %1 of %2 trials, %3 of %4 images")
        .arg(grouped(qint64(tried.trials)), grouped(qint64(tried.all_trials)), grouped(tried.images), grouped(tried.all_images));
}

QString other_threshold_text(const TriedThreshold& tried) {
    return ThresholdPane::tr("refining: these are of T %1").arg(value_label(double(tried.threshold)));
}

}  // namespace

ThresholdPane::ThresholdPane(QWidget* parent)
    : QWidget(parent),
      heading_(
          make_line(tr("The site whose threshold is tried, and where the faults are meanwhile: the site that is selected, and what the "
                       "FT-ClipAct form says of rates, trials, seed, memory and tuning images"))),
      begin_(new QPushButton(tr("&Begin"))) {
    setAccessibleName(tr("Threshold by hand"));
    begin_->setToolTip(tr("Measures ACT_max of every site on the tuning images and makes ready what does not depend on T"));
    body_ = new QWidget;
    auto* column = new QVBoxLayout(body_);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(build_threshold());
    column->addWidget(build_answers(), 1);
    column->addWidget(build_buttons());
    auto* inside = new QWidget;
    auto* layout = new QVBoxLayout(inside);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->addWidget(heading_);
    layout->addWidget(begin_, 0, Qt::AlignLeft);
    layout->addWidget(body_, 1);
    layout->addStretch(0);
    auto* scroll = new QScrollArea;
    scroll->setWidget(inside);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* outside = new QVBoxLayout(this);
    outside->setContentsMargins(0, 0, 0, 0);
    outside->addWidget(scroll);
    connect(begin_, &QPushButton::clicked, this, &ThresholdPane::begin_wanted);
    connect(keep_, &QPushButton::clicked, this, &ThresholdPane::keep_wanted);
    connect(end_, &QPushButton::clicked, this, &ThresholdPane::end_wanted);
    connect(search_, &QPushButton::clicked, this, &ThresholdPane::search_wanted);
    connect(field_, &NumberField::changed, this, &ThresholdPane::take_typed);
    set_idle(tr("Open a network and images first."), false);
}

QWidget* ThresholdPane::build_threshold() {
    auto* box = new QWidget;
    auto* row = new QGridLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setColumnStretch(1, 1);
    field_ = new NumberField(NumberField::Kind::decimal, 0, largest_threshold);
    name_field(
        *field_, tr("Threshold T"),
        tr("Activations above T become 0, in the units of the activations. Type it, step it with the arrow keys, or drag the line in "
           "the histogram or in AUC against T, where the arrow keys move it too (with Shift in tenths of a step)."));
    field_->setMinimumWidth(90);
    auto* label = new QLabel(tr("&T"));
    label->setBuddy(field_);
    share_ = new QLabel;
    share_->setToolTip(tr("T as a share of ACT_max, the greatest magnitude that the site puts out on the tuning images without faults"));
    cut_off_ = make_line(tr("Values beyond T in the histogram, without faults and, where a profile has measured some, under faults"));
    row->addWidget(label, 0, 0);
    row->addWidget(field_, 0, 1);
    row->addWidget(share_, 1, 0, 1, 2);
    row->addWidget(cut_off_, 2, 0, 1, 2);
    return box;
}

QWidget* ThresholdPane::build_answers() {
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 4, 0, 4);
    state_ =
        make_line(tr("A first answer comes from few images; while the hand rests more images and trials are run, up to exactly what a "
                     "sweep gives at this T: the same images, rates, seed and trials, the same number to the last bit"));
    auc_ = make_line(
        tr("Area under the curve of accuracy against fault rate, 1 where no fault does any harm, with its 95 % interval over trials"));
    QFont large = auc_->font();
    large.setPointSizeF(1.4 * large.pointSizeF());
    auc_->setFont(tabular(large));
    clean_ = make_line(tr("Accuracy on the tuning images with this threshold and no fault: too low a T costs some"));
    rates_ = new CellTable({{tr("Fault rate"), tr("Probability per stored bit, from the FT-ClipAct form")},
                            {tr("Accuracy %"), tr("Mean over the trials, on the tuning images, with faults in the layers named above")}},
                           tr("Accuracy at each fault rate"), tr("What is left of the accuracy at each rate of the form"),
                           tr("The first answer comes in a moment."));
    rates_->setMinimumHeight(90);
    column->addWidget(auc_);
    column->addWidget(clean_);
    column->addWidget(state_);
    column->addWidget(rates_, 1);
    return box;
}

QWidget* ThresholdPane::build_buttons() {
    auto* box = new QWidget;
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    keep_ = new QPushButton(tr("Kee&p this T"));
    keep_->setToolTip(
        tr("Takes T for this site into the thresholds that the next comparison, duel and hardened network use; sites without one stay at "
           "ACT_max. File, Save thresholds… writes them, and says which were chosen by hand."));
    search_ = new QPushButton(tr("Let Algorithm 1 s&earch"));
    search_->setToolTip(
        tr("Runs the search for the threshold of this site as a job of the study, as the FT-ClipAct form has it; its steps "
           "come into the same picture"));
    end_ = new QPushButton(tr("&Done"));
    end_->setToolTip(tr("Takes the line out of the pictures and frees the memory that trying takes; a T that was kept stays"));
    message_ = make_line(tr("What became of the latest wish"));
    column->addWidget(message_);  // so that the buttons stay where they are when there is one
    column->addWidget(keep_);
    column->addWidget(search_);
    column->addWidget(end_);
    return box;
}

void ThresholdPane::set_idle(const QString& sentence, bool can_begin) {
    heading_->setText(sentence);
    begin_->setVisible(can_begin);
    body_->hide();
    tried_.reset();
}

void ThresholdPane::set_site(const QString& site, const QString& scope, float act_max) {
    heading_->setText(tr("<b>%1</b>, faults in %2").arg(site.toHtmlEscaped(), scope.toHtmlEscaped()));
    act_max_ = act_max;
    field_->set_step(field_step * double(act_max > 0 ? act_max : 1));
    begin_->hide();
    body_->show();
    message_->clear();
}

void ThresholdPane::focus_threshold() {
    if (!isVisible()) return;
    field_->setFocus();
    field_->selectAll();
}

void ThresholdPane::set_threshold(float threshold, const QString& cut_off) {
    threshold_ = threshold;
    is_filling_ = true;
    if (!field_->number() || float(*field_->number()) != threshold) field_->set_value(short_double(threshold));
    is_filling_ = false;
    const QString of_act_max = act_max_ > 0 ? QString::number(double(threshold) / double(act_max_), 'f', 3) : QStringLiteral("–");
    share_->setText(tr("= %1 of ACT_max %2").arg(of_act_max, value_label(double(act_max_))));
    cut_off_->setText(cut_off);
    keep_->setEnabled(true);
    if (tried_ && tried_->threshold == threshold) return;
    // What stays in sight is of the T before.
    state_->setText(tried_ ? other_threshold_text(*tried_) : tr("refining: the first answer comes in a moment"));
    for (QLabel* label : {auc_, clean_}) label->setEnabled(false);
}

void ThresholdPane::set_tried(const TriedThreshold& tried) {
    tried_ = tried;
    for (QLabel* label : {auc_, clean_}) label->setEnabled(true);
    auc_->setText(tr("AUC %1").arg(tried.auc, 0, 'f', 4));
    clean_->setText(
        tr("95 %: %1 … %2 · without faults %3")
            .arg(QString::number(tried.auc_low, 'f', 4), QString::number(tried.auc_high, 'f', 4), percent_text(tried.clean_accuracy)));
    std::vector<std::vector<TableCell>> rows;
    for (std::size_t i = 0; i < tried.rates.size() && i < tried.accuracies.size(); ++i)
        rows.push_back(
            {{rate_label(tried.rates[i]), tried.rates[i]}, {QString::number(100 * tried.accuracies[i], 'f', 2), tried.accuracies[i]}});
    rates_->set_rows(rows);
    state_->setText(tried.threshold == threshold_ ? state_text(tried) : other_threshold_text(tried));
}

void ThresholdPane::set_message(const QString& text) {
    message_->setText(text);
}

QString ThresholdPane::state() const {
    return state_->text();
}

void ThresholdPane::take_typed() {
    if (is_filling_) return;
    if (const QString problem = field_->problem(); !problem.isEmpty()) {
        keep_->setEnabled(false);
        return message_->setText(problem);
    }
    message_->clear();
    Q_EMIT threshold_typed(float(field_->value()));
}

}  // namespace clipscope
