#include "result_views.h"

#include "theme/number_text.h"

namespace clipscope {

QString series_name(const CurveInfo& curve) {
    const QString layer = QString::fromStdString(curve.layer);
    if (curve.protection == Protection::none) return layer;
    return QStringLiteral("%1, %2").arg(layer, QString::fromStdString(to_string(curve.protection)));
}

AccuracyView accuracy_view(const AccuracyCurves& curves) {
    AccuracyView view;
    view.title = result_title(curves.info);
    view.rates = curves.info.rates;
    for (const AccuracyCurve& curve : curves.curves) view.series.push_back({series_name(curve.info), curve_points(curve, curves.info)});
    if (!curves.curves.empty()) view.clean_accuracy = accuracy(curves.curves.front().info.clean, curves.info.nonfinite);
    return view;
}

QString result_title(const CampaignInfo& info) {
    return QStringLiteral("%1 · %2, %3 images · %4 trials")
        .arg(QString::fromStdString(info.model), QString::fromStdString(info.data), grouped(info.images))
        .arg(info.trials);
}

QString short_count(std::int64_t count) {
    if (count < 1000) return QString::number(count);
    const bool millions = count >= 1'000'000;
    const double value = double(count) / (millions ? 1e6 : 1e3);
    const int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
    return QString::number(value, 'f', decimals) + (millions ? QStringLiteral(" M") : QStringLiteral(" k"));
}

}  // namespace clipscope
