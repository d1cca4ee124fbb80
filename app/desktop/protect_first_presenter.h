// Looks for what to protect first, as the form of the method's jobs says. GUI thread; owns none of the widgets.
#pragma once

#include "search_presenter.h"

namespace clipscope {

class HardenPanel;
class ProtectFirstPane;
class ResultPresenter;

class ProtectFirstPresenter : public SearchPresenter {
    Q_OBJECT

public:
    ProtectFirstPresenter(Laboratory& laboratory, ResultPresenter& results, const HardenPanel& form, ProtectFirstPane& pane,
                          QObject* parent = nullptr);

signals:
    void duel_wanted(const QString& protections);

private:
    Search asked() override;

    ResultPresenter& results_;
    const HardenPanel& form_;
};

}  // namespace clipscope
