#include "protect_first_presenter.h"

#include "controls/harden_panel.h"
#include "controls/protect_first_pane.h"
#include "laboratory.h"
#include "method_request.h"
#include "plots/accuracy_view.h"
#include "result_presenter.h"

namespace clipscope {
namespace {

QString title_of(const ProtectFirstSettings& settings) {
    const QString rate = rate_label(settings.rate);
    return settings.protection.empty()
               ? QObject::tr("Protect first: bit positions, tripled, at %1").arg(rate)
               : QObject::tr("Protect first: layers by %1 at %2").arg(QString::fromStdString(settings.protection), rate);
}

}  // namespace

ProtectFirstPresenter::ProtectFirstPresenter(Laboratory& laboratory, ResultPresenter& results, const HardenPanel& form,
                                             ProtectFirstPane& pane, QObject* parent)
    : SearchPresenter(laboratory, pane, parent), results_(results), form_(form) {
    connect(&pane, &ProtectFirstPane::duel_requested, this, &ProtectFirstPresenter::duel_wanted);
}

SearchPresenter::Search ProtectFirstPresenter::asked() {
    const HardenForm form = form_.form();
    const ProtectFirstSettings settings = protect_first_settings(form);
    const auto result = std::make_shared<std::optional<ProtectFirst>>();
    Search search;
    search.title = title_of(settings);
    search.work = [find = laboratory().engine().protect_first, inputs = laboratory().inputs(evaluation_selection(form), form.seed),
                   memory = protect_first_memory(form), settings, result](const EventSink& sink, std::stop_token stop) {
        *result = find(inputs, memory, settings, progress_to(sink), std::move(stop));
    };
    search.show = [this, result] {
        if (*result) results_.show_protect_first(**result);
        return result->has_value();
    };
    return search;
}

}  // namespace clipscope
