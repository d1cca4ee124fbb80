// Keeps the ranking of the curves in sight: computed on a thread of its own, anew as results come, at most every two seconds and only while
// somebody can see it. GUI thread; owns none of what it is given.
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>

#include "background_task.h"
#include "report/ranking.h"

namespace clipscope {

class Laboratory;
class RankingTable;
class ResultPresenter;
class StudyDesk;

class RankingPresenter : public QObject {
    Q_OBJECT

public:
    RankingPresenter(ResultPresenter& results, Laboratory& laboratory, StudyDesk& desk, RankingTable& table, QObject* parent = nullptr);

signals:
    void failed(const QString& sentence);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void look();
    void rank();

    ResultPresenter& results_;
    StudyDesk& desk_;
    RankingTable& table_;
    QTimer next_;
    bool is_stale_ = false;  // what is shown is not of the latest results
    BackgroundTask task_;
};

}  // namespace clipscope
