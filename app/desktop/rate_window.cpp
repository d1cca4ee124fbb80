#include "rate_window.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QScreen>
#include <QSlider>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "answered_pictures.h"
#include "common/error.h"
#include "common/number_text.h"
#include "controls/job_panel.h"
#include "controls/number_field.h"
#include "input_preview.h"
#include "plots/accuracy_view.h"
#include "plots/activation_plot.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

constexpr QSize size_at_first(1120, 720);
constexpr const char* images_shown = "12";
constexpr const char* images_for_bounds = "200";  // of protections, which are not asked for here
constexpr int start_after_ms = 700;
constexpr int steps_a_decade = 100;
constexpr int shown_digits = 4;

// Where about every tenth trial has a fault; positions of the slider begin there, above 0.
double least_rate(std::int64_t bits) {
    return std::pow(10.0, std::floor(std::log10(0.1 / double(std::max<std::int64_t>(bits, 1)))));
}

QString share(std::int64_t count, std::int64_t all) {
    return percent_text(all > 0 ? double(count) / double(all) : 0);
}

// Few digits for what a slider says; a typed rate, or a bit's, stays as it is.
double as_slid(double rate) {
    const double unit = std::pow(10.0, std::floor(std::log10(rate)) - (shown_digits - 1));
    return std::round(rate / unit) * unit;
}

}  // namespace

RateWindow::RateWindow(Laboratory& laboratory, const JobPanel& form, std::function<Asked()> asked, QWidget* parent)
    : QDialog(parent),
      laboratory_(laboratory),
      asked_(std::move(asked)),
      task_([this](const HandRate& found) { show_numbers(found); }, [this](const QString& text) { state_->setText(text); }) {
    setWindowTitle(tr("Rate by hand"));
    setWindowFlag(Qt::WindowMaximizeButtonHint);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(build_choice());
    layout->addLayout(build_rate());
    layout->addWidget(build_results(), 1);
    resize(size_at_first.boundedTo(screen()->availableSize() - QSize(40, 80)));
    fields_ = {scope_, trial_, site_, slider_, field_, fewer_, more_};
    start_soon_.setSingleShot(true);
    start_soon_.setInterval(start_after_ms);
    connect(&start_soon_, &QTimer::timeout, this, &RateWindow::start_anew);
    connect(&form, &JobPanel::form_changed, &start_soon_, qOverload<>(&QTimer::start));
    connect(&laboratory_, &Laboratory::readiness_changed, &start_soon_, qOverload<>(&QTimer::start));
    forget(tr("Open a model and images in the main window first."));
}

void RateWindow::showEvent(QShowEvent* event) {
    QDialog::showEvent(event);
    if (is_stale_) start_anew();
}

void RateWindow::start_anew() {
    is_stale_ = !isVisible();
    if (is_stale_) return;
    fill_scopes();
    start();
}

void RateWindow::forget(const QString& why) {
    start_soon_.stop();
    opening_.cancel();
    inspecting_.cancel();
    counting_.cancel();
    task_.cancel();
    opened_ = {};
    shown_.reset();
    counted_.reset();
    faulty_.clear();
    waiting_steps_ = 0;
    numbers_->clear();
    state_->clear();
    sentence_->clear();
    activations_->set_view({});
    images_->set_message(why);
    for (QWidget* field : fields_) field->setEnabled(false);
}

void RateWindow::fill_scopes() {
    const QString before = scope_->currentText().isEmpty() ? laboratory_.selected_layer() : scope_->currentText();
    scope_->clear();
    if (!laboratory_.model()) return;
    try {
        for (const FaultScope& scope :
             parse_fault_scopes(asked_().settings.layers, laboratory_.model()->memory_parts, OutputScopes::allowed))
            scope_->addItem(QString::fromStdString(scope.name));
    } catch (const Error&) {  // start() says it
    }
    scope_->setCurrentIndex(std::max(0, scope_->findText(before)));
    fill_sites();
}

void RateWindow::fill_sites() {
    const QString before = site_->currentText().isEmpty() ? laboratory_.selected_site() : site_->currentText();
    site_->clear();
    for (const SiteInfo& site : laboratory_.model()->sites)
        if (site.can_be_clipped) site_->addItem(QString::fromStdString(site.name));
    site_->setCurrentIndex(std::max(0, site_->findText(before)));
}

