// An accuracy view with made-up but plausible numbers, for the tests of the plots.
#pragma once

#include <algorithm>
#include <cmath>

#include "plots/accuracy_view.h"

namespace clipscope {

inline CurvePoint example_point(double rate, double half_rate, int trials = 50) {
    CurvePoint p;
    p.rate = rate;
    p.trials = trials;
    p.faults_mean = rate * 1e8;
    p.mean = 0.7 / (1 + rate / half_rate);
    const double spread = rate > 0 ? 0.1 : 0;
    p.sd = spread;
    p.min = std::max(0.0, p.mean - 2 * spread);
    p.q1 = std::max(0.0, p.mean - spread);
    p.median = p.mean;
    p.q3 = p.mean + 0.5 * spread;
    p.max = p.mean + spread;
    p.ci95_low = p.mean - 0.03;
    p.ci95_high = p.mean + 0.03;
    return p;
}

// Series "CONV-1", "CONV-2", ...: each one twice as robust as the one before.
inline AccuracyView example_view(int series_count, std::vector<double> rates = {0, 1e-8, 5e-8, 1e-7, 5e-7, 1e-6}) {
    AccuracyView view;
    view.title = QStringLiteral("Example");
    view.clean = {{0.7}};
    view.rates = rates;
    for (int i = 0; i < series_count; ++i) {
        AccuracySeries series;
        series.name = QStringLiteral("CONV-%1").arg(i + 1);
        for (const double rate : rates) series.points.push_back(example_point(rate, 1e-7 * std::pow(2, i)));
        view.series.push_back(series);
    }
    return view;
}

}  // namespace clipscope
