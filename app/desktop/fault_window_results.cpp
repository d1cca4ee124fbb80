// What the window of single faults shows of an answer: the number, the images, the sites and their feature maps.
#include <QComboBox>
#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "answered_pictures.h"
#include "common/number_text.h"
#include "controls/feature_map_pane.h"
#include "evaluation/scoring.h"
#include "fault_window.h"
#include "input_preview.h"
#include "tables/cell_table.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

std::vector<TableColumn> site_columns() {
    return {{QObject::tr("Site"), QObject::tr("Activation site, in the order of the network"), false},
            {QObject::tr("Differ %"), QObject::tr("Values that are other bits than without the fault, over all images")},
            {QObject::tr("Channels"), QObject::tr("Channels, or neurons, with a different value in some image")},
            {QObject::tr("Largest"), QObject::tr("The greatest magnitude of a finite value without the fault")},
            {QObject::tr("With fault"), QObject::tr("The same with the fault")},
            {QObject::tr("NaN, ∞ %"), QObject::tr("Values that are NaN or infinite with the fault")}};
}

QString magnitude_text(double value) {
    return QString::fromStdString(rounded_text(value, 4));
}

QString share(std::int64_t count, std::int64_t all) {
    return QString::number(all > 0 ? 100 * double(count) / double(all) : 0, 'f', 2);
}

QString change_of(const FaultyValue& value) {
    return QObject::tr("%1 → %2").arg(QString::fromStdString(number_text(value.before)), QString::fromStdString(number_text(value.after)));
}

// The number that is farthest from zero; those that are none come first.
const FaultyValue& greatest_of(const std::vector<FaultyValue>& bits) {
    return *std::ranges::max_element(bits, {}, [](const FaultyValue& one) {
        return std::isnan(one.after) ? std::numeric_limits<float>::infinity() : std::abs(one.after);
    });
}

}  // namespace

QWidget* FaultWindow::build_results() {
    sentence_ = new QLabel;
    sentence_->setWordWrap(true);
    images_ = new ImageGrid;
    images_->make_choosable();
    images_->setToolTip(
        tr("Twelve images: what each is, and what the network takes it for with the fault; an arrow stands where that is "
           "another answer than without it."));
    sites_ = new CellTable(site_columns(), tr("How far the disturbance spreads"),
                           tr("From the first site to the last: what of the values differs, and how large they become. A row shows the "
                              "site's feature maps below, for the image that is framed on the left."),
                           tr("Flip a bit above: how far it spreads comes here."));
    maps_ = new FeatureMapPane;
    auto* left = new QWidget;
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(sentence_);
    column->addWidget(images_, 1);
    auto* right = new QSplitter(Qt::Vertical);
    right->addWidget(sites_);
    right->addWidget(maps_);
    right->setChildrenCollapsible(false);
    right->setSizes({180, 320});
    auto* splitter = new QSplitter(Qt::Horizontal);
    splitter->addWidget(left);
    splitter->addWidget(right);
    splitter->setChildrenCollapsible(false);
    splitter->setSizes({560, 560});
    return splitter;
}

TrialFaults FaultWindow::faults() const {
    if (trial_) return trial_faults_;
    TrialFaults faults;
    if (flipped_ == 0) return faults;
    const auto [part, own] = place();
    faults.parameters.push_back({part, own, {}});
    const auto bits = std::uint64_t(parameter()->word_bits);
    for (std::uint32_t left = flipped_; left != 0; left &= left - 1)
        faults.parameters.front().bits.push_back({std::uint64_t(element_) * bits + std::uint64_t(std::countr_zero(left)), 0});
    return faults;
}

void FaultWindow::inspect() {
    if (!inspector_) return;
    const Protection protection{protection_->currentText().toStdString()};
    if (!inspection_) images_->set_message(tr("The images run without faults first…"));
    task_.start<std::optional<Inspection>>([inspector = inspector_, faults = faults(), protection](
                                               std::stop_token stop) { return inspector->run(faults, protection, std::move(stop)); },
                                           [this](const std::optional<Inspection>& inspection) {
                                               if (inspection) show_answer(*inspection);
                                           },
                                           [this](const QString& text) { fail(text); });
}

void FaultWindow::show_answer(const Inspection& inspection) {
    inspection_ = inspection;
    images_->set_message({});
    show_values();
    show_images(inspection.effects);
    show_sites(inspection.effects);
    show_maps();
    emit inspected(inspection, format_->currentText());
}

