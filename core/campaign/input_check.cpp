#include "campaign/input_check.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "data/seen_image.h"
#include "evaluation/clean_answers.h"

namespace clipscope {

namespace {

using LabelView = std::span<const std::int32_t>;
using Labels = std::vector<std::int32_t>;

constexpr std::size_t images_to_look_at = 250;
constexpr double kappa_of_chance = 0.1;
constexpr double kappa_worth_trying = 0.75;
constexpr double kappa_of_collapse = 0.5;
constexpr double share_of_answers = 0.9;
constexpr double least_gain = 0.1;
constexpr double little_difference = 0.03;
constexpr double least_deviations = 3;

// Of a pass that was stopped there are no answers.
std::size_t count_equal(LabelView a, LabelView b) {
    std::size_t equal = 0;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) equal += a[i] == b[i];
    return equal;
}

double accuracy(LabelView labels, LabelView predictions) {
    return double(count_equal(labels, predictions)) / double(labels.size());
}

std::map<std::int32_t, std::size_t> histogram(LabelView values) {
    std::map<std::int32_t, std::size_t> counts;
    for (const std::int32_t value : values) ++counts[value];
    return counts;
}

double accuracy_by_chance(LabelView labels, LabelView predictions) {
    const auto answers = histogram(predictions);
    double chance = 0;
    for (const auto& [label, count] : histogram(labels))
        if (const auto same = answers.find(label); same != answers.end()) chance += double(count) * double(same->second);
    return chance / double(labels.size()) / double(labels.size());
}

// Whether `others` get so many more images right than `predictions` that neither chance nor a detail explains it (McNemar's test).
bool is_much_better(LabelView labels, LabelView predictions, LabelView others) {
    double won = 0, lost = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const bool was_right = predictions[i] == labels[i], is_right = others[i] == labels[i];
        won += is_right && !was_right;
        lost += was_right && !is_right;
    }
    return won - lost >= least_gain * double(labels.size()) && won - lost > least_deviations * std::sqrt(won + lost);
}

std::size_t classes_of_most(LabelView predictions) {
    std::vector<std::size_t> counts;
    for (const auto& [answer, count] : histogram(predictions)) counts.push_back(count);
    std::sort(counts.rbegin(), counts.rend());
    std::size_t classes = 0;
    for (std::size_t sum = 0; double(sum) < share_of_answers * double(predictions.size()); ++classes) sum += counts[classes];
    return classes;
}

using ClassOrder = std::map<std::int32_t, std::int32_t>;  // the label that belongs to an answer

// One label for each answer, the most frequent pairs first. Where an order shows at all, each label has one answer that stands out, and
// then this is the best order there is.
ClassOrder find_order(LabelView labels, LabelView predictions) {
    std::map<std::pair<std::int32_t, std::int32_t>, std::size_t> counts;
    for (std::size_t i = 0; i < labels.size(); ++i) ++counts[{predictions[i], labels[i]}];
    std::vector<std::pair<std::pair<std::int32_t, std::int32_t>, std::size_t>> pairs(counts.begin(), counts.end());
    std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
        const auto is_in_place = [](const auto& pair) { return pair.first.first == pair.first.second; };
        return std::pair(a.second, is_in_place(a)) > std::pair(b.second, is_in_place(b));
    });
    ClassOrder order;
    std::map<std::int32_t, std::int32_t> answer_of;
    for (const auto& [pair, count] : pairs) {
        if (order.contains(pair.first) || answer_of.contains(pair.second)) continue;
        order[pair.first] = pair.second;
        answer_of[pair.second] = pair.first;
    }
    return order;
}

Labels in_order(LabelView predictions, const ClassOrder& order) {
    Labels labels;
    for (const std::int32_t prediction : predictions) {
        const auto found = order.find(prediction);
        labels.push_back(found == order.end() ? prediction : found->second);
    }
    return labels;
}

// Every second image of a class: files often hold one class after the other.
std::vector<bool> halves(LabelView labels) {
    std::map<std::int32_t, std::size_t> seen;
    std::vector<bool> second;
    for (const std::int32_t label : labels) second.push_back(seen[label]++ % 2 == 1);
    return second;
}

Labels half(LabelView values, const std::vector<bool>& second, bool which) {
    Labels chosen;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (second[i] == which) chosen.push_back(values[i]);
    return chosen;
}

