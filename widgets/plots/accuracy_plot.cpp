#include "plots/accuracy_plot.h"

#include <qcustomplot.h>

#include <QActionGroup>
#include <QMenu>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "plots/accuracy_layout.h"
#include "plots/tip_text.h"
#include "theme/number_text.h"

namespace clipscope {

namespace {

constexpr double reach = 14;      // pixels, of a point
constexpr double line_reach = 6;  // pixels, of a curve between its points

QString interval_text(const Interval& interval) {
    return percent_text(interval.low) + QStringLiteral(" … ") + percent_text(interval.high);
}

// "1.2 % (0.8 % … 2.1 %)"; a single trial's interval says nothing.
QString mean_text(double mean, const std::optional<Interval>& interval, int trials) {
    if (trials < 2 || !interval) return percent_text(mean);
    return QStringLiteral("%1 (%2)").arg(percent_text(mean), interval_text(*interval));
}

}  // namespace

AccuracyPlot::AccuracyPlot(QWidget* parent) : ViewPanel(tr("Accuracy against fault rate"), parent) {
    set_empty_text(
        tr("Here accuracy falls as the fault rate rises: a curve with box plots for every layer.\n"
           "Choose layers and rates, then press Run."));
}

void AccuracyPlot::emphasise(const QString& series) {
    if (view_.emphasised == series) return;
    view_.emphasised = series;
    data_changed();
}

AccuracyView AccuracyPlot::effective_view() const {
    AccuracyView view = ViewPanel::effective_view();
    if (chosen_box_plots_) view.box_plots = *chosen_box_plots_;
    if (chosen_interval_) view.show_interval = *chosen_interval_;
    return view;
}

bool AccuracyPlot::has_data() const {
    return has_points(view_) || !view_.clean.empty();
}

std::optional<AccuracyPlot::Hit> AccuracyPlot::hit_at(const QPointF& position) const {
    const QCustomPlot& plot = this->plot();
    if (auto* item = qobject_cast<QCPPlottableLegendItem*>(plot.layoutElementAt(position)))
        return Hit{item->plottable()->property("series").toInt(), -1};
    if (!plot.axisRect()->rect().contains(position.toPoint())) return std::nullopt;

    const AccuracyView view = effective_view();
    const RatePositions positions(view);
    const AccuracyLayout layout = layout_series(view, positions);
    std::optional<Hit> nearest;
    double least = reach;
    for (int i = 0; i < int(view.series.size()); ++i) {
        const SeriesLayout& series = layout.series[std::size_t(i)];
        const auto& points = view.series[std::size_t(i)].points;
        for (int j = 0; j < int(points.size()); ++j) {
            const CurvePoint& p = points[std::size_t(j)];
            const double x = positions(p.rate);
            const QPointF mean(plot.xAxis->coordToPixel(x), plot.yAxis->coordToPixel(100 * p.mean));
            double distance = std::hypot(mean.x() - position.x(), mean.y() - position.y());
            if (series.boxes) {
                const double centre = plot.xAxis->coordToPixel(x + series.offset);
                const double half = plot.xAxis->coordToPixel(x + series.offset + layout.box_width / 2) - centre;
                const double top = plot.yAxis->coordToPixel(100 * p.max);
                const double bottom = plot.yAxis->coordToPixel(100 * p.min);
                const bool on_box = std::abs(position.x() - centre) <= half && position.y() >= top && position.y() <= bottom;
                if (on_box) distance = std::min(distance, 2.0);
            }
            // Of equally near ones the emphasised comes first: it is the one on top.
            if (distance < least || (series.strong && nearest && distance <= least)) {
                least = distance;
                nearest = Hit{i, j};
            }
        }
    }
    if (nearest) return nearest;
    double least_line = line_reach;
    for (int i = 0; i < plot.graphCount(); ++i) {
        const QCPGraph* graph = plot.graph(i);
        if (!graph->property("series").isValid() || graph->data()->isEmpty()) continue;
        // selectTest() answers only for selectable plottables; the distance to the line is asked for directly.
        const double distance = distance_to(*graph, position);
        if (distance >= least_line) continue;
        least_line = distance;
        nearest = Hit{graph->property("series").toInt(), -1};
    }
    return nearest;
}

double AccuracyPlot::distance_to(const QCPGraph& graph, const QPointF& position) {
    double least = std::numeric_limits<double>::infinity();
    for (int i = 1; i < graph.dataCount(); ++i) {
        const QPointF a = graph.dataPixelPosition(i - 1);
        const QPointF b = graph.dataPixelPosition(i);
        const QPointF along = b - a;
        const double length_squared = QPointF::dotProduct(along, along);
        const double t = length_squared > 0 ? std::clamp(QPointF::dotProduct(position - a, along) / length_squared, 0.0, 1.0) : 0;
        const QPointF gap = position - (a + t * along);
        least = std::min(least, std::hypot(gap.x(), gap.y()));
    }
    return least;
}

QString AccuracyPlot::tip_at(const QPointF& position) const {
    const std::optional<Hit> hit = hit_at(position);
    if (!hit) return {};
    const AccuracySeries& series = view_.series[std::size_t(hit->series)];
    const QString name = QStringLiteral("<b>%1</b>").arg(series.name.toHtmlEscaped());
    if (hit->point < 0) return name + QStringLiteral("<br>") + tr("Click to bring this curve forward");
    const CurvePoint& p = series.points[std::size_t(hit->point)];
    QString text = name + QStringLiteral("<table cellspacing=1>");
    if (view_.axis == PointAxis::bit_position)
        text += tip_row(tr("faulty bit"),
                        QStringLiteral("%1 (%2)").arg(p.rate).arg(QString::fromStdString(to_string(field_of(view_.format, int(p.rate))))));
    else if (view_.axis == PointAxis::fault_count)
        text += tip_row(tr("faults in every trial"), QString::number(p.rate, 'g', 7));
    else
        text += tip_row(tr("fault rate"), p.rate == 0 ? tr("0 (no faults)") : tr("%1 per bit").arg(QString::number(p.rate, 'g', 4)));
    text += tip_row(tr("mean accuracy"), QStringLiteral("<b>%1</b>").arg(percent_text(p.mean)));
    if (p.trials > 1) {
        text += tip_row(tr("95 % interval"), interval_text({p.ci95_low, p.ci95_high}));
        text += tip_row(tr("with other images"), interval_text(p.ci95_images));
        if (p.sampled)
            text += tip_row(tr("half of its width"), tr("± %1 points").arg(QString::number(p.sampled->half_width * 100, 'f', 2)));
        if (p.has_whole_trials()) {
            text += tip_row(tr("standard deviation"), percent_text(p.sd));
            text += tip_row(tr("minimum"), percent_text(p.min));
            text += tip_row(tr("lower quartile"), percent_text(p.q1));
            text += tip_row(tr("median"), percent_text(p.median));
            text += tip_row(tr("upper quartile"), percent_text(p.q3));
            text += tip_row(tr("maximum"), percent_text(p.max));
        }
    }
    if (p.top5_mean) text += tip_row(tr("top-5 accuracy"), mean_text(*p.top5_mean, p.top5_ci95, p.trials));
    text += tip_row(tr("trials"), grouped(std::int64_t(p.trials)));
    if (p.sampled) {
        text += tip_row(tr("of them on all images"), grouped(std::int64_t(p.sampled->whole_trials)));
        text += tip_row(tr("image evaluations"), grouped(p.sampled->image_evaluations));
        text += tip_row(tr("fewer than plain trials need"), tr("%1 times").arg(QString::number(p.sampled->gain, 'g', 2)));
    }
    text += tip_row(tr("faulty bits a trial"), grouped(p.faults_mean, 1));
    text += tip_row(tr("wrong, silently (SDC)"), mean_text(p.sdc_mean, p.sdc_ci95, p.trials));
    text += tip_row(tr("non-finite output (DUE)"), mean_text(p.due_mean, p.due_ci95, p.trials));
    text += QStringLiteral("</table>");
    if (view_.axis != PointAxis::bit_position && p.rate > 0) text += tr("Double-click to see its trials, and the bits of each");
    return text;
}

std::optional<AccuracyPlot::Point> AccuracyPlot::point_of(const std::optional<Hit>& hit) const {
    if (!hit || hit->point < 0) return std::nullopt;
    return Point{hit->series, view_.series[std::size_t(hit->series)].points[std::size_t(hit->point)].rate};
}

void AccuracyPlot::clicked(const QPointF& position) {
    const std::optional<Hit> hit = hit_at(position);
    clicked_point_ = point_of(hit);
    if (!hit) {
        Q_EMIT background_clicked();
        return;
    }
    const QString name = view_.series[std::size_t(hit->series)].name;
    if (clicked_point_) Q_EMIT point_chosen(clicked_point_->series, clicked_point_->rate, false);
    Q_EMIT series_clicked(name);
}

// The first of the two clicks brings the curve forward, whose boxes can move the axes: the point meant is the one that lay there then.
void AccuracyPlot::double_clicked(const QPointF& position) {
    std::optional<Point> point = std::exchange(clicked_point_, std::nullopt);
    if (!point) point = point_of(hit_at(position));
    if (point) Q_EMIT point_chosen(point->series, point->rate, true);
}

void AccuracyPlot::fill_menu(QMenu& menu) {
    const AccuracyView view = effective_view();
    if (view.axis == PointAxis::fault_rate) {
        QAction* hand = menu.addAction(tr("&Rate by hand…"));
        hand->setToolTip(tr("Move the fault rate of one trial and watch the network get worse bit by bit"));
        connect(hand, &QAction::triggered, this, &AccuracyPlot::rate_by_hand_wanted);
    }
    QMenu* boxes = menu.addMenu(tr("Bo&x plots"));
    auto* group = new QActionGroup(boxes);
    const std::pair<BoxPlots, QString> choices[] = {
        {BoxPlots::automatic, tr("Of the &chosen curve")}, {BoxPlots::all, tr("Of &all curves")}, {BoxPlots::none, tr("&None")}};
    for (const auto& [choice, text] : choices) {
        QAction* action = boxes->addAction(text);
        action->setCheckable(true);
        action->setChecked(view.box_plots == choice);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, choice = choice] {
            chosen_box_plots_ = choice;
            data_changed();
        });
    }
    QAction* interval = menu.addAction(tr("95 % &interval of the mean"));
    interval->setCheckable(true);
    interval->setChecked(view.show_interval);
    interval->setToolTip(tr("Error bars: where the mean lies with 95 % confidence (Student's t)"));
    connect(interval, &QAction::toggled, this, [this](bool on) {
        chosen_interval_ = on;
        data_changed();
    });
}

}  // namespace clipscope