void RateWindow::start() {
    forget(tr("Open a model and images in the main window first."));
    if (!laboratory_.is_ready() || !laboratory_.engine().rate_by_hand) return;
    images_->set_message(tr("The images run without faults first…"));
    try {
        const Asked asked = asked_();
        const JobSettings& settings = asked.settings;
        const MethodInputs few =
            laboratory_.method_inputs(ImageSelection::parse(images_shown), ImageSelection::parse(images_for_bounds), settings.seed);
        const std::string memory = describe(settings.memory);
        heading_->setText(tr("%1 · seed %2 · %3 images, as the sensitivity form has them")
                              .arg(memory.empty() ? tr("float32, flipped bits") : QString::fromStdString(memory))
                              .arg(settings.seed)
                              .arg(QString::fromStdString(settings.images)));
        opening_.start<Opened>(
            [engine = &laboratory_.engine(), asked, few, scope = scope_->currentText().toStdString(),
             inputs = laboratory_.inputs(ImageSelection::parse(settings.images), settings.seed)](std::stop_token stop) {
                Opened opened{engine->rate_by_hand(inputs, asked.settings, scope, asked.threads), nullptr, {}, {}};
                if (!opened.hand->prepare(stop)) return Opened{};
                opened.inspector = engine->inspector(few, asked.settings.memory);
                const Dataset& images = few.evaluation.images;
                for (std::size_t i = 0; i < images.size(); ++i) opened.pictures.push_back(seen_picture(images, i, few.evaluation.input));
                if (auto clean = opened.hand->activations(0, 0, stop)) opened.clean = std::move(*clean);
                return opened;
            },
            [this](const Opened& opened) { take(opened); }, [this](const QString& text) { images_->set_message(text); });
    } catch (const Error& error) {
        images_->set_message(QString::fromUtf8(error.what()));
    }
}

// The rate stays, as far as there are such; at first it is where there is one fault on average.
void RateWindow::take(const Opened& opened) {
    if (!opened.hand) return;
    const bool is_first = !std::exchange(was_chosen_, true);
    opened_ = opened;
    const double most = opened_.hand->most_rate();
    is_filling_ = true;
    field_->set_range(0, most);
    slider_->setRange(0, position_of(most));
    is_filling_ = false;
    for (QWidget* field : fields_) field->setEnabled(true);
    slider_->setFocus();
    images_->set_message({});
    images_->set_images(opened_.pictures);
    move_to(is_first ? as_slid(std::min(most, 1.0 / double(std::max<std::int64_t>(opened_.hand->bits(), 1)))) : std::min(rate_, most));
}

int RateWindow::position_of(double rate) const {
    const double least = least_rate(opened_.hand->bits());
    return rate < least ? 0 : 1 + int(std::lround(steps_a_decade * std::log10(rate / least)));
}

double RateWindow::rate_at(int position) const {
    if (position == 0 || !opened_.hand) return 0;
    const double rate = least_rate(opened_.hand->bits()) * std::pow(10.0, double(position - 1) / steps_a_decade);
    return std::min(as_slid(rate), opened_.hand->most_rate());
}

void RateWindow::move_to(double rate) {
    if (!opened_.hand) return;
    rate_ = rate;
    show_rate();
    ask();
}

void RateWindow::show_rate() {
    is_filling_ = true;
    slider_->setValue(position_of(rate_));
    if (field_->number() != rate_) field_->set_value(rate_);
    field_->set_step(rate_ > 0 ? std::pow(10.0, std::floor(std::log10(rate_))) / 10 : least_rate(opened_.hand->bits()));
    is_filling_ = false;
}

void RateWindow::take_typed() {
    if (is_filling_ || !opened_.hand) return;
    if (const QString problem = field_->problem(); !problem.isEmpty()) return state_->setText(problem);
    waiting_steps_ = 0;
    move_to(field_->value());
}

void RateWindow::choose_trial() {
    if (!opened_.hand) return;
    if (const QString problem = trial_->problem(); !problem.isEmpty()) return state_->setText(problem);
    ask();
}

// Where the next bit is comes with the answer.
void RateWindow::step(int bits) {
    waiting_steps_ += bits;
    if (shown_ && shown_->rate == rate_ && shown_->trial == trial_->whole()) show_numbers(HandRate(*shown_));
}

