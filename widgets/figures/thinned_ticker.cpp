#include "figures/thinned_ticker.h"

#include <QFontMetricsF>
#include <cmath>

namespace clipscope {
namespace {

class ThinnedTicker : public QCPAxisTicker {
public:
    ThinnedTicker(QSharedPointer<QCPAxisTicker> whole, const QCPAxis& axis) : whole_(std::move(whole)), axis_(axis) {}

    void generate(const QCPRange& range, const QLocale& locale, QChar format_char, int precision, QVector<double>& ticks,
                  QVector<double>* sub_ticks, QVector<QString>* labels) override {
        whole_->generate(range, locale, format_char, precision, ticks, sub_ticks, labels);
        if (!labels) return;
        const QFontMetricsF metrics(axis_.tickLabelFont());
        const bool is_level = axis_.orientation() == Qt::Horizontal;
        const double gap = is_level ? 0.35 * metrics.height() : 0;
        double last = 0, last_size = -1;
        for (qsizetype i = 0; i < ticks.size() && i < labels->size(); ++i) {
            QString& label = (*labels)[i];
            if (label.isEmpty()) continue;
            const double at = axis_.coordToPixel(ticks[i]);
            const double size = is_level ? metrics.horizontalAdvance(label) : metrics.height();
            if (last_size >= 0 && std::abs(at - last) < 0.5 * (size + last_size) + gap) {
                label.clear();
                continue;
            }
            last = at;
            last_size = size;
        }
    }

private:
    QSharedPointer<QCPAxisTicker> whole_;
    const QCPAxis& axis_;
};

}  // namespace

void thin_labels(QCPAxis& axis) {
    if (axis.ticker().dynamicCast<QCPAxisTickerText>()) return;
    axis.setTicker(QSharedPointer<ThinnedTicker>::create(axis.ticker(), axis));
}

}  // namespace clipscope
