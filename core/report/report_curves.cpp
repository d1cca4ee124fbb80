// Rankings, curves and worst cases of the jobs that measure accuracy.
#include <algorithm>
#include <cmath>

#include "common/number_text.h"
#include "report/ranking_output.h"
#include "report/report_numbers.h"
#include "report/report_parts.h"
#include "results/axis_words.h"

namespace clipscope {
namespace {

constexpr std::size_t most_bits = 12;
constexpr std::size_t most_columns = 6;  // that a page has room for

std::string measured_words(const ReportJob& job) {
    const CampaignInfo& info = job.curves->curves.info;
    std::string text = info.model + ", " + grouped_text(info.images) + " images of " + info.data + ", " + info.memory.format.to_string();
    text += ", seed " + std::to_string(info.seed);
    if (info.precision) return text + ", every mean to ± " + rounded_text(*info.precision * 100, 3) + " points";
    return text + ", " + grouped_text(info.trials) + " trials at each place";
}

const CurvePoint* point_at(const CurveSummary& curve, double place) {
    const auto point = std::ranges::find(curve.points, place, &CurvePoint::rate);
    return point == curve.points.end() ? nullptr : &*point;
}

std::string mean_cell(const CurvePoint* point) {
    if (!point) return no_number;
    return percent_text(point->mean) + "\n" + interval_text({point->ci95_low, point->ci95_high});
}

std::string harm_cell(const CurvePoint* point) {
    return point ? percent_text(point->sdc_mean) + " / " + percent_text(point->due_mean) : no_number;
}

// A row a place, a column a curve, from the curve `first` on; bits from the most significant down, as numbers are written.
template <typename Cell>
TextColumns places_table(const CampaignSummary& curves, std::size_t first, Cell cell) {
    TextColumns table;
    table.add_column(place_name(curves.info.axis));
    const std::size_t end = std::min(curves.curves.size(), first + most_columns);
    for (std::size_t i = first; i < end; ++i) table.add_column(curve_name(curves.curves[i].info));
    std::vector<double> places = curves.info.rates;
    if (curves.info.axis == PointAxis::bit_position) std::ranges::reverse(places);
    for (const double place : places) {
        std::vector<std::string> row = {place_text(curves.info.axis, place)};
        for (std::size_t i = first; i < end; ++i) row.push_back(cell(point_at(curves.curves[i], place)));
        table.rows.push_back(std::move(row));
    }
    return table;
}

std::string clean_words(const CampaignSummary& curves) {
    std::string text = "Without faults: ";
    std::vector<std::pair<std::string, double>> seen;
    for (const CurveSummary& curve : curves.curves) {
        const std::string name = to_string(curve.info.protection);
        const double clean = accuracy(curve.info.clean, curves.info.nonfinite);
        if (std::ranges::count(seen, std::pair(name, clean)) > 0) continue;
        seen.emplace_back(name, clean);
    }
    for (std::size_t i = 0; i < seen.size(); ++i)
        text += (i == 0 ? "" : ", ") + percent_text(seen[i].second) + " %" +
                (seen.size() > 1 || seen[i].first != "none" ? " (" + seen[i].first + ")" : "");
    return text + ".";
}

void write_job_tables(const ReportJob& job, ReportWriter& writer) {
    const CampaignSummary& curves = job.summary;
    const std::string against = axis_words(curves.info.axis);
    for (std::size_t first = 0; first < curves.curves.size(); first += most_columns) {
        const std::string part = first == 0 ? "" : "-" + std::to_string(first / most_columns + 1);
        writer.table(places_table(curves, first, mean_cell), table_id(job, "means" + part),
                     "Mean accuracy in % against " + against + ", with the 95 % interval of the mean over faults, for these images.");
    }
    if (curves.info.axis == PointAxis::bit_position) return;
    for (std::size_t first = 0; first < curves.curves.size(); first += most_columns) {
        const std::string part = first == 0 ? "" : "-" + std::to_string(first / most_columns + 1);
        writer.table(places_table(curves, first, harm_cell), table_id(job, "harm" + part),
                     "Images in %, on average: silent data corruptions (another answer) / detectable errors (NaN or infinity).");
    }
}

// "all 8", "the first 12 of 256".
std::string shown_words(std::size_t rows, std::size_t most) {
    const std::string all = grouped_text(std::int64_t(rows));
    return rows <= most ? "all " + all : "the first " + std::to_string(most) + " of " + all;
}

struct WorstTrial {
    std::string curve;
    std::string layer;
    double place = 0;
    int trial = 0;
    std::int64_t faults = 0;
    double accuracy = 0;
};

// Of one curve; the first at the lowest place where several are as bad.
std::optional<WorstTrial> worst_of_curve(const AccuracyCurve& curve, const CampaignInfo& info) {
    std::optional<WorstTrial> worst;
    for (std::size_t i = 0; i < info.rates.size() && i < curve.trials.size(); ++i) {
        for (const auto& [number, trial] : curve.trials[i]) {
            const double value = accuracy(trial.outcome, info.nonfinite);
            if (!worst || value < worst->accuracy)
                worst = WorstTrial{curve_name(curve.info), curve.info.layer, info.rates[i], number, trial.faults, value};
        }
    }
    return worst;
}

TextColumns worst_table(const ReportJob& job) {
    const AccuracyCurves& curves = job.curves->curves;
    TextColumns table;
    table.add_column("Faults in", false);
    table.add_column(place_name(curves.info.axis));
    for (const char* name : {"Trial", "Faulty bits", "Accuracy, %", "Lost, points"}) table.add_column(name);
    table.add_column("Named", false);
    for (const AccuracyCurve& curve : curves.curves) {
        const auto worst = worst_of_curve(curve, curves.info);
        if (!worst) continue;
        const double clean = accuracy(curve.info.clean, curves.info.nonfinite);
        const std::string place = place_text(curves.info.axis, worst->place);
        table.rows.push_back({worst->curve, place, std::to_string(worst->trial), grouped_text(worst->faults), percent_text(worst->accuracy),
                              percent_text(clean - worst->accuracy),
                              std::to_string(job.record.id) + ":" + worst->layer + ":" + place + ":" + std::to_string(worst->trial)});
    }
    return table;
}

}  // namespace

std::string table_id(const ReportJob& job, const std::string& what) {
    return "job-" + std::to_string(job.record.id) + "-" + what;
}

std::string place_text(PointAxis axis, double place) {
    return axis == PointAxis::fault_rate ? number_text(place) : std::to_string(std::int64_t(std::llround(place)));
}

std::string place_name(PointAxis axis) {
    switch (axis) {
        case PointAxis::fault_rate:
            return "Rate per bit";
        case PointAxis::bit_position:
            return "Bit";
        case PointAxis::fault_count:
            return "Faults";
    }
    return "";
}

std::string curve_name(const CurveInfo& curve) {
    return curve.protection == Protection::none ? curve.layer : curve.layer + ", " + to_string(curve.protection);
}

void write_rankings(const ReportContents& contents, ReportWriter& writer) {
    bool has_heading = false;
    for (const ReportJob& job : contents.jobs) {
        if (!job.ranking || is_of_protections(job)) continue;
        if (!has_heading) writer.heading(report_heading(ReportSection::ranking));
        has_heading = true;
        writer.subheading(job_label(job.record));
        if (!job.ranking->layers.empty())
            writer.table(
                layer_columns(*job.ranking, RankingIntervals::in_lines), table_id(job, "layers"),
                "Layers, the most sensitive first (" + measured_words(job) +
                    "). AUC: area under mean accuracy against the fault rate, 1 where everything is right at every rate. Points lost "
                    "at: the rate per bit at which the mean has fallen so far below the clean accuracy, between the measured rates on a "
                    "logarithmic axis; below it where the ends of the 95 % interval have. Share: of the area that faults in all layers "
                    "together take, what faults in this layer alone take.");
        if (is_over_positions(job))
            writer.table(bit_columns(*job.ranking, most_bits), table_id(job, "bits"),
                         "Bit positions by the accuracy that exactly one faulty bit there costs, the most fatal first (" +
                             measured_words(job) + "); " + shown_words(job.ranking->bits.size(), most_bits) + ".");
        if (!job.curves->curves.pilot.cells.empty())
            writer.figure({.kind = ReportFigure::Kind::critical_bits, .curves = job.curves},
                          "Which stored bits are critical, by layer, sign and position, as the job's pilot measured it.");
    }
}

void write_curves(const ReportContents& contents, ReportWriter& writer) {
    bool has_heading = false;
    for (const ReportJob& job : contents.jobs) {
        if (!job.curves) continue;
        if (!has_heading) writer.heading(report_heading(ReportSection::curves));
        has_heading = true;
        writer.subheading(job_label(job.record));
        writer.paragraph(measured_words(job) + ". " + clean_words(job.summary));
        writer.figure({.kind = ReportFigure::Kind::accuracy, .curves = job.curves},
                      "Accuracy against " + axis_words(job.summary.info.axis) + ", " + job_label(job.record) + ".");
        write_job_tables(job, writer);
    }
}

void write_worst_cases(const ReportContents& contents, ReportWriter& writer) {
    bool has_heading = false;
    for (const ReportJob& job : contents.jobs) {
        if (!job.curves) continue;
        const TextColumns table = worst_table(job);
        if (table.rows.empty()) continue;
        if (!has_heading) writer.heading(report_heading(ReportSection::worst));
        has_heading = true;
        writer.table(table, table_id(job, "worst"),
                     job_label(job.record) +
                         ": the worst trial of all images of each curve. Named as the command replay takes it, which lists "
                         "its faulty bits one by one.");
    }
}

}  // namespace clipscope
