// Ticks of an axis that holds log10 of a rate or another fraction on a linear scale: "0" in its own slot, then powers of ten, with 2 and 5
// times them where there is room. (A logarithmic axis cannot show 0 and makes box plots lopsided.)
#pragma once

#include <qcustomplot.h>

#include <optional>

namespace clipscope {

class RateTicker : public QCPAxisTicker {
public:
    // Of probabilities, where nothing above 1 is labelled, or of numbers of faults, where nothing below it is.
    enum class Of { rates, counts };
    // Nothing is labelled below `first`, except the zero slot if there is one.
    RateTicker(std::optional<double> zero_slot, double first, Of what = Of::rates) : zero_slot_(zero_slot), first_(first), what_(what) {}

    void generate(const QCPRange& range, const QLocale& locale, QChar format_char, int precision, QVector<double>& ticks,
                  QVector<double>* sub_ticks, QVector<QString>* labels) override;

private:
    std::optional<double> zero_slot_;
    double first_;
    Of what_;
};

// Ticks of an axis that holds bit positions at their negative: whole numbers, every eighth, fourth or second where there is no room for
// all.
class BitTicker : public QCPAxisTicker {
protected:
    double getTickStep(const QCPRange& range) override;
    int getSubTickCount(double step) override { return step > 1 ? int(step) - 1 : 0; }
    QString getTickLabel(double tick, const QLocale& locale, QChar format_char, int precision) override;
};

}  // namespace clipscope