void FaultWindow::show_values() {
    const std::vector<FaultyValue>& bits = inspection_->bits;
    if (trial_ && !bits.empty()) {
        const FaultyValue& greatest = greatest_of(bits);
        values_->setText(tr("The greatest number that they make: %1, in %2, %3, element %4, bit %5")
                             .arg(change_of(greatest), QString::fromStdString(greatest.layer), QString::fromStdString(greatest.parameter))
                             .arg(greatest.element)
                             .arg(greatest.bit));
    } else if (trial_ || !word_shown_) {
        values_->clear();
    } else {
        const QString number = bits.empty()
                                   ? tr("%1, no bit flipped: click one").arg(QString::fromStdString(number_text(word_shown_->number.value)))
                                   : change_of(bits.front());
        values_->setText(tr("%1 · %2").arg(number, QString::fromStdString(word_shown_->slice.words)));
    }
}

void FaultWindow::show_images(const FaultEffects& effects) {
    const auto [pictures, others] = answered(pictures_, effects, inspector_->inputs().images.class_names());
    images_->set_images(pictures);
    sentence_->setText(inspection_->bits.empty() ? tr("Without a fault, protected by %1.").arg(protection_->currentText())
                                                 : others_text(others, effects.images.size()));
}

void FaultWindow::show_sites(const FaultEffects& effects) {
    std::vector<std::vector<TableCell>> rows;
    for (const SiteSpread& site : effects.sites) {
        const std::int64_t channels = site.shape.empty() ? 0 : site.shape.front();
        rows.push_back({{QString::fromStdString(inspector_->inputs().network->sites()[site.site].name)},
                        {share(site.different, site.values), double(site.different) / double(std::max<std::int64_t>(site.values, 1))},
                        {channels > 0 ? tr("%1 of %2").arg(site.channels.size()).arg(channels) : QStringLiteral("–"),
                         channels > 0 ? double(site.channels.size()) / double(channels) : 0},
                        {magnitude_text(site.largest_clean), site.largest_clean},
                        {magnitude_text(site.largest), site.largest, site.largest > 2 * site.largest_clean},
                        {share(site.nonfinite, site.values), double(site.nonfinite), site.nonfinite > 0}});
    }
    sites_->set_rows(rows);
    if (is_site_chosen_ && sites_->selected_row() >= 0) return;
    // The first that the disturbance reaches, until the user wants another one.
    const auto reached = std::ranges::find_if(effects.sites, [](const SiteSpread& site) { return site.different > 0; });
    sites_->select_row(reached == effects.sites.end() ? 0 : int(reached - effects.sites.begin()));
}

// Of the chosen site, image and channel; asked for anew with every answer, as they are of the latest.
void FaultWindow::show_maps() {
    const int row = sites_->selected_row();
    if (!inspection_ || row < 0 || row >= int(inspection_->effects.sites.size()))
        return maps_->set_message(tr("Choose a site above: its feature maps without and with the fault come here."));
    const SiteSpread& site = inspection_->effects.sites[std::size_t(row)];
    if (site.shape.empty())
        return maps_->set_message(tr("The values of this site do not lie image by image, so no image has a map of its own here."));
    if (maps_->look() && maps_->look()->site != site.site) channel_.reset();
    maps_task_.start<SiteLook>([inspector = inspector_, site = site.site, image = std::size_t(std::max(0, images_->chosen())),
                                channel = channel_](std::stop_token) { return inspector->look_at(site, image, channel); },
                               [this](const SiteLook& look) { maps_->set_look(look, map_title(look)); },
                               [this](const QString& text) { maps_->set_message(text); });
}

// "ACT-2, 50 × 8 × 8, after CONV-2: sneaker (image 3)"
QString FaultWindow::map_title(const SiteLook& look) const {
    const SiteInfo& site = inspector_->inputs().network->sites()[look.site];
    QStringList sizes, layers;
    const auto spread = std::ranges::find(inspection_->effects.sites, look.site, &SiteSpread::site);
    if (spread != inspection_->effects.sites.end())
        for (const std::int64_t size : spread->shape) sizes << QString::number(size);
    for (const std::string& layer : site.fed_by) layers << QString::fromStdString(layer);
    const QString label = look.image < pictures_.size() ? pictures_[look.image].label : QString();
    return tr("%1 after %2, %3: image %4, %5")
        .arg(QString::fromStdString(site.name), layers.join(QStringLiteral(", ")), sizes.join(QStringLiteral(" × ")))
        .arg(look.image + 1)
        .arg(label);
}

void FaultWindow::fail(const QString& text) {
    values_->setText(text);
    if (!inspection_) images_->set_message(text);  // in place of what was under way
}

}  // namespace clipscope
