// A figure of every kind with made-up numbers, of few or many curves, their names short or long.
#pragma once

#include <cmath>
#include <utility>
#include <vector>

#include "example_tuning.h"
#include "example_view.h"
#include "figures/figure_kinds.h"
#include "plots/critical_bits_view.h"
#include "plots/pareto_view.h"
#include "plots/protect_first_view.h"
#include "plots/tuning_views.h"
#include "plots/upset_view.h"
#include "plots/worst_bits_view.h"

namespace clipscope {

inline QString example_name(int number, bool is_long) {
    const QString name = QStringLiteral("CONV-%1").arg(number);
    return is_long ? name + QStringLiteral("+FC-%1 · guard+range-channel+sec-ded-39-32 · int8-channel").arg(number) : name;
}

inline AccuracyView example_accuracy(int curves, bool is_long) {
    AccuracyView view = example_view(curves);
    for (int i = 0; i < curves; ++i) view.series[std::size_t(i)].name = example_name(i + 1, is_long);
    if (is_long)
        view.title =
            QStringLiteral("AlexNet · CIFAR-10, 1,000 images of the test split · faults in the weights and biases of every layer, flipped");
    view.clean = {{0.7, QStringLiteral("float32")}, {0.69, QStringLiteral("int8-channel")}};
    return view;
}

// Protections, or formats, side by side.
inline AccuracyView example_comparison(int curves, bool is_long) {
    AccuracyView view = example_accuracy(curves, is_long);
    for (int i = 0; i < curves; ++i) {
        view.series[std::size_t(i)].layer = AccuracySeries::whole_network;
        view.series[std::size_t(i)].variant = i;
    }
    view.show_interval = true;
    return view;
}

inline AucAreaView example_area(int curves, bool is_long) {
    AucAreaView view;
    view.title = QStringLiteral("Area");
    for (int i = 0; i < curves; ++i) {
        AucAreaSeries series;
        series.name = example_name(i + 1, is_long);
        series.clean_accuracy = 0.7;
        series.rates = example_rates();
        for (const double rate : series.rates) series.accuracies.push_back(0.7 / (1 + rate * 1e5 / (curves - i)));
        view.series.push_back(series);
    }
    return view;
}

inline CriticalBitsView example_critical_bits(int layers) {
    CriticalBitsView view;
    view.title = QStringLiteral("Answers lost to one faulty bit");
    for (int layer = 1; layer <= layers; ++layer)
        for (const bool negative : {false, true})
            for (int bit = 0; bit < 32; ++bit)
                view.cells.push_back({"CONV-" + std::to_string(layer), negative, bit, 100, 8, bit == 30 ? 0.8 : 0.01 * bit});
    return view;
}

inline ParetoView example_pareto(int contestants, bool is_long) {
    ParetoView view;
    view.title = QStringLiteral("Price");
    view.duel.info.rates = {1e-5};
    for (int i = 0; i < contestants; ++i) {
        const std::string id = i == 0 ? "none" : "range-" + std::to_string(i) + (is_long ? "+guard+sec-ded-39-32+clip-channel+fitact" : "");
        CurveSummary curve{{.layer = "network", .path = "", .bits = 1000, .protection = {id}, .clean = {.images = 100, .correct = 90}}, {}};
        CurvePoint point = example_point(1e-5, 1e-5 * (i + 1));
        curve.points = {point};
        view.duel.curves.push_back(curve);
        view.duel.info.prices[{id}] = {3.0 * i, 10.0 * i};
    }
    return view;
}

inline ProtectFirstView example_protect_first(int steps) {
    ProtectFirstView view;
    view.title = QStringLiteral("Layers by sec-ded-39-32");
    view.found.scope = "network";
    view.found.protection = "sec-ded-39-32";
    view.found.unprotected = example_point(1e-6, 1e-6);
    CurvePoint all = example_point(1e-6, 1e-3);
    view.found.all = {"all", 21.875, all, 1, -1};
    for (int i = 1; i <= steps; ++i)
        view.found.steps.push_back({"CONV-" + std::to_string(i), 21.875 * i / steps, example_point(1e-6, 1e-6 * (1 + 3 * i)), 0.5, -1});
    return view;
}

inline UpsetView example_upsets(bool is_long) {
    UpsetView view;
    view.title = QStringLiteral("Failures in time");
    view.conditions = {1e-13, 1e-12, 24};
    for (const FailureKind kind : {FailureKind::sdc, FailureKind::due}) {
        UpsetView::Line line;
        line.kind = kind;
        line.name = QString::fromLatin1(kind == FailureKind::sdc ? "silent data corruption" : "detectable error");
        if (is_long) line.name += QStringLiteral(", at the upper end of the range of upset rates");
        for (double rate = 1; rate < 2e4; rate *= 2) line.points.push_back({rate, 0.3 * rate, {0.2 * rate, 0.4 * rate}});
        view.lines.push_back(line);
    }
    return view;
}

inline WorstBitsView example_worst_bits(int bits) {
    WorstBitsView view;
    view.title = QStringLiteral("The worst bits");
    const auto outcome = [](int correct) {
        Outcome outcome;
        outcome.images = 200;
        outcome.correct = outcome.correct_argmax = correct;
        return outcome;
    };
    view.found.clean = outcome(180);
    for (int i = 0; i < bits; ++i)
        view.found.together.push_back({{"CONV-1", "CONV-1.weight", i, {0, i}, 30, 0.02F, 6.8e36F}, outcome(150 / (i + 1))});
    view.found.alone = view.found.together;
    for (const double count : {1.0, 2.0, 4.0, 8.0, 16.0}) view.random.push_back(example_point(count, 30));
    return view;
}

// Of `count` curves, layers, contestants or steps, where the kind has such.
inline std::vector<std::pair<QString, Figure>> example_figures(int count, bool is_long) {
    static const TuningResult tuning = example_tuning();
    return {{QStringLiteral("accuracy"), figure_of(example_accuracy(count, is_long))},
            {QStringLiteral("comparison"), figure_of(example_comparison(count, is_long))},
            {QStringLiteral("activations"), figure_of(activation_view(tuning, 3))},
            {QStringLiteral("auc"), figure_of(auc_threshold_view(tuning, 3))},
            {QStringLiteral("area"), figure_of(example_area(count, is_long))},
            {QStringLiteral("search"), figure_of(trisection_view(tuning, 3))},
            {QStringLiteral("bits"), figure_of(example_critical_bits(count))},
            {QStringLiteral("price"), figure_of(example_pareto(count, is_long))},
            {QStringLiteral("protect-first"), figure_of(example_protect_first(count))},
            {QStringLiteral("upsets"), figure_of(example_upsets(is_long))},
            {QStringLiteral("worst"), figure_of(example_worst_bits(count))}};
}

}  // namespace clipscope
