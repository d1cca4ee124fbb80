// What a hardening leaves behind as files: the hardened network, and thresholds that come from a file. Reads and writes on threads of its
// own. GUI thread.
#pragma once

#include <QObject>

#include "background_task.h"

namespace clipscope {

class HardenPanel;
class Laboratory;
class ResultPresenter;

class HardenedFiles : public QObject {
    Q_OBJECT

public:
    HardenedFiles(Laboratory& laboratory, ResultPresenter& results, const HardenPanel& form, QObject* parent = nullptr);

    // Writes the network clipped at the results' thresholds and says that it was verified.
    void save_network(const QString& path);
    // Thresholds from a file take the place of those that were found.
    void open_thresholds(const QString& path);

signals:
    void written(const QString& path);
    void told(const QString& text);
    void failed(const QString& text);

private:
    Laboratory& laboratory_;
    ResultPresenter& results_;
    const HardenPanel& form_;
    BackgroundTask save_task_;
    BackgroundTask thresholds_task_;
};

}  // namespace clipscope
