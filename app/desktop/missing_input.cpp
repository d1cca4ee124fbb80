#include "missing_input.h"

#include <QObject>

#include "laboratory.h"

namespace clipscope {

MissingInput missing_input(const Laboratory& laboratory) {
    if (laboratory.is_ready()) return MissingInput::none;
    if (laboratory.is_opening()) return MissingInput::patience;
    if (!laboratory.model()) return MissingInput::model;
    if (!laboratory.data()) return MissingInput::images;
    return laboratory.needs_normalization() ? MissingInput::normalization : MissingInput::fitting_images;
}

QString missing_text(MissingInput missing, const Laboratory& laboratory) {
    switch (missing) {
        case MissingInput::none:
            return {};
        case MissingInput::patience:
            return QObject::tr("What the job needs is being opened…");
        case MissingInput::model:
            return QObject::tr("There is no network yet.");
        case MissingInput::images:
            return QObject::tr("There are no images yet to measure the network on.");
        case MissingInput::normalization:
            return QObject::tr("How the network's images are normalised is not known yet.");
        case MissingInput::fitting_images:
            break;
    }
    return laboratory.doubt().isEmpty() ? QObject::tr("These images cannot enter this network.") : laboratory.doubt();
}

QString help_text(MissingInput missing) {
    switch (missing) {
        case MissingInput::none:
        case MissingInput::patience:
            return {};
        case MissingInput::model:
            return QObject::tr("Open a model…");
        case MissingInput::images:
            return QObject::tr("Open a data folder…");
        case MissingInput::normalization:
            return QObject::tr("Choose it…");
        case MissingInput::fitting_images:
            break;
    }
    return QObject::tr("Open other images…");
}

}  // namespace clipscope
