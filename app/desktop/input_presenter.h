// How images enter the network, as far as the user is asked or warned: the dialog with its preview, the architecture of bare parameters,
// pictures that could not be read, and doubts about the normalisation or the order of the classes. GUI thread; owns none of the widgets.
#pragma once

#include <QObject>
#include <QString>
#include <string>

#include "dialogs.h"

class QAction;
class QWidget;

namespace clipscope {

class ActivityLog;
class Laboratory;
class NoticeBar;

class InputPresenter : public QObject {
    Q_OBJECT

public:
    InputPresenter(Laboratory& laboratory, const Dialogs& dialogs, QAction& action, NoticeBar& notice, ActivityLog& log, QWidget& window);

    // As often as the user likes, once there are images.
    void ask_images();

private:
    void ask_architecture(const QString& model, const QString& sentence);
    void tell_skipped();
    void show_doubt();

    Laboratory& laboratory_;
    const Dialogs& dialogs_;
    NoticeBar& notice_;
    ActivityLog& log_;
    QWidget& window_;
    std::string told_states_;  // of the network that was opened last
};

}  // namespace clipscope
