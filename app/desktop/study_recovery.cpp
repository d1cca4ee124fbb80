#include "study_recovery.h"

#include <QFileInfo>

namespace clipscope {
namespace {

// Beside the damaged one, under a name that nothing has.
QString suggested_copy(const QString& path) {
    const QFileInfo damaged(path);
    const QString stem = damaged.absolutePath() + QLatin1Char('/') + damaged.completeBaseName() + QObject::tr(" recovered");
    QString copy = stem + QStringLiteral(".clipscope");
    for (int number = 2; QFileInfo::exists(copy); ++number) copy = QStringLiteral("%1 %2.clipscope").arg(stem).arg(number);
    return copy;
}

}  // namespace

StudyRecovery::StudyRecovery(QWidget& window, const Dialogs& dialogs, const Engine& engine, QObject* parent)
    : QObject(parent), window_(window), dialogs_(dialogs), engine_(engine) {}

void StudyRecovery::offer(const QString& path, const QString& sentence) {
    if (!looks_like_study(path.toStdString())) {
        emit failed(sentence);
        return;
    }
    emit told(sentence);
    const QString output = dialogs_.choose_recovered(&window_, sentence, suggested_copy(path));
    if (output.isEmpty()) return;
    emit told(tr("Reading what is left of %1…").arg(path));
    task_.start<SalvageReport>(
        [salvage = engine_.salvage, from = path.toStdString(), to = output.toStdString()](std::stop_token) { return salvage(from, to); },
        [this, path](const SalvageReport& report) {
            const QString text = QString::fromStdString(report.text());
            emit told(text);
            dialogs_.tell(&window_, tr("Recovered"), text + QLatin1Char('\n') + tr("'%1' stays as it is.").arg(path));
            emit recovered(QString::fromStdString(report.output));
        },
        [this](const QString& text) { emit failed(text); });
}

}  // namespace clipscope
