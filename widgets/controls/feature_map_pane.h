// The feature maps of a site for one image, with the channel and the scale to choose. Knows values alone: whoever owns it brings the map of
// the channel that channel_chosen() asks for. GUI thread.
#pragma once

#include <QWidget>
#include <cstdint>
#include <optional>

#include "controls/feature_map_view.h"

class QComboBox;
class QLabel;

namespace clipscope {

class FeatureMapPane : public QWidget {
    Q_OBJECT
public:
    explicit FeatureMapPane(QWidget* parent = nullptr);

    // `title`: what is shown, "ACT-2, image 3 (sneaker)". The chosen scale stays.
    void set_look(const SiteLook& look, const QString& title);
    void set_message(const QString& text);

    const std::optional<SiteLook>& look() const { return look_; }  // nothing while there is a message
    FeatureMapView& maps() const { return *maps_; }

Q_SIGNALS:
    void channel_chosen(qint64 channel);  // by the user

private:
    void fill_channels();
    void show_map();

    std::optional<SiteLook> look_;
    QLabel* title_;
    QComboBox* channel_;
    QComboBox* scale_;
    FeatureMapView* maps_;
};

}  // namespace clipscope
