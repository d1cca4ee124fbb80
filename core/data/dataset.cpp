#include "data/dataset.h"

#include <limits>
#include <utility>

#include "common/error.h"

namespace clipscope {

std::string to_string(Split split) {
    return split == Split::train ? "train" : "test";
}

Split split_from_string(const std::string& text) {
    for (const Split split : {Split::train, Split::test})
        if (text == to_string(split)) return split;
    throw UsageError("'" + text + "' is no part of a data set: choose train or test.");
}

struct Dataset::Contents {
    std::string name;
    ImageShape shape;
    std::vector<std::uint8_t> pixels;           // or
    std::shared_ptr<const ImageSource> source;  // where there is one
    std::vector<std::int32_t> labels;
    std::vector<std::string> class_names;
    std::vector<std::string> skipped_files;
};

namespace {

void check_shape(const std::string& name, ImageShape shape) {
    const auto fits = [](int extent) { return extent > 0 && extent <= std::numeric_limits<std::uint16_t>::max(); };
    if (fits(shape.channels) && fits(shape.height) && fits(shape.width)) return;
    throw Error("The images of " + name + " have the impossible shape " + std::to_string(shape.channels) + "×" +
                std::to_string(shape.height) + "×" + std::to_string(shape.width) + "; every extent must lie in 1 … 65535.");
}

void check_labels(const std::string& name, const std::vector<std::int32_t>& labels, std::size_t classes) {
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] >= 0 && static_cast<std::size_t>(labels[i]) < classes) continue;
        throw Error("Image " + std::to_string(i) + " of " + name + " has the label " + std::to_string(labels[i]) + ", but there are only " +
                    std::to_string(classes) + " class names, for labels from 0 up.");
    }
}

}  // namespace

Dataset::Dataset(std::string name, ImageShape shape, std::vector<std::uint8_t> pixels, std::vector<std::int32_t> labels,
                 std::vector<std::string> class_names, std::vector<std::string> skipped_files) {
    check_shape(name, shape);
    // Divided rather than multiplied: the product of a label count and an image's size could overflow.
    if (pixels.size() % shape.pixels() != 0 || pixels.size() / shape.pixels() != labels.size()) {
        throw Error("The pixels of " + name + " (" + std::to_string(pixels.size()) + " bytes) do not make " +
                    std::to_string(labels.size()) + " images of " + std::to_string(shape.pixels()) + " bytes, one for each label.");
    }
    check_labels(name, labels, class_names.size());
    contents_ = std::make_shared<const Contents>(
        Contents{std::move(name), shape, std::move(pixels), {}, std::move(labels), std::move(class_names), std::move(skipped_files)});
}

Dataset Dataset::from_source(std::string name, ImageShape shape, std::shared_ptr<const ImageSource> source,
                             std::vector<std::int32_t> labels, std::vector<std::string> class_names,
                             std::vector<std::string> skipped_files) {
    check_shape(name, shape);
    check_labels(name, labels, class_names.size());
    return Dataset(std::make_shared<const Contents>(
        Contents{std::move(name), shape, {}, std::move(source), std::move(labels), std::move(class_names), std::move(skipped_files)}));
}

const std::string& Dataset::name() const {
    return contents_->name;
}

ImageShape Dataset::shape() const {
    return contents_->shape;
}

std::size_t Dataset::size() const {
    return is_view_ ? positions_.size() : contents_->labels.size();
}

ImagePixels Dataset::image(std::size_t i) const {
    const std::size_t position = is_view_ ? positions_.at(i) : i;
    const std::size_t pixels = contents_->shape.pixels();
    if (position >= contents_->labels.size()) throw std::out_of_range("Dataset::image");
    if (contents_->source) return contents_->source->image(position);
    return {std::span(contents_->pixels).subspan(position * pixels, pixels), contents_};
}

std::int32_t Dataset::label(std::size_t i) const {
    return contents_->labels.at(is_view_ ? positions_.at(i) : i);
}

std::size_t Dataset::number(std::size_t i) const {
    return is_view_ ? positions_.at(i) : i;
}

const std::vector<std::string>& Dataset::class_names() const {
    return contents_->class_names;
}

const std::vector<std::string>& Dataset::skipped_files() const {
    return contents_->skipped_files;
}

Dataset Dataset::whole() const {
    Dataset all = *this;
    all.is_view_ = false;
    all.positions_.clear();
    return all;
}

Dataset Dataset::subset(std::span<const std::size_t> positions) const {
    Dataset view = *this;
    view.is_view_ = true;
    view.positions_.clear();
    view.positions_.reserve(positions.size());
    for (const std::size_t position : positions) {
        if (position >= size()) {
            throw Error("There is no image " + std::to_string(position) + " in " + name() + ", which holds " + std::to_string(size()) +
                        "; images are counted from 0.");
        }
        view.positions_.push_back(is_view_ ? positions_[position] : position);
    }
    return view;
}

}  // namespace clipscope
