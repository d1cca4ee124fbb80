#include "answered_pictures.h"

#include <QObject>
#include <algorithm>

#include "evaluation/scoring.h"
#include "input_preview.h"
#include "theme/number_text.h"

namespace clipscope {

AnsweredPictures answered(std::vector<GridImage> pictures, const FaultEffects& effects, const std::vector<std::string>& classes) {
    int others = 0;
    for (std::size_t i = 0; i < std::min(pictures.size(), effects.images.size()); ++i) {
        const ImageEffect& image = effects.images[i];
        const Answer clean = answer_of(image.clean_logits), faulty = answer_of(image.logits);
        const QString sure = faulty.probability > 0 ? percent_text(faulty.probability, 0) : QObject::tr("not finite");
        const QString answer = QObject::tr("%1, %2").arg(class_title(faulty.prediction, classes), sure);
        const bool is_other = clean.prediction != faulty.prediction;
        others += is_other;
        pictures[i].answer = is_other ? QObject::tr("→ %1").arg(answer) : answer;
        pictures[i].is_right = faulty.prediction == image.label;
    }
    return {std::move(pictures), others};
}

QString others_text(int others, std::size_t images) {
    if (others == 0) return QObject::tr("No answer is another one.");
    return others == 1 ? QObject::tr("1 of %1 answers is another one.").arg(images)
                       : QObject::tr("%1 of %2 answers are others.").arg(others).arg(images);
}

}  // namespace clipscope