void RateWindow::ask() {
    inspecting_.cancel();
    counting_.cancel();
    state_->setText(tr("refining: the first answer comes in a moment"));
    task_.ask([hand = opened_.hand, trial = trial_->whole(), rate = rate_](const HandRateObserver& tell, std::stop_token stop) {
        return hand->measure(trial, rate, tell, std::move(stop));
    });
}

void RateWindow::show_numbers(const HandRate& found) {
    shown_ = found;
    const Outcome& now = found.outcome;
    const NonfiniteRule rule = opened_.hand->settings().nonfinite;
    numbers_->setText(tr("%1 of %2 bits faulty · accuracy %3, without faults %4 · SDC %5 · DUE %6")
                          .arg(grouped(found.faults), grouped(opened_.hand->bits()), percent_text(accuracy(now, rule)),
                               percent_text(accuracy(found.clean, rule)), share(now.sdc, now.images), share(now.due, now.images)));
    const bool is_current = found.rate == rate_ && found.trial == trial_->whole();
    if (!is_current) return;
    if (waiting_steps_ != 0) {
        const bool is_up = waiting_steps_ > 0;
        const auto next = is_up ? found.next_rate : found.previous_rate;
        waiting_steps_ += next ? (is_up ? -1 : 1) : -waiting_steps_;
        if (next) return move_to(*next);
    }
    state_->setText(found.is_final ? tr("final: trial %1 as a sensitivity gives it at this rate, %2 images")
                                         .arg(grouped(std::int64_t(found.trial)), grouped(found.all_images))
                                   : tr("refining: %1 of %2 images").arg(grouped(std::int64_t(now.images)), grouped(found.all_images)));
    if (!inspecting_.running() && now.images > 0 && !found.is_final) inspect();
    if (!found.is_final) return;
    if (!inspecting_.running()) inspect();
    count_activations();
}

// Faults in computed values are drawn for each image of a job: here they stay away.
void RateWindow::inspect() {
    inspecting_.start<std::optional<Inspection>>(
        [hand = opened_.hand, inspector = opened_.inspector, trial = trial_->whole(), rate = rate_](std::stop_token stop) {
            TrialFaults faults = hand->faults(trial, rate);
            faults.outputs.clear();
            return inspector->run(faults, Protection::none, std::move(stop));
        },
        [this](const std::optional<Inspection>& inspection) {
            if (inspection) show_images(*inspection);
        },
        [this](const QString& text) { sentence_->setText(text); });
}

void RateWindow::show_images(const Inspection& inspection) {
    const auto [pictures, others] = answered(opened_.pictures, inspection.effects, opened_.inspector->inputs().images.class_names());
    images_->set_images(pictures);
    const bool has_outputs = !opened_.hand->settings().scope.outputs.empty();
    sentence_->setText(others_text(others, pictures.size()) +
                       (has_outputs ? tr(" Faults in computed values are not shown in these images and the histogram.") : QString()));
}

void RateWindow::count_activations() {
    if (counted_ && counted_->rate == shown_->rate && counted_->trial == shown_->trial) return;
    using Found = std::optional<std::vector<ActivationHistogram>>;
    counting_.start<Found>([hand = opened_.hand, trial = shown_->trial,
                            rate = shown_->rate](std::stop_token stop) { return hand->activations(trial, rate, std::move(stop)); },
                           [this, of = *shown_](const Found& found) {
                               if (!found) return;
                               faulty_ = *found;
                               counted_ = of;
                               show_activations();
                           },
                           [this](const QString& text) { sentence_->setText(text); });
}

void RateWindow::show_activations() {
    if (!opened_.hand) return;
    const std::vector<SiteInfo>& sites = opened_.hand->inputs().network->sites();
    const auto site = std::ranges::find(sites, site_->currentText().toStdString(), &SiteInfo::name);
    const auto at = std::size_t(site - sites.begin());
    if (site == sites.end() || at >= opened_.clean.size() || at >= faulty_.size() || !counted_) return;
    ActivationView view;
    view.title = tr("Activations of %1 · %2 images").arg(site_->currentText(), grouped(opened_.hand->images_of_activations()));
    view.clean = std::make_shared<const ActivationHistogram>(opened_.clean[at]);
    view.faulty = std::make_shared<const ActivationHistogram>(faulty_[at]);
    view.faulty_name = tr("%1 bits").arg(grouped(counted_->faults));
    activations_->set_subject(site_->currentText());
    activations_->set_view(view);
}

}  // namespace clipscope
