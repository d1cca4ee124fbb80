#include "latency_probe.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <cmath>

namespace clipscope {
namespace {

constexpr std::size_t bins = 10'001;  // up to 10 seconds

}  // namespace

LatencyProbe::LatencyProbe(QObject* parent, int interval_ms) : QObject(parent), histogram_(bins, 0) {
    timer_.setTimerType(Qt::PreciseTimer);
    timer_.setInterval(interval_ms);
    connect(&timer_, &QTimer::timeout, this, &LatencyProbe::turn);
}

void LatencyProbe::start() {
    histogram_.assign(bins, 0);
    longest_gap_ms_ = 0;
    turns_ = 0;
    since_turn_.start();
    since_start_.start();
    timer_.start();
}

void LatencyProbe::stop() {
    if (timer_.isActive()) turn();  // a gap that is still open counts
    timer_.stop();
}

void LatencyProbe::turn() {
    const double gap_ms = double(since_turn_.nsecsElapsed()) * 1e-6;
    since_turn_.start();
    ++turns_;
    if (gap_ms > longest_gap_ms_) {
        longest_gap_ms_ = gap_ms;
        longest_gap_end_s_ = double(since_start_.elapsed()) / 1000;
    }
    ++histogram_[std::min(bins - 1, std::size_t(gap_ms))];
}

double LatencyProbe::quantile_ms(double q) const {
    const qint64 rank = std::max<qint64>(1, qint64(std::ceil(q * double(turns_))));
    qint64 seen = 0;
    for (std::size_t bin = 0; bin < bins; ++bin) {
        seen += histogram_[bin];
        if (seen >= rank) return double(bin);
    }
    return 0;
}

QByteArray LatencyProbe::report() const {
    return QJsonDocument(QJsonObject{{"turns", turns_},
                                     {"seconds", since_start_.isValid() ? double(since_start_.elapsed()) / 1000 : 0},
                                     {"longest_gap_ms", longest_gap_ms_},
                                     {"longest_gap_end_s", longest_gap_end_s_},
                                     {"median_ms", quantile_ms(0.5)},
                                     {"p99_ms", quantile_ms(0.99)}})
               .toJson(QJsonDocument::Compact) +
           '\n';
}

bool LatencyProbe::write_report(const QString& path) const {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(report()) > 0 && file.flush();
}

}  // namespace clipscope
