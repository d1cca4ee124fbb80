#include "result_views.h"

#include <QFileInfo>
#include <QObject>
#include <algorithm>

#include "controls/typed_numbers.h"
#include "plots/value_axis.h"
#include "study/listed_trials.h"
#include "theme/number_text.h"

namespace clipscope {
namespace {

// What tells a result from another one, as its curves' names need it: " · int8, stuck at 1 · seed 2".
QString difference_text(const CampaignInfo& older, const CampaignInfo& newer) {
    QString text;
    const auto add = [&](const QString& part) { text += QStringLiteral(" · ") + part; };
    if (older.model != newer.model) add(QString::fromStdString(older.model));
    if (older.data != newer.data || older.images != newer.images) add(QObject::tr("%1 images").arg(grouped(older.images)));
    if (older.memory != newer.memory) {
        const QString memory = QString::fromStdString(describe(older.memory));
        add(memory.isEmpty() ? QStringLiteral("float32") : memory);
    }
    if (older.seed != newer.seed) add(QObject::tr("seed %1").arg(older.seed));
    return text.isEmpty() ? QObject::tr(" · before") : text;
}

// Whose the accuracy without faults is, where there are several.
QString clean_name(const CurveInfo& curve, const CampaignSummary& all) {
    if (curve.protection == Protection::clip_actmax) return QStringLiteral("ACT_max");
    if (curve.protection == Protection::clip_tuned) return QObject::tr("tuned T");
    return kind_of(all) != "sensitivity" ? protection_name(curve.protection)
                                         : QString::fromStdString(format_of(curve, all.info).to_string());
}

// Each accuracy once, with the names of all that have it; without a name where it is the only one.
std::vector<CleanAccuracy> distinct(const std::vector<CleanAccuracy>& all) {
    std::vector<CleanAccuracy> lines;
    std::vector<QStringList> names;
    for (const CleanAccuracy& one : all) {
        const auto found = std::ranges::find(lines, one.accuracy, &CleanAccuracy::accuracy);
        const auto place = std::size_t(found - lines.begin());
        if (found == lines.end()) {
            lines.push_back(one);
            names.emplace_back();
        }
        if (!names[place].contains(one.name)) names[place] << one.name;
    }
    for (std::size_t i = 0; i < lines.size(); ++i) lines[i].name = lines.size() > 1 ? names[i].join(QStringLiteral(", ")) : QString();
    return lines;
}

template <typename Curves>
std::string kind_of_curves(const Curves& all) {
    if (!all.info.prices.empty()) return "duel";
    const bool compares = std::ranges::any_of(all.curves, [](const auto& curve) { return curve.info.protection != Protection::none; });
    return compares ? "compare" : "sensitivity";
}

}  // namespace

QString series_name(const CurveInfo& curve, const CampaignSummary& all) {
    const QString layer = QString::fromStdString(curve.layer);
    if (curve.format) return layer + QStringLiteral(" · ") + QString::fromStdString(curve.format->to_string());
    const auto is_other = [&](const CurveSummary& one) { return one.info.layer != curve.layer; };
    if (kind_of(all) != "sensitivity" && std::ranges::none_of(all.curves, is_other)) return protection_name(curve.protection);
    return curve.protection == Protection::none ? layer : QStringLiteral("%1, %2").arg(layer, protection_name(curve.protection));
}

AccuracyView accuracy_view(const CampaignSummary& curves, const std::vector<CampaignSummary>& kept, const PartNames& parts) {
    AccuracyView view;
    const PartNames& places = parts.empty() ? parts_of(curves) : parts;
    std::vector<CleanAccuracy> clean;
    const auto add = [&](const CurveSummary& curve, const CampaignSummary& all, const QString& suffix) {
        AccuracySeries series{series_name(curve.info, all) + suffix, curve.points, place_of_scope(curve.info.layer, places),
                              variant_of(curve.info, all.info)};
        // Of a duel in one scope colours tell the contestants, as beside their prices.
        if (kind_of(all) == "duel" && duel_layers(all).size() == 1) {
            series.layer = look_of_contestant(all, curve.info);
            series.variant = 0;
        }
        // Beside a curve of the same layer that looks alike (another seed, another fixed point): the next look that is free.
        while (std::ranges::any_of(view.series,
                                   [&](const AccuracySeries& one) { return one.layer == series.layer && one.variant == series.variant; }))
            ++series.variant;
        view.series.push_back(std::move(series));
        clean.push_back({accuracy(curve.info.clean, all.info.nonfinite), clean_name(curve.info, all) + suffix});
    };
    CampaignInfo shared = curves.info;
    if (has_formats(curves)) shared.memory.format = {};
    view.title = result_title(shared);
    view.rates = curves.info.rates;
    view.axis = curves.info.axis;
    view.format = curves.info.memory.format;
    view.show_interval = curves.info.precision.has_value();  // it is what was asked for
    for (const CurveSummary& curve : curves.curves) add(curve, curves, {});
    for (const CampaignSummary& older : kept) {
        if (older.info.axis != view.axis) continue;
        const QString suffix = difference_text(older.info, curves.info);
        for (const CurveSummary& curve : older.curves) add(curve, older, suffix);
    }
    view.clean = distinct(clean);
    return view;
}

ParetoView pareto_view(const CampaignSummary& curves, AucAxis axis) {
    ParetoView view;
    if (curves.info.prices.empty()) return view;
    view.title = result_title(curves.info);
    view.duel = curves;
    view.auc_axis = axis;
    return view;
}

std::vector<ParetoView> pareto_views(const CampaignSummary& curves, AucAxis axis) {
    std::vector<ParetoView> views;
    if (curves.info.prices.empty()) return views;
    for (const std::string& layer : duel_layers(curves))
        for (const DuelCost cost : {DuelCost::storage, DuelCost::operations}) {
            ParetoView view = pareto_view(curves, axis);
            view.layer = QString::fromStdString(layer);
            view.cost = cost;
            if (has_points(view)) views.push_back(std::move(view));
        }
    return views;
}

std::string kind_of(const AccuracyCurves& curves) {
    return kind_of_curves(curves);
}

std::string kind_of(const CampaignSummary& curves) {
    return kind_of_curves(curves);
}

// "50 trials", "± 1 points", "50 trials, ± 1 points".
QString amount_text(int trials, double precision) {
    QStringList parts;
    if (trials > 0 || precision == 0) parts << QObject::tr("%1 trials").arg(trials);
    if (precision > 0) parts << QObject::tr("± %1 points").arg(QString::number(precision * 100, 'g', 3));
    return parts.join(QStringLiteral(", "));
}

QString result_title(const CampaignInfo& info) {
    QString model = QString::fromStdString(info.model);
    if (model.startsWith(QLatin1String("bundled:"))) model = model.mid(8);
    const QString title = QStringLiteral("%1 · %2, %3 images · %4")
                              .arg(model, QString::fromStdString(info.data).section(QStringLiteral(" ("), 0, 0), grouped(info.images),
                                   amount_text(info.trials, info.precision.value_or(0)));
    const QString memory = QString::fromStdString(describe(info.memory));
    return memory.isEmpty() ? title : title + QStringLiteral(" · ") + memory;
}

QString protect_first_title(const ProtectFirst& found) {
    const QString what =
        found.by_bits ? QObject::tr("Bit positions, tripled") : QObject::tr("Layers by %1").arg(QString::fromStdString(found.protection));
    return what + QStringLiteral(" · ") + result_title(found.info);
}

QString worst_bits_title(const WorstBitsOrigin& origin) {
    QStringList parts = {QObject::tr("Worst bits of %1").arg(QString::fromStdString(origin.scope)), QString::fromStdString(origin.model),
                         QObject::tr("%1, %2 images").arg(QString::fromStdString(origin.data), grouped(origin.images))};
    if (const std::string memory = describe(origin.memory); !memory.empty()) parts << QString::fromStdString(memory);
    return parts.join(QStringLiteral(" · "));
}

QString rates_text(const JobSettings& settings, const std::vector<double>& suggested) {
    if (point_axis(settings) == PointAxis::fault_count) {
        const QString counts = readable_list(QString::fromStdString(settings.faults).replace(QLatin1Char(';'), QLatin1Char(',')));
        return counts == QLatin1String("1") ? QObject::tr("1 fault") : QObject::tr("%1 faults").arg(counts);
    }
    const QString asked = QString::fromStdString(settings.rates);
    if (!asked.startsWith(QLatin1String("auto")) || suggested.empty()) return QObject::tr("rates %1").arg(asked);
    const auto [low, high] = std::ranges::minmax(suggested);
    return QObject::tr("%1 rates %2 … %3 (auto)").arg(suggested.size()).arg(rate_label(low), rate_label(high));
}

QString job_title(const JobRecord& job, const std::vector<double>& suggested) {
    if (!job.name.empty()) return QString::fromStdString(job.name);
    const JobSettings& settings = job.settings;
    QStringList parts{QString::fromStdString(settings.kind->title(settings))};
    if (const QString memory = QString::fromStdString(describe(settings.memory)); !memory.isEmpty()) parts << memory;
    const bool is_list = settings.kind->is_listed();
    if (!is_list && point_axis(settings) != PointAxis::bit_position && injects_faults(settings)) parts << rates_text(settings, suggested);
    if (is_list) parts << QObject::tr("%1 trials").arg(grouped(settings.list.trials));
    if (!is_list && !settings.kind->faults_are_optional) parts << amount_text(settings.trials, settings.precision);
    const QString model = QString::fromStdString(settings.model);
    parts << (model.startsWith(QLatin1String("bundled:")) ? model.mid(8) : QFileInfo(model).completeBaseName());
    return parts.join(QStringLiteral(" · "));
}

QString job_details(const JobRecord& job) {
    const JobSettings& settings = job.settings;
    QStringList parts;
    parts << (!settings.kind->is_tuning() ? QObject::tr("%1 images").arg(QString::fromStdString(settings.images))
                                          : QObject::tr("%1 tuning images").arg(QString::fromStdString(settings.tuning_images)));
    parts << QObject::tr("seed %1").arg(settings.seed);
    for (const OwnSetting& own : settings.kind->own_settings)
        parts << QString::fromUtf8(own.label.data(), qsizetype(own.label.size())) + QLatin1Char(' ') +
                     QString::fromStdString(own_setting(settings, own.name));
    if (settings.kind->has_site_and_grid) parts << QObject::tr("T %1 of ACT_max").arg(QString::fromStdString(settings.grid));
    if (settings.protection != JobSettings().protection)
        parts << QObject::tr("sites protected by %1").arg(QString::fromStdString(settings.protection));
    const bool has_place = settings.kind->has_site_and_grid || settings.kind->has_search;
    if (has_place)
        parts << (settings.place == FaultPlace::everywhere ? QObject::tr("faults everywhere")
                                                           : QObject::tr("faults in what feeds the site"));
    if (settings.normalization) parts << QObject::tr("normalised as %1").arg(QString::fromStdString(settings.normalization->name));
    return parts.join(QStringLiteral(" · "));
}

JobRow job_row(const JobRecord& job, bool is_running, const QString& progress, const std::vector<double>& suggested) {
    JobRow row;
    row.id = job.id;
    row.name = job_title(job, suggested);
    row.state = is_running ? QObject::tr("running") : QString::fromStdString(to_string(job.state));
    if (!progress.isEmpty()) row.state += QStringLiteral(", ") + progress;
    if (!job.error.empty() && job.state == JobState::failed) row.state += QStringLiteral(": ") + QString::fromStdString(job.error);
    row.details = job_details(job);
    row.seconds = job.seconds;
    if (job.seconds > 0) row.time = elapsed_text(job.seconds);
    row.notes = QString::fromStdString(job.notes);
    row.can_run = !is_running && job.state != JobState::running;
    return row;
}

QString trials_summary(const AccuracyCurves& curves) {
    std::int64_t count = 0;
    for (const AccuracyCurve& curve : curves.curves) {
        if (curves.info.precision) {
            for (const SampledPoint& point : curve.sampled)
                for (const auto& trials : point.trials) count += std::int64_t(trials.size());
            continue;
        }
        for (const auto& trials : curve.trials) count += std::int64_t(trials.size());
    }
    return QObject::tr("%1 trials").arg(grouped(count));
}

QString tuning_summary(const TuningResult& result) {
    if (result.info.job == TuningJob::profile) {
        const auto known = std::ranges::count_if(result.act_max, [](const auto& act_max) { return act_max.has_value(); });
        return QObject::tr("%1 sites profiled").arg(known);
    }
    if (result.info.job == TuningJob::harden) {
        const auto found = std::ranges::count_if(result.searches, [](const SiteSearch& search) { return search.hardened.has_value(); });
        return QObject::tr("%1 of %2 thresholds found").arg(found).arg(result.info.sites.size());
    }
    if (result.sweeps.empty()) return QObject::tr("no threshold");
    const SiteSweep& sweep = result.sweeps.back();
    const QString site = QString::fromStdString(result.info.sites.at(std::size_t(sweep.site)).name);
    QString text = QObject::tr("%1 thresholds of %2").arg(sweep.points.size()).arg(site);
    const auto best = std::ranges::max_element(sweep.points, {}, [](const ThresholdAuc& point) { return point.measured.auc; });
    if (best != sweep.points.end())
        text += QObject::tr(", the best AUC %1 at T = %2").arg(best->measured.auc, 0, 'f', 4).arg(value_label(double(best->threshold)));
    return text;
}

QString list_summary(const Study& study, JobId job) {
    ListedTotals totals;
    for (const ListedResult& result : read_listed_results(study, job)) totals.add(result.outcome);
    return QObject::tr("%1 trials: %2 change no logit, %3 no answer, %4 answers")
        .arg(grouped(totals.trials), grouped(totals.unchanged), grouped(totals.same_answers), grouped(totals.other_answers));
}

QString job_summary(const JobSettings& settings, const AccuracyCurves& curves, const TuningResult& tuning) {
    if (settings.kind->is_listed()) return QObject::tr("the outcomes of a list of faults");
    return settings.kind->measures_curves() ? trials_summary(curves) : tuning_summary(tuning);
}

QString short_count(std::int64_t count) {
    if (count < 1000) return QString::number(count);
    const bool millions = count >= 1'000'000;
    const double value = double(count) / (millions ? 1e6 : 1e3);
    const int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
    return QString::number(value, 'f', decimals) + (millions ? QStringLiteral(" M") : QStringLiteral(" k"));
}

}  // namespace clipscope
