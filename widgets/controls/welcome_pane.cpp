#include "controls/welcome_pane.h"

#include <QCommandLinkButton>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "theme/theme.h"

namespace clipscope {

namespace {

QLabel* heading(const QString& text, double factor) {
    auto* label = new QLabel(text);
    label->setWordWrap(true);
    QFont font = label->font();
    if (font.pointSizeF() > 0) font.setPointSizeF(font.pointSizeF() * factor);
    font.setBold(true);
    label->setFont(font);
    return label;
}

}  // namespace

WelcomePane::WelcomePane(QWidget* parent)
    : QWidget(parent), networks_(new QVBoxLayout), first_study_(new QPushButton(tr("Run a first stud&y"))) {
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* text =
        new QLabel(tr("Flip bits in the memory that holds a network's weights, watch its accuracy fall, and find the clipping "
                      "thresholds that bring it back."));
    text->setWordWrap(true);
    set_up_first_study();

    auto* column = new QWidget;
    column->setMaximumWidth(560);
    auto* layout = new QVBoxLayout(column);
    layout->setSpacing(8);
    layout->addWidget(heading(tr("How much does a flipped bit hurt?"), 1.6));
    layout->addWidget(text);
    layout->addSpacing(4);
    layout->addWidget(first_study_);
    layout->addSpacing(6);
    layout->addWidget(heading(tr("Bundled networks"), 1.05));
    networks_->setSpacing(2);
    layout->addLayout(networks_);
    layout->addSpacing(6);
    layout->addWidget(heading(tr("Your own"), 1.05));
    layout->addLayout(build_own());
    layout->addSpacing(6);
    layout->addWidget(heading(tr("Learn"), 1.05));
    layout->addLayout(build_learn());

    auto* outer = new QVBoxLayout(this);
    outer->addWidget(build_offer());
    auto* middle = new QHBoxLayout;
    middle->addStretch(1);
    middle->addWidget(column, 20);
    middle->addStretch(1);
    outer->addStretch(1);
    outer->addLayout(middle);
    outer->addStretch(1);
}

void WelcomePane::set_up_first_study() {
    QFont strong = first_study_->font();
    strong.setBold(true);
    first_study_->setFont(strong);
    first_study_->setMinimumHeight(2 * fontMetrics().height() + 4);
    first_study_->setToolTip(
        tr("Loads the first bundled network and Fashion-MNIST and injects faults layer by layer: a curve moves at once"));
    first_study_->setEnabled(false);
    connect(first_study_, &QPushButton::clicked, this, [this] { Q_EMIT first_study_requested(first_id_); });
}

QHBoxLayout* WelcomePane::build_own() {
    auto* open_model = new QPushButton(tr("Open a model…"));
    open_model->setToolTip(tr("A TorchScript file (.pt), traced or scripted; you can also drop it on the window"));
    auto* open_data = new QPushButton(tr("Open a data folder…"));
    open_data->setToolTip(
        tr("CIFAR files, IDX files (MNIST, Fashion-MNIST), or a NumPy archive; you can also drop the folder or archive on the window"));
    connect(open_model, &QPushButton::clicked, this, &WelcomePane::open_model_requested);
    connect(open_data, &QPushButton::clicked, this, &WelcomePane::open_data_requested);
    auto* own = new QHBoxLayout;
    own->addWidget(open_model);
    own->addWidget(open_data);
    own->addStretch();
    return own;
}

QHBoxLayout* WelcomePane::build_learn() {
    auto* labs = new QPushButton(tr("Labs…"));
    labs->setToolTip(tr("Exercises of half an hour: what one bit does, which layer is weak, what clipping saves, how sure a number is"));
    connect(labs, &QPushButton::clicked, this, &WelcomePane::labs_requested);
    auto* learn = new QHBoxLayout;
    learn->addWidget(labs);
    learn->addStretch();
    return learn;
}

QWidget* WelcomePane::build_offer() {
    offer_ = new QFrame;
    offer_->setFrameShape(QFrame::StyledPanel);
    offer_->setAutoFillBackground(true);
    offer_->setBackgroundRole(QPalette::AlternateBase);
    offer_text_ = new QLabel;
    offer_text_->setTextFormat(Qt::PlainText);  // file names may look like markup
    offer_text_->setWordWrap(true);
    auto* reopen = new QPushButton(tr("Reopen"));
    reopen->setToolTip(tr("Opens it with its model and data and shows the results of its last job"));
    auto* not_now = new QPushButton(tr("Not now"));
    not_now->setToolTip(tr("It stays where it is: File ▸ Recent studies has it"));
    auto* row = new QHBoxLayout(offer_);
    row->setContentsMargins(8, 3, 8, 3);
    row->addWidget(offer_text_, 1);
    row->addWidget(reopen);
    row->addWidget(not_now);
    offer_->hide();
    connect(reopen, &QPushButton::clicked, this, &WelcomePane::reopen_requested);
    connect(not_now, &QPushButton::clicked, offer_, &QWidget::hide);
    return offer_;
}

void WelcomePane::set_offer(const QString& text) {
    offer_text_->setText(text);
    offer_->setVisible(!text.isEmpty());
}

void WelcomePane::set_networks(const std::vector<WelcomeNetwork>& networks) {
    while (QLayoutItem* item = networks_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    first_id_ = networks.empty() ? QString() : networks.front().id;
    first_study_->setEnabled(!networks.empty());
    for (const WelcomeNetwork& network : networks) {
        auto* button = new QCommandLinkButton(network.name, network.description);
        button->setToolTip(tr("Load %1 and Fashion-MNIST, and choose what to run yourself").arg(network.name));
        button->setAccessibleName(network.name);
        button->setAccessibleDescription(network.description);
        connect(button, &QCommandLinkButton::clicked, this, [this, id = network.id] { Q_EMIT network_chosen(id); });
        networks_->addWidget(button);
    }
}

}  // namespace clipscope
