#include "report_figures.h"

#include <QRegularExpression>
#include <memory>

#include "campaign/campaign_summary.h"
#include "plots/critical_bits_view.h"
#include "plots/figure_painting.h"
#include "plots/tuning_views.h"
#include "report/html_text.h"
#include "result_views.h"

namespace clipscope {
namespace {

constexpr FigureSize wide{180, 88, 8};
constexpr FigureSize high{180, 110, 8};

template <typename View>
DrawnFigure drawn(View view, const FigureSize& size) {
    view.show_title = false;  // the caption says it
    const auto shared = std::make_shared<const View>(std::move(view));
    return {[shared](QCustomPlot& plot, const Theme& theme) { draw(*shared, theme, plot); }, size};
}

DrawnFigure drawn_curves(const ReportFigure& figure) {
    const CampaignSummary summary = summary_of(figure.curves->curves);
    if (figure.kind == ReportFigure::Kind::critical_bits) return drawn(critical_bits_view(summary), high);
    if (figure.kind == ReportFigure::Kind::price) {
        ParetoView view = pareto_view(summary, figure.curves->auc_axis);
        view.layer = QString::fromStdString(figure.layer);
        view.cost = figure.cost;
        return drawn(std::move(view), wide);
    }
    return drawn(accuracy_view(summary), high);
}

}  // namespace

DrawnFigure drawn_figure(const ReportFigure& figure) {
    switch (figure.kind) {
        case ReportFigure::Kind::activations:
            return drawn(activation_view(*figure.tuning, figure.site), wide);
        case ReportFigure::Kind::auc_threshold:
            return drawn(auc_threshold_view(*figure.tuning, figure.site), wide);
        case ReportFigure::Kind::search:
            return drawn(trisection_view(*figure.tuning, figure.site), wide);
        case ReportFigure::Kind::accuracy:
        case ReportFigure::Kind::critical_bits:
        case ReportFigure::Kind::price:
            break;
    }
    return drawn_curves(figure);
}

std::string inline_svg(const ReportFigure& figure, std::size_t place) {
    const DrawnFigure drawing = drawn_figure(figure);
    QString svg = QString::fromUtf8(figure_svg(drawing.draw, drawing.size));
    svg = svg.mid(svg.indexOf(QLatin1String("<svg")));
    // Qt's own title and description are the same in every file.
    static const QRegularExpression about(QStringLiteral("<title>[^<]*</title>\\s*<desc>[^<]*</desc>\\s*"));
    const QString title = QString::fromStdString(html_escaped(figure.title));
    svg.replace(about, QStringLiteral("<title>%1</title>\n").arg(title));
    static const QRegularExpression name(QStringLiteral("( id=\"|url\\(#|href=\"#)"));
    // The page says how wide it is.
    static const QRegularExpression size(QStringLiteral("^<svg width=\"[^\"]*\" height=\"[^\"]*\""));
    svg.replace(size, QStringLiteral("<svg"));
    svg.replace(name, QStringLiteral("\\1figure%1-").arg(place + 1));
    return svg.trimmed().toStdString();
}

}  // namespace clipscope
