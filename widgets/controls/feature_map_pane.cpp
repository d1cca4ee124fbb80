#include "controls/feature_map_pane.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "common/number_text.h"
#include "controls/job_fields.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

// "channel 12: 98 % differ, by up to 4.1e+36"
QString channel_text(const ChannelChange& channel, bool is_only) {
    const QString name = is_only ? QObject::tr("all neurons") : QObject::tr("channel %1").arg(channel.channel);
    if (channel.different == 0) return QObject::tr("%1: as before").arg(name);
    const double share = double(channel.different) / double(std::max<std::int64_t>(channel.values, 1));
    if (channel.nonfinite > 0)
        return QObject::tr("%1: %2 differ, %3 NaN or ∞").arg(name, percent_text(share, 0), grouped(channel.nonfinite));
    return QObject::tr("%1: %2 differ, by up to %3")
        .arg(name, percent_text(share, 0), QString::fromStdString(rounded_text(double(channel.largest_change), 3)));
}

}  // namespace

FeatureMapPane::FeatureMapPane(QWidget* parent)
    : QWidget(parent), title_(new QLabel), channel_(new QComboBox), scale_(new QComboBox), maps_(new FeatureMapView) {
    name_field(*channel_, tr("Channel"), tr("Whose map: the most disturbed channel of this image first"));
    channel_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    channel_->setMinimumContentsLength(12);
    name_field(*scale_, tr("Scale"),
               tr("What the colours go from and to, alike in both maps: where a fault makes a huge value, the scale of both leaves the map "
                  "without it in one colour."));
    add_choice(*scale_, tr("scale of both"), MapScale::both, tr("From the least to the greatest value of the two maps"));
    add_choice(*scale_, tr("scale without fault"), MapScale::clean,
               tr("From the least to the greatest value of the map without the fault; values beyond them have the end colours"));
    title_->setTextFormat(Qt::PlainText);
    title_->setWordWrap(true);
    auto* row = new QHBoxLayout;
    row->addWidget(channel_, 3);
    row->addWidget(scale_, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(title_);
    layout->addLayout(row);
    layout->addWidget(maps_, 1);
    connect(channel_, &QComboBox::activated, this, [this] { Q_EMIT channel_chosen(channel_->currentData().toLongLong()); });
    connect(scale_, &QComboBox::activated, this, &FeatureMapPane::show_map);
    set_message({});
}

void FeatureMapPane::set_message(const QString& text) {
    look_.reset();
    channel_->clear();
    for (QWidget* part : {static_cast<QWidget*>(title_), static_cast<QWidget*>(channel_), static_cast<QWidget*>(scale_)}) part->hide();
    maps_->set_message(text);
}

void FeatureMapPane::set_look(const SiteLook& look, const QString& title) {
    look_ = look;
    title_->setText(title);
    for (QWidget* part : {static_cast<QWidget*>(title_), static_cast<QWidget*>(channel_), static_cast<QWidget*>(scale_)}) part->show();
    fill_channels();
    show_map();
}

void FeatureMapPane::fill_channels() {
    const QSignalBlocker block(channel_);
    channel_->clear();
    for (const ChannelChange& channel : look_->channels)
        channel_->addItem(channel_text(channel, look_->channels.size() == 1), qint64(channel.channel));
    channel_->setCurrentIndex(channel_->findData(qint64(look_->channel)));
    channel_->setEnabled(look_->channels.size() > 1);
}

void FeatureMapPane::show_map() {
    if (look_) maps_->set_map(look_->map, MapScale(scale_->currentData().toInt()));
}

}  // namespace clipscope
