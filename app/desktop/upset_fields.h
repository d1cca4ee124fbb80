// The form of the upset rates: a published preset with its source or numbers of one's own, how many bits, for how long; and at once what
// they make of a trial: its fault rate, and the faults in it. GUI thread.
#pragma once

#include <QString>
#include <QWidget>
#include <optional>
#include <vector>

#include "controls/number_field.h"
#include "network/layer_info.h"
#include "plots/upset_view.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace clipscope {

class UpsetFields : public QWidget {
    Q_OBJECT
public:
    explicit UpsetFields(QWidget* parent = nullptr);

    // Nothing where a field is wrong: problem() is in sight then.
    std::optional<UpsetConditions> conditions() const;
    QString problem() const;  // one sentence; empty: none
    double bits() const { return bits_->value(); }

    void set_preset(const QString& name);
    void set_fit(double low, double high);  // per Mbit; of one's own
    void set_bits(double bits);
    void set_hours(double hours);
    // Of the open network; none: it has no bits to offer.
    void set_parts(const std::vector<LayerInfo>& parts);

    // The rates of a trial at both ends, once where they are equal, as a list of rates takes them: "1.6e-11, 2.7e-11"; empty where a field
    // is wrong.
    QString rates() const;

Q_SIGNALS:
    void changed();
    void rates_wanted(const QString& rates);

private:
    struct End {
        NumberField* fit;
        NumberField* per_bit_hour;
        QLabel* rate;
        QLabel* faults;
    };
    End make_end(const QString& name);
    void set_up_presets();
    void lay_out();
    void take_preset();
    void show_source();
    void take_fit(const End& end);
    void take_per_bit_hour(const End& end);
    void take_scope();
    void update_results();

    QComboBox* preset_;
    QLabel* source_;
    End low_, high_;
    QComboBox* scope_;
    NumberField* bits_;
    NumberField* hours_;
    QLabel* problem_;
    QPushButton* use_rates_;
    bool is_filling_ = false;
};

}  // namespace clipscope
