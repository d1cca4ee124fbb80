// Shown while nothing is loaded: one click to a first study, or a network and data of one's own. GUI thread.
#pragma once

#include <QString>
#include <QWidget>
#include <vector>

class QFrame;
class QLabel;
class QPushButton;
class QHBoxLayout;
class QVBoxLayout;

namespace clipscope {

struct WelcomeNetwork {
    QString id;           // what the signals carry
    QString name;         // "LeNet-5"
    QString description;  // "61,706 parameters, trained on Fashion-MNIST, 90 %"
};

class WelcomePane : public QWidget {
    Q_OBJECT
public:
    explicit WelcomePane(QWidget* parent = nullptr);

    // The first one is used for the first study.
    void set_networks(const std::vector<WelcomeNetwork>& networks);

    // A bar above everything: "The last study: a.clipscope", with buttons to reopen it and to put the bar away.
    void set_offer(const QString& text);

Q_SIGNALS:
    void reopen_requested();
    void first_study_requested(const QString& id);
    void network_chosen(const QString& id);
    void open_model_requested();
    void open_data_requested();
    void labs_requested();

private:
    QWidget* build_offer();
    void set_up_first_study();
    QHBoxLayout* build_own();
    QHBoxLayout* build_learn();

    QFrame* offer_ = nullptr;
    QLabel* offer_text_ = nullptr;
    QVBoxLayout* networks_;
    QPushButton* first_study_;
    QString first_id_;
};

}  // namespace clipscope
