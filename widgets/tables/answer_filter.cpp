#include "tables/answer_filter.h"

#include <algorithm>
#include <tuple>

namespace clipscope {

bool is_of(AnswerKind kind, const ImageAnswers& image, NonfiniteRule nonfinite) {
    const bool before = image.is_right_before(nonfinite), after = image.is_right_after(nonfinite);
    switch (kind) {
        case AnswerKind::changed:
            return image.change() != AnswerChange::none;
        case AnswerKind::silent:
            return image.change() == AnswerChange::silent;
        case AnswerKind::detectable:
            return image.change() == AnswerChange::detectable;
        case AnswerKind::right_to_wrong:
            return before && !after;
        case AnswerKind::wrong_to_right:
            return !before && after;
        case AnswerKind::all:
            break;
    }
    return true;
}

std::vector<ImageAnswers> chosen(const std::vector<ImageAnswers>& images, const AnswerFilter& filter, std::int32_t classes) {
    std::vector<ImageAnswers> found;
    std::ranges::copy_if(images, std::back_inserter(found), [&](const ImageAnswers& image) {
        if (filter.cell)
            return image.label == filter.cell->label && confusion_column(image, filter.cell->with_faults, classes) == filter.cell->answer;
        return (!filter.label || image.label == *filter.label) && is_of(filter.kind, image, filter.nonfinite);
    });
    std::ranges::stable_sort(found, {}, [&](const ImageAnswers& image) {
        const double lost = -image.confidence_lost();
        if (filter.order == AnswerOrder::number) return std::tuple(0, 0, 0.0);
        if (filter.order == AnswerOrder::confidence_lost) return std::tuple(0, 0, lost);
        return std::tuple(int(image.label), int(image.after.prediction), lost);
    });
    return found;
}

}  // namespace clipscope