std::optional<InputDoubt> judge_order(InputDoubt doubt, LabelView labels, LabelView predictions) {
    const std::vector<bool> second = halves(labels);
    const ClassOrder found = find_order(half(labels, second, false), half(predictions, second, false));
    const auto kept_labels = half(labels, second, true), kept = half(predictions, second, true);
    const auto ordered = in_order(kept, found);
    if (kept.empty() || !is_much_better(kept_labels, kept, ordered)) return std::nullopt;
    doubt.kind = InputDoubt::Kind::class_order;
    doubt.better_accuracy = accuracy(kept_labels, ordered);
    for (const auto& [answer, label] : find_order(labels, predictions))
        if (answer != label) doubt.order.emplace_back(answer, label);
    const auto counts = histogram(labels);
    std::stable_sort(doubt.order.begin(), doubt.order.end(),
                     [&](const auto& a, const auto& b) { return counts.at(a.second) > counts.at(b.second); });
    return doubt;
}

// Of those that hardly differ the first: presets come before free values.
const OtherAnswers* best_of(LabelView labels, std::span<const OtherAnswers> others) {
    double best = 0;
    for (const OtherAnswers& other : others) best = std::max(best, accuracy(labels, other.predictions));
    const auto is_good = [&](const OtherAnswers& other) { return accuracy(labels, other.predictions) >= best - little_difference; };
    const auto found = std::ranges::find_if(others, is_good);
    return found == others.end() ? nullptr : &*found;
}

Labels predictions_of(const std::vector<Answer>& answers) {
    Labels predictions;
    for (const Answer& answer : answers) predictions.push_back(answer.prediction);
    return predictions;
}

Labels labels_of(const Dataset& images) {
    Labels labels;
    for (std::size_t i = 0; i < images.size(); ++i) labels.push_back(images.label(i));
    return labels;
}

std::vector<std::size_t> every_fifth(std::size_t count) {
    std::vector<std::size_t> positions;
    for (std::size_t i = 2; i < count; i += 5) positions.push_back(i);
    return positions;
}

Labels at(LabelView values, std::span<const std::size_t> positions) {
    Labels chosen;
    for (const std::size_t position : positions)
        if (position < values.size()) chosen.push_back(values[position]);
    return chosen;
}

// The presets, and what is usual where none of them was taken.
std::vector<Normalization> candidates(const Normalization& used, std::size_t channels) {
    std::vector<Normalization> all;
    for (const std::string& name : Normalization::preset_names()) all.push_back(Normalization::preset(name));
    all.push_back(Normalization::custom(std::vector<float>(channels, 0.5F), std::vector<float>(channels, 0.5F)));
    std::erase_if(all, [&](const Normalization& one) {
        const bool fits = one.mean.empty() || one.mean.size() == channels;
        return !fits || (one.mean == used.mean && one.std == used.std);
    });
    return all;
}

std::string percent(double fraction) {
    return std::to_string(std::lround(100 * fraction)) + " %";
}

std::string described(const Normalization& normalization) {
    if (normalization.name != "custom") return "the normalisation " + normalization.name;
    return "mean 0.5 and standard deviation 0.5";
}

std::string class_name(std::int32_t label, const std::vector<std::string>& names) {
    return std::size_t(label) < names.size() ? "'" + names[std::size_t(label)] + "'" : std::to_string(label);
}

std::string order_text(const InputDoubt& doubt, const std::vector<std::string>& names) {
    constexpr std::size_t most_named = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(most_named, doubt.order.size()); ++i) {
        const auto& [answer, label] = doubt.order[i];
        text += (i == 0 ? "its class " : ", ") + std::to_string(answer) + " is " + class_name(label, names) + " here";
    }
    return doubt.order.size() > most_named ? text + ", …" : text;
}

}  // namespace

double kappa(std::span<const std::int32_t> labels, std::span<const std::int32_t> predictions) {
    const double chance = accuracy_by_chance(labels, predictions);
    return chance >= 1 ? 1 : (accuracy(labels, predictions) - chance) / (1 - chance);
}

bool is_worth_trying_others(std::span<const std::int32_t> labels, std::span<const std::int32_t> predictions) {
    return labels.size() >= fewest_images_to_judge && kappa(labels, predictions) < kappa_worth_trying;
}

