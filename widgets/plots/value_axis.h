// The axis of activation values: logarithmic on both sides of zero, so that 0.01 and 1e38 are seen in one picture. Where a value lies:
// 0 at 0; magnitudes up to 1e-6 (the histograms' middle bin) linearly up to +-0.5; then a unit per decade.
#pragma once

#include <qcustomplot.h>

#include "clipping/activation_histogram.h"

namespace clipscope {

constexpr double value_slot = 0.5;  // half the width of the middle bin

double value_position(double value);
double value_at_position(double position);

// "0", "0.01", "500", "−2×10⁵"
QString value_label(double value);

// Labels powers of ten, at most about `most_labels` of them, and 0; with 2 and 5 times them where there is room.
class ValueTicker : public QCPAxisTicker {
public:
    explicit ValueTicker(int most_labels) : most_labels_(most_labels) {}

    void generate(const QCPRange& range, const QLocale& locale, QChar format_char, int precision, QVector<double>& ticks,
                  QVector<double>* sub_ticks, QVector<QString>* labels) override;

private:
    int most_labels_;
};

}  // namespace clipscope
