#include "help_pages.h"

#include <QFile>
#include <QMessageBox>

#include "common/version.h"
#include "help_window.h"

namespace clipscope {
namespace {

void show_page(QWidget* parent, const QString& title, const QString& file) {
    QFile page(file);
    const QString text = page.open(QIODevice::ReadOnly) ? QString::fromUtf8(page.readAll()) : QString();
    (new HelpWindow(title, text, parent))->show();
}

}  // namespace

void show_guide(QWidget* parent) {
    show_page(parent, QObject::tr("Guide"), QStringLiteral(":/clipscope/help/guide.md"));
}

void show_method(QWidget* parent) {
    show_page(parent, QObject::tr("Method"), QStringLiteral(":/clipscope/help/method.md"));
}

void show_lab_help(QWidget* parent) {
    show_page(parent, QObject::tr("Labs"), QStringLiteral(":/clipscope/help/labs.md"));
}

void show_shortcuts(QWidget* parent) {
    show_page(parent, QObject::tr("Keyboard shortcuts"), QStringLiteral(":/clipscope/help/shortcuts.md"));
}

void show_about(QWidget* parent) {
    QMessageBox::about(
        parent, QObject::tr("About ClipScope"),
        QObject::tr("<h3>ClipScope %1</h3>"
                    "<p>A laboratory for the resilience of neural networks: inject memory faults, watch accuracy fall, find the "
                    "clipping thresholds that bring it back.</p>"
                    "<p>After L. H. Hoang, M. A. Hanif and M. Shafique, <i>FT-ClipAct: Resilience Analysis of Deep Neural "
                    "Networks and Improving their Fault Tolerance using Clipped Activation</i>, DATE 2020.</p>")
            .arg(QLatin1String(version())));
}

}  // namespace clipscope