std::optional<InputDoubt> judge_answers(std::span<const std::int32_t> labels, std::span<const std::int32_t> predictions,
                                        std::span<const OtherAnswers> others) {
    if (labels.size() < fewest_images_to_judge) return std::nullopt;
    InputDoubt doubt;
    doubt.images = labels.size();
    doubt.accuracy = accuracy(labels, predictions);
    doubt.chance = accuracy_by_chance(labels, predictions);
    doubt.classes = histogram(labels).size();
    doubt.answered_classes = classes_of_most(predictions);
    if (doubt.classes < 2) return std::nullopt;
    if (const auto order = judge_order(doubt, labels, predictions)) return order;

    if (const OtherAnswers* best = best_of(labels, others); best != nullptr && is_much_better(labels, predictions, best->predictions)) {
        doubt.kind = InputDoubt::Kind::normalization;
        doubt.better = best->normalization;
        doubt.better_accuracy = accuracy(labels, best->predictions);
        return doubt;
    }
    const double agreement = kappa(labels, predictions);
    if (agreement < kappa_of_collapse && 3 * doubt.answered_classes <= doubt.classes)
        doubt.kind = InputDoubt::Kind::collapse;
    else if (agreement >= kappa_of_chance)
        return std::nullopt;
    return doubt;
}

std::optional<InputDoubt> check_input(const JobInputs& inputs, int threads, const std::string& device, std::stop_token stop) {
    const Dataset images = inputs.images.subset(spread_positions(inputs.images, images_to_look_at));
    if (images.size() < fewest_images_to_judge) return std::nullopt;
    std::shared_ptr<const Network> network = inputs.network;
    const auto predict = [&](const Dataset& some, const Normalization& normalization) {
        const InputFormat input{normalization, inputs.input.shape};
        return predictions_of(clean_answers(network, some, input, resolve_threads(threads), device, stop));
    };
    const Labels labels = labels_of(images);
    Labels predictions = predict(images, inputs.input.normalization);
    if (stop.stop_requested() || !is_worth_trying_others(labels, predictions)) return std::nullopt;
    // What a coarse memory does to a network is not the images' fault.
    if (network->memory().format != MemoryModel{}.format) {
        network = network->stored_in({});
        predictions = predict(images, inputs.input.normalization);
    }
    const std::vector<std::size_t> fifth = every_fifth(images.size());
    const Dataset some = images.subset(fifth);
    const Labels some_labels = labels_of(some);
    const std::size_t right = count_equal(some_labels, at(predictions, fifth));
    std::vector<OtherAnswers> others;
    const int channels = prepared_shape(images, inputs.input).channels;  // of images as they enter
    for (const Normalization& other : candidates(inputs.input.normalization, std::size_t(channels))) {
        if (stop.stop_requested()) return std::nullopt;
        // A pass over all of them may take long and is for those that could be much better.
        const std::size_t others_right = count_equal(some_labels, predict(some, other));
        if (double(others_right) >= double(right) + least_gain / 2 * double(some.size())) others.push_back({other, predict(images, other)});
    }
    if (stop.stop_requested()) return std::nullopt;
    return judge_answers(labels, predictions, others);
}

std::string to_string(const InputDoubt& doubt, const std::vector<std::string>& class_names) {
    const std::string measured = percent(doubt.accuracy) + " of " + std::to_string(doubt.images) + " images are recognised";
    switch (doubt.kind) {
        case InputDoubt::Kind::normalization:
            return "Only " + measured + "; with " + described(doubt.better) + " it would be " + percent(doubt.better_accuracy) +
                   ": probably the network was trained with that one, or one like it.";
        case InputDoubt::Kind::class_order:
            return "Only " + measured + "; with the classes in another order it would be " + percent(doubt.better_accuracy) + " (" +
                   order_text(doubt, class_names) +
                   "): name the class folders so that their alphabetical order is the one of the training.";
        case InputDoubt::Kind::collapse:
            return "Only " + measured + ", and nine tenths of the answers are " + std::to_string(doubt.answered_classes) + " of the " +
                   std::to_string(doubt.classes) +
                   " classes: either the normalisation is not the one that the network was trained with, or it was hardly trained.";
        case InputDoubt::Kind::chance:
            break;
    }
    return "Only " + measured + ", where guessing gives " + percent(doubt.chance) +
           ": the normalisation, the order of the classes or the images themselves are not what the network was trained with, or it was "
           "hardly trained.";
}

}  // namespace clipscope
