// The panel of a duel's prices: hover shows all that is known of a contestant, the menu chooses the price, the rate and the scope. See
// plot_panel.h for zoom, title and export. GUI thread.
#pragma once

#include "plots/pareto_view.h"
#include "plots/view_panel.h"

namespace clipscope {

class ParetoPlot : public ViewPanel<ParetoView> {
    Q_OBJECT
public:
    explicit ParetoPlot(QWidget* parent = nullptr);

    // With the user's choices.
    ParetoView effective_view() const override;
    void set_cost(DuelCost cost);
    void set_rate(std::optional<double> rate);  // nothing: where the contestants lie furthest apart

Q_SIGNALS:
    void shown_changed();  // other results, or the user chose another price, rate or scope

protected:
    void view_changed() override { Q_EMIT shown_changed(); }
    bool has_data() const override { return has_points(effective_view()); }
    std::string csv() const override { return to_csv(effective_view()); }
    QString tip_at(const QPointF& position) const override;
    void clicked(const QPointF& position) override;
    void fill_menu(QMenu& menu) override;

private:
    void choose_again();
    void set_layer(const QString& layer);

    std::optional<DuelCost> chosen_cost_;
    std::optional<double> chosen_rate_;
    QString chosen_layer_;
};

}  // namespace clipscope
